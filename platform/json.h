/*
 * json: typed, bounded access to documents, over json-c.
 *
 * Json is json-c's object. Documents from outside are parsed strictly: at most JSON_SIZE_MAX bytes,
 * JSON_DEPTH_MAX levels, valid UTF-8, RFC 8259 to the letter (json_grammar.h), nothing but blanks after
 * the value. Getters borrow.
 */
#pragma once

#include <json-c/json.h>

#include "platform/base/cleanup.h"
#include "platform/base/error.h"

typedef struct json_object Json;

#define JSON_SIZE_MAX (1024 * 1024)
#define JSON_DEPTH_MAX 32

static inline void json_free(Json *json)
{
        json_object_put(json);
}
DEFINE_CLEANUP(Json *, json_free)
#define _cleanup_json_ _cleanup_(json_freep)

/* For documents that hold secrets: overwrites the strings (not member names) before it frees. */
void json_wipe(Json *json);
DEFINE_CLEANUP(Json *, json_wipe)
#define _cleanup_json_wipe_ _cleanup_(json_wipep)

/*
 * ERROR_INPUT says what is wrong, at which byte and in which line, never what stood there. A UTF-8 byte order mark at
 * the start is skipped. The document "null" is NULL. Of a member that stands twice the last one counts.
 */
int json_parse(const char *text, size_t length, Json **ret, Error *err) _must_check_;

/*
 * Like json_parse; a member that stands twice in one object (however its name is escaped) and a byte order
 * mark are ERROR_INPUT too.
 */
int json_parse_unique(const char *text, size_t length, Json **ret, Error *err) _must_check_;

/* NULL: absent, null, or object is no object. */
Json *json_member(Json *object, const char *name);

/* NULL: absent, null, or not a string; also when it holds a NUL. */
const char *json_string(Json *object, const char *name);

/* "object", "array", "string", "number", "boolean", "null": for messages. */
const char *json_kind(const Json *value);
