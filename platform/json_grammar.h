/*
 * json_grammar: is this text one JSON value, by RFC 8259 to the letter?
 *
 * json-c's idea of strict differs from version to version (quotes, comments, NaN, numbers out of range,
 * text after the value); nothing reaches it that this has not let through. Refused beyond the grammar:
 * \u0000 and halves of surrogate pairs in strings, numbers that fit neither 64 bits nor a double.
 */
#pragma once

#include <stddef.h>

#include "platform/base/error.h"

typedef struct JsonGrammar {
        size_t start, end; /* of the value, without the blanks around it */
        size_t members;    /* of all objects together, as often as they stand there */
} JsonGrammar;

/* The text is UTF-8. ERROR_INPUT says what is wrong, at which byte (from 0) and in which line (from 1). */
int json_grammar_check(const char *text, size_t length, unsigned int depth_max, JsonGrammar *ret,
                       Error *err) _must_check_;
