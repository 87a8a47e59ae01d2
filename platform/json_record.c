#include "platform/json_record.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "platform/base/text.h"

static int64_t get_integer(const void *at, size_t size, bool is_signed)
{
        switch (size) {
        case 1:
                return is_signed ? *(const int8_t *)at : *(const uint8_t *)at;
        case 2:
                return is_signed ? *(const int16_t *)at : *(const uint16_t *)at;
        case 4:
                return is_signed ? (int64_t) * (const int32_t *)at : (int64_t) * (const uint32_t *)at;
        default:
                return *(const int64_t *)at;
        }
}

static void set_integer(void *at, size_t size, int64_t value)
{
        switch (size) {
        case 1:
                *(uint8_t *)at = (uint8_t)value;
                break;
        case 2:
                *(uint16_t *)at = (uint16_t)value;
                break;
        case 4:
                *(uint32_t *)at = (uint32_t)value;
                break;
        default:
                *(int64_t *)at = value;
        }
}

/* --- making ------------------------------------------------------------------------------------------ */

/* "://" also as it is escaped in JSON that is a text itself. Its length; 0: none here. */
static size_t scheme_end(const char *text, size_t left)
{
        static const char *const forms[] = { "://", ":\\/\\/" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(forms); i++)
                if (left >= strlen(forms[i]) && memcmp(text, forms[i], strlen(forms[i])) == 0)
                        return strlen(forms[i]);
        return 0;
}

/* Bytes of NAME:PASSWORD in an authority; 0: there is none. */
static size_t user_length(const char *text, size_t left)
{
        size_t i, user = 0;

        for (i = 0; i < left && !strchr("/\"' \t\r\n", text[i]); i++)
                if (text[i] == '@')
                        user = i;
        return user;
}

static Json *make_text(const char *text, size_t length)
{
        _cleanup_(text_clear) Text out = { 0 };
        _cleanup_free_ char *escaped = NULL;
        size_t i, n, user;

        if (!text_is_utf8(text, length) || memchr(text, '\0', length)) {
                escaped = text_escape(text, length * 4 + 8);
                text = escaped;
                length = strlen(escaped);
        }
        for (i = 0; i < length; i += n) {
                n = scheme_end(text + i, length - i);
                user = n ? user_length(text + i + n, length - i - n) : 0;
                text_append_bytes(&out, text + i, n ? n : 1);
                if (user)
                        text_append(&out, "***");
                n = (n ? n : 1) + user;
        }
        return json_object_new_string_len(out.data ? out.data : "", (int)out.length);
}

static Json *make_bits(uint64_t bits)
{
        char text[24];

        snprintf(text, sizeof(text), "0x%" PRIx64, bits);
        return bits ? json_object_new_string(text) : NULL;
}

static Json *make_word(const JsonField *field, const void *at)
{
        int64_t value = get_integer(at, field->size, false);

        if (value < 0 || value >= (int64_t)field->n_words || !field->words[value])
                return NULL;
        return json_object_new_string(field->words[value]);
}

static Json *make_list(const JsonField *field, const char *record)
{
        size_t n = *(const size_t *)(record + field->at_length), i;
        Json *list = n > 0 ? json_object_new_array() : NULL;

        for (i = 0; i < n && i < field->max; i++)
                json_object_array_add(list, json_record_make(field->fields, record + field->offset + i * field->size));
        return list;
}

static Json *make_owned(const JsonField *field, const char *record)
{
        const char *text = *(char *const *)(record + field->offset);
        size_t length = *(const size_t *)(record + field->at_length);

        return text && length <= field->size ? make_text(text, length) : NULL;
}

static Json *make_object(const JsonField *fields, const char *record)
{
        _cleanup_json_ Json *object = json_record_make(fields, record);

        return json_object_object_length(object) > 0 ? TAKE_PTR(object) : NULL;
}

