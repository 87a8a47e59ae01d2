/*
 * span: how long something is, in a person's words. Pure.
 */
#pragma once

#include <stdint.h>

#define SPAN_MAX 64

/* "3 hours": in the greatest unit of which it is one at least, rounded down; less than 0 is 0. Returns text.
 */
const char *span_words(int64_t seconds, char text[SPAN_MAX]);

/* "5400 s (1 hour)"; below a minute "59 s". Returns text. */
const char *span_exact(int64_t seconds, char text[SPAN_MAX]);
