/*
 * python_literal: the string literals of a Python script, without running it.
 *
 * Foreign format: Python's lexical analysis of comments, string prefixes and escape sequences. Lone
 * carriage returns and CR LF count as LF, as Python reads source files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "platform/base/error.h"

typedef struct PythonLiteral {
        const char *text; /* between the quotes, borrowed from the script, not decoded */
        size_t length;
        bool raw;       /* r'' */
        bool bytes;     /* b'' */
        bool formatted; /* f'': not a constant */
        bool closed;    /* false: the line or the script ends before its closing quote */
} PythonLiteral;

/* The next literal of [*cursor, end), comments left out. False: there is none. */
bool python_literal_next(const char **cursor, const char *end, PythonLiteral *ret);

/*
 * What the literal means, as UTF-8; out has room for literal->length bytes. ERROR_INPUT names the byte of
 * the literal: an escape Python refuses, \N{}, a surrogate, a byte above 127 written as an escape in b''.
 */
int python_literal_decode(const PythonLiteral *literal, char *out, size_t *ret_length, Error *err) _must_check_;