/* NULL: it has its absent value. */
static Json *make_field(const JsonField *field, const char *record)
{
        const char *at = record + field->offset;
        int64_t number;

        switch (field->type) {
        case JSON_FIELD_INTEGER:
                number = get_integer(at, field->size, field->is_signed);
                return number == field->absent ? NULL : json_object_new_int64(number);
        case JSON_FIELD_BITS:
                return make_bits(*(const uint64_t *)at);
        case JSON_FIELD_BOOL:
                return *(const bool *)at ? json_object_new_boolean(1) : NULL;
        case JSON_FIELD_WORD:
                return make_word(field, at);
        case JSON_FIELD_NAME:
                return *(const char *const *)at ? json_object_new_string(*(const char *const *)at) : NULL;
        case JSON_FIELD_TEXT:
                return *at ? make_text(at, strnlen(at, field->size)) : NULL;
        case JSON_FIELD_OWNED:
                return make_owned(field, record);
        case JSON_FIELD_OBJECT:
                return make_object(field->fields, at);
        case JSON_FIELD_LIST:
                return make_list(field, record);
        }
        return NULL;
}

Json *json_record_make(const JsonField *fields, const void *record)
{
        Json *object = json_object_new_object();
        const JsonField *field;

        for (field = fields; field->name; field++) {
                Json *member = make_field(field, record);

                if (member)
                        json_object_object_add(object, field->name, member);
        }
        return object;
}

/* --- reading ----------------------------------------------------------------------------------------- */

static int wrong(const char *path, Json *found, const char *wanted, Error *err)
{
        _cleanup_free_ char *shown = NULL;

        if (json_object_is_type(found, json_type_object) || json_object_is_type(found, json_type_array))
                return error_set(err, ERROR_INPUT, "%s is of type %s, not %s", path, json_kind(found), wanted);
        shown = text_escape(json_object_get_string(found), 60);
        return error_set(err, ERROR_INPUT, "%s is the %s \"%s\", not %s", path, json_kind(found), shown, wanted);
}

static int read_integer(const JsonField *field, Json *json, void *at, const char *path, Error *err)
{
        int bits = field->size >= 8 ? 63 : (int)field->size * 8 - (field->is_signed ? 1 : 0);
        int64_t max = (int64_t)((UINT64_C(1) << bits) - 1), value;
        _cleanup_free_ char *wanted = NULL;

        if (json_object_is_type(json, json_type_int)) {
                errno = 0;
                value = json_object_get_int64(json);
                if (value <= max && value >= (field->is_signed ? -max - 1 : 0)) {
                        set_integer(at, field->size, value);
                        return 0;
                }
        }
        wanted = text_format("a whole number from %" PRId64 " to %" PRId64, field->is_signed ? -max - 1 : 0, max);
        return wrong(path, json, wanted, err);
}

static int read_bits(Json *json, uint64_t *at, const char *path, Error *err)
{
        const char *text = json_object_is_type(json, json_type_string) ? json_object_get_string(json) : "";
        size_t length = strlen(text);

        if (!text_starts_with(text, "0x") || length < 3 || length > 18 ||
            strspn(text + 2, "0123456789abcdefABCDEF") != length - 2)
                return wrong(path, json, "bits like \"0x10000\"", err);
        *at = strtoull(text + 2, NULL, 16);
        return 0;
}

static int read_word(const JsonField *field, Json *json, void *at, const char *path, Error *err)
{
        const char *text = json_object_is_type(json, json_type_string) ? json_object_get_string(json) : NULL;
        _cleanup_(text_clear) Text wanted = { 0 };
        size_t i;

        for (i = 0; i < field->n_words; i++) {
                if (text && text_equal(text, field->words[i])) {
                        set_integer(at, field->size, (int64_t)i);
                        return 0;
                }
                if (field->words[i])
                        text_append(&wanted, "%s%s", wanted.length ? ", " : "one of ", field->words[i]);
        }
        return wrong(path, json, wanted.data, err);
}

static int read_name(const JsonField *field, Json *json, const char **at, const char *path, Error *err)
{
        const char *text = json_object_is_type(json, json_type_string) ? json_object_get_string(json) : NULL;
        const char *found = text ? field->find(text) : NULL;

        if (!found)
                return wrong(path, json, "a name that is known here", err);
        *at = found;
        return 0;
}

