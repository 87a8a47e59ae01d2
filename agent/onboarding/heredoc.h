/*
 * heredoc: the here-documents of a shell script, without running it.
 *
 * Foreign format: POSIX shell, 2.7.4. A line that opens one opens only one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "platform/base/error.h"

typedef struct Heredoc {
        const char *text; /* the lines between, borrowed from the script */
        size_t length;
        bool expanded; /* the word is not quoted: backslashes and substitutions mean something */
        bool closed;   /* false: the script ends before the closing word */
} Heredoc;

/* The next one that opens in [*cursor, end). False: there is none. */
bool heredoc_next(const char **cursor, const char *end, Heredoc *ret);

/* What the shell would hand on; out has room for heredoc->length bytes. ERROR_INPUT: it holds a substitution. */
int heredoc_decode(const Heredoc *heredoc, char *out, size_t *ret_length, Error *err) _must_check_;
