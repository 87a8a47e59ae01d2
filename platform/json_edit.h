/*
 * json_edit: changes one member of a JSON text that belongs to somebody else, and no other byte of it: order,
 * indentation, spelling of numbers, line ends, byte order mark and members that stand twice stay as they are.
 *
 * Pure. Texts are what json_parse() takes (its limits, its errors); their top level has to be an object. Of a member
 * that stands twice the last one counts, as everywhere here, and that is the one that is edited. What is added
 * is laid out as the rest of the text is.
 */
#pragma once

#include "platform/json.h"

/* Names of members, from the top level on; at least one. Borrowed. */
typedef struct JsonPath {
        const char *names[JSON_DEPTH_MAX];
        size_t n;
} JsonPath;

/*
 * The text with value (NULL: null) at path. Objects that are missing on the way are added; so are those that are
 * null. ERROR_INPUT: the text is not JSON, or something on the way is no object, or the result would be larger or
 * deeper than json_parse() takes. *ret belongs to the caller (free) and is terminated. The result was parsed and is
 * the document asked for.
 */
int json_edit_set(const char *text, size_t length, const JsonPath *path, Json *value, char **ret, size_t *ret_length,
                  Error *err) _must_check_;

/*
 * How many names deep the first member on path is that stands more than once in its object: 1 for the top level;
 * 0: none does. Of a text that json_parse() takes.
 */
size_t json_edit_repeated(const char *text, size_t length, const JsonPath *path);

/* "cloudService.proxy": escaped, for people; caller frees. n: so many names of it. */
char *json_path_text(const JsonPath *path, size_t n);

/* The value at path, NULL: absent or null. Borrowed. */
Json *json_path_get(Json *root, const JsonPath *path);