static int read_text(const JsonField *field, Json *json, char *at, const char *path, Error *err)
{
        _cleanup_free_ char *wanted = NULL;

        if (json_object_is_type(json, json_type_string) && (size_t)json_object_get_string_len(json) < field->size) {
                snprintf(at, field->size, "%s", json_object_get_string(json));
                return 0;
        }
        wanted = text_format("a text of at most %zu bytes", field->size - 1);
        return wrong(path, json, wanted, err);
}

static int read_owned(const JsonField *field, Json *json, char *record, const char *path, Error *err)
{
        size_t length;

        if (!json_object_is_type(json, json_type_string))
                return wrong(path, json, "a text", err);
        length = (size_t)json_object_get_string_len(json);
        *(char **)(record + field->offset) = text_copy_n(json_object_get_string(json), length);
        *(size_t *)(record + field->at_length) = length;
        return 0;
}

static int read_object(const JsonField *fields, Json *json, void *record, const char *path, Error *err);

static int read_list(const JsonField *field, Json *json, char *record, const char *path, Error *err)
{
        size_t i, n = json_object_is_type(json, json_type_array) ? (size_t)json_object_array_length(json) : 0;

        if (!json_object_is_type(json, json_type_array))
                return wrong(path, json, "a list", err);
        if (n > field->max)
                return error_set(err, ERROR_INPUT, "%s has %zu elements, more than %zu", path, n, field->max);
        for (i = 0; i < n; i++) {
                _cleanup_free_ char *name = text_format("%s[%zu]", path, i);

                if (read_object(field->fields, json_object_array_get_idx(json, i),
                                record + field->offset + i * field->size, name, err) < 0)
                        return -1;
        }
        *(size_t *)(record + field->at_length) = n;
        return 0;
}

static int read_field(const JsonField *field, Json *json, char *record, const char *path, Error *err)
{
        char *at = record + field->offset;

        switch (field->type) {
        case JSON_FIELD_INTEGER:
                return read_integer(field, json, at, path, err);
        case JSON_FIELD_BITS:
                return read_bits(json, (uint64_t *)at, path, err);
        case JSON_FIELD_BOOL:
                if (!json_object_is_type(json, json_type_boolean))
                        return wrong(path, json, "true or false", err);
                *(bool *)at = json_object_get_boolean(json);
                return 0;
        case JSON_FIELD_WORD:
                return read_word(field, json, at, path, err);
        case JSON_FIELD_NAME:
                return read_name(field, json, (const char **)at, path, err);
        case JSON_FIELD_TEXT:
                return read_text(field, json, at, path, err);
        case JSON_FIELD_OWNED:
                return read_owned(field, json, record, path, err);
        case JSON_FIELD_OBJECT:
                return read_object(field->fields, json, at, path, err);
        case JSON_FIELD_LIST:
                return read_list(field, json, record, path, err);
        }
        return 0;
}

static void set_absent(const JsonField *fields, char *record)
{
        const JsonField *field;

        for (field = fields; field->name; field++) {
                if (field->type == JSON_FIELD_INTEGER)
                        set_integer(record + field->offset, field->size, field->absent);
                else if (field->type == JSON_FIELD_OBJECT)
                        set_absent(field->fields, record + field->offset);
        }
}

static int read_members(const JsonField *fields, Json *json, char *record, const char *path, Error *err)
{
        const JsonField *field;

        for (field = fields; field->name; field++) {
                Json *member = json_member(json, field->name);
                _cleanup_free_ char *name = text_format("%s%s%s", path, *path ? "." : "", field->name);

                if (member && read_field(field, member, record, name, err) < 0)
                        return -1;
        }
        return 0;
}

static int read_object(const JsonField *fields, Json *json, void *record, const char *path, Error *err)
{
        if (!json_object_is_type(json, json_type_object))
                return wrong(*path ? path : "the document", json, "an object", err);
        set_absent(fields, record);
        return read_members(fields, json, record, path, err);
}

int json_record_read(const JsonField *fields, Json *json, void *record, Error *err)
{
        return read_object(fields, json, record, "", err);
}
