/*
 * json-c builds the tree and nothing else: what is JSON at all is decided by json_grammar before. That a
 * member stood twice shows in the tree having fewer members than the text, as json-c keeps one of them.
 */
#include "platform/json.h"

#include <string.h>

#include "platform/base/secret.h"
#include "platform/base/text.h"
#include "platform/json_grammar.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

static void tokener_free(json_tokener *tokener)
{
        json_tokener_free(tokener);
}
DEFINE_CLEANUP(json_tokener *, tokener_free)

/* The first byte that belongs to no character; length: there is none. */
static size_t first_not_utf8(const char *text, size_t length)
{
        size_t at = 0, n;

        while (at < length) {
                for (n = 1; n <= 4 && n <= length - at && !text_is_utf8(text + at, n); n++)
                        ;
                if (n > 4 || n > length - at)
                        return at;
                at += n;
        }
        return length;
}

static int build(const char *text, const JsonGrammar *value, Json **ret, Error *err)
{
        _cleanup_(tokener_freep) json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 2);
        _cleanup_json_wipe_ Json *json = NULL;

        if (!tokener)
                abort();
        /* not JSON_TOKENER_STRICT: json_grammar has been stricter, and that of json-c 0.18 refuses all that is not
         * ASCII */
        json = json_tokener_parse_ex(tokener, text + value->start, (int)(value->end - value->start));
        if (json_tokener_get_error(tokener) == json_tokener_continue)
                json = json_tokener_parse_ex(tokener, "", -1); /* ends a number that is the whole document */
        if (json_tokener_get_error(tokener) != json_tokener_success)
                return error_set(err, ERROR_INPUT, "not JSON: json-c says: %s",
                                 json_tokener_error_desc(json_tokener_get_error(tokener)));
        *ret = TAKE_PTR(json);
        return 0;
}

static size_t count_members(Json *json)
{
        size_t n = 0, i;

        if (json_object_is_type(json, json_type_object)) {
                json_object_object_foreach(json, name, member)
                {
                        (void)name;
                        n += 1 + count_members(member);
                }
        } else if (json_object_is_type(json, json_type_array)) {
                for (i = 0; i < (size_t)json_object_array_length(json); i++)
                        n += count_members(json_object_array_get_idx(json, i));
        }
        return n;
}

static int parse(const char *text, size_t length, bool unique, Json **ret, Error *err)
{
        _cleanup_json_wipe_ Json *json = NULL;
        JsonGrammar grammar;
        size_t bad;

        if (length > JSON_SIZE_MAX)
                return error_set(err, ERROR_INPUT, "not read: %zu bytes of JSON are more than %d", length,
                                 JSON_SIZE_MAX);
        bad = first_not_utf8(text, length);
        if (bad < length)
                return error_set(err, ERROR_INPUT, "not JSON: not UTF-8, at byte %zu", bad);
        if (json_grammar_check(text, length, JSON_DEPTH_MAX, &grammar, err) < 0)
                return -1;
        if (build(text, &grammar, &json, err) < 0)
                return -1;
        if (unique && count_members(json) != grammar.members)
                return error_set(err, ERROR_INPUT, "a member stands twice in one object");
        *ret = TAKE_PTR(json);
        return 0;
}

int json_parse(const char *text, size_t length, Json **ret, Error *err)
{
        size_t mark = sizeof(byte_order_mark) - 1;

        if (length < mark || memcmp(text, byte_order_mark, mark) != 0)
                mark = 0;
        return parse(text + mark, length - mark, false, ret, err);
}

int json_parse_unique(const char *text, size_t length, Json **ret, Error *err)
{
        return parse(text, length, true, ret, err);
}

static void wipe_strings(Json *json)
{
        size_t i;

        if (json_object_is_type(json, json_type_string)) {
                secret_wipe((char *)json_object_get_string(json), (size_t)json_object_get_string_len(json));
        } else if (json_object_is_type(json, json_type_object)) {
                json_object_object_foreach(json, name, member)
                {
                        (void)name;
                        wipe_strings(member);
                }
        } else if (json_object_is_type(json, json_type_array)) {
                for (i = 0; i < (size_t)json_object_array_length(json); i++)
                        wipe_strings(json_object_array_get_idx(json, i));
        }
}

void json_wipe(Json *json)
{
        wipe_strings(json);
        json_object_put(json);
}

Json *json_member(Json *object, const char *name)
{
        Json *member = NULL;

        if (!json_object_is_type(object, json_type_object))
                return NULL;
        json_object_object_get_ex(object, name, &member);
        return member;
}

const char *json_string(Json *object, const char *name)
{
        Json *member = json_member(object, name);
        const char *text;

        if (!json_object_is_type(member, json_type_string))
                return NULL;
        text = json_object_get_string(member);
        return strlen(text) == (size_t)json_object_get_string_len(member) ? text : NULL;
}

const char *json_kind(const Json *value)
{
        switch (json_object_get_type(value)) {
        case json_type_object:
                return "object";
        case json_type_array:
                return "array";
        case json_type_string:
                return "string";
        case json_type_int:
        case json_type_double:
                return "number";
        case json_type_boolean:
                return "boolean";
        case json_type_null:
                return "null";
        }
        return "null";
}
