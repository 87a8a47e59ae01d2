/*
 * source_text: what the formats of source files have in common: what may be let through of fetched text, and when two
 * addresses are the same place. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "platform/base/error.h"

#define SOURCE_TEXT_MAX (64 * 1024) /* of a fetched list */
#define SOURCE_TEXT_SHOWN 80        /* bytes of foreign text in a message */

/* Of a line or an option what text_hide_logins() leaves, up to the name of a secret: what stands behind that becomes
 * stars. Escaped; caller frees. */
char *source_text_shown(const char *text, size_t max);

/* ERROR_INPUT: what was found where a source was expected, escaped: 'the source list holds WHAT "SHOWN"'. */
int source_text_refuse(Error *err, const char *what, const char *shown);

/* ERROR_INPUT: too long, an HTML page, bytes that are no text. */
int source_text_check(const char *text, size_t length, Error *err) _must_check_;

/* Letters, digits and . _ + -, not beginning with - or . */
bool source_text_is_plain_word(const char *text);

/* Begins with a slash; of plain characters; no empty segment, none that begins with a dot. */
bool source_text_is_plain_path(const char *path);

/* https, below url_prefix, of plain characters. ret: without a slash at the end. ERROR_INPUT. */
int source_text_parse_uri(const char *uri, const char *url_prefix, char *ret, size_t size, Error *err) _must_check_;

size_t source_text_without_slashes(const char *text, size_t length);

/* Scheme and host in any case, the path exactly; slashes at the end, a login (which apt leaves out when it says
 * where a package comes from) and the port 443 of https do not count. */
bool source_text_is_same_uri(const char *a, size_t a_length, const char *b);

/* The same place, or one below it; compared as by source_text_is_same_uri(). */
bool source_text_is_below(const char *uri, const char *place);

/* Is uri below url_prefix with three parts as the vendor lays it out ("rhel", "9.0", "prod"), the last that of wanted?
 */
bool source_text_is_laid_out_alike(const char *uri, const char *url_prefix, const char *wanted);

/* Control bytes other than tab and CR. */
bool source_text_has_control_bytes(const char *line, size_t length);
