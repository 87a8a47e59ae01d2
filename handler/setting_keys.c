#include "handler/setting_keys.h"

#include <string.h>

#include "platform/base/text.h"

#define SHOWN_MAX 60

const SettingKey *setting_key_find(const char *name, SettingPlace place)
{
        size_t i;

        for (i = 0; i < setting_keys_count; i++)
                if (strcmp(setting_keys[i].name, name) == 0 && (setting_keys[i].places & place))
                        return &setting_keys[i];
        return NULL;
}

#define NAME_LONGEST 60

static size_t least(size_t a, size_t b, size_t c)
{
        size_t d = a < b ? a : b;

        return d < c ? d : c;
}

/* How many letters have to be put in, taken out or changed. Both are at most NAME_LONGEST long. */
static size_t distance(const char *a, const char *b)
{
        size_t row[NAME_LONGEST + 1], length = strlen(b), i, j, diagonal, above;

        for (j = 0; j <= length; j++)
                row[j] = j;
        for (i = 1; a[i - 1]; i++) {
                diagonal = row[0];
                row[0] = i;
                for (j = 1; j <= length; j++) {
                        above = row[j];
                        row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
                        diagonal = above;
                }
        }
        return row[length];
}

const SettingKey *setting_key_near(const char *name)
{
        size_t i, away, best = 3;
        const SettingKey *near = NULL;

        if (strlen(name) > NAME_LONGEST || strlen(name) < 4)
                return NULL;
        for (i = 0; i < setting_keys_count; i++) {
                away = text_equal_nocase(setting_keys[i].name, name) ? 0 : distance(name, setting_keys[i].name);
                if (away < best) {
                        best = away;
                        near = &setting_keys[i];
                }
        }
        return near;
}

static bool is_printable(const char *text)
{
        const unsigned char *p = (const unsigned char *)text;

        for (; *p; p++)
                if (*p < 0x20 || *p == 0x7f || (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
                        return false;
        return true;
}

/* Is text one of "a|b|c"? */
static bool is_choice(const char *choices, const char *text)
{
        size_t length = strlen(text), n;

        for (;; choices += n + 1) {
                n = strcspn(choices, "|");
                if (n == length && memcmp(choices, text, n) == 0)
                        return true;
                if (!choices[n])
                        return false;
        }
}

static char *describe(const SettingKey *key, Json *json)
{
        _cleanup_free_ char *shown = NULL;

        switch (json_object_get_type(json)) {
        case json_type_string:
                if (key->confidential)
                        return text_copy("a text that is not shown here");
                shown = text_shown(json_object_get_string(json), SHOWN_MAX);
                return text_format("\"%s\" (%d characters)", shown, json_object_get_string_len(json));
        case json_type_array:
                return text_copy("a list");
        case json_type_object:
                return text_copy("an object");
        case json_type_int:
        case json_type_double:
        case json_type_boolean:
        case json_type_null:
        default:
                if (key->confidential)
                        return text_format("a %s", json_kind(json));
                shown = text_shown(json_object_to_json_string(json), SHOWN_MAX);
                return text_format("the %s %s", json_kind(json), shown);
        }
}

static char *describe_wanted(const SettingKey *key)
{
        static const char *const types[] = {
                [SETTING_STRING] = "a text of printable characters",
                [SETTING_BOOL] = "true or false",
                [SETTING_INTEGER] = "a whole number",
                [SETTING_OBJECT] = "an object",
                [SETTING_LIST] = "a list of at most 32 texts",
        };

        if (key->choices)
                return text_format("one of %s", key->choices);
        if (key->wanted)
                return text_copy(key->wanted);
        if (key->type == SETTING_STRING)
                return text_format("%s, at most %d", types[key->type], key->max ? (int)key->max : SETTING_STRING_MAX);
        return text_copy(types[key->type]);
}

char *setting_key_complaint(const SettingKey *key, Json *json)
{
        _cleanup_free_ char *found = describe(key, json), *wanted = describe_wanted(key);

        return text_format("\"%s\" is %s, not %s", key->name, found, wanted);
}

static int wrong(const SettingKey *key, Json *json, Failure *failure)
{
        _cleanup_free_ char *complaint = setting_key_complaint(key, json);

        if (!key->example)
                return failure_set(failure, REASON_SETTINGS_INVALID, "%s", complaint);
        return failure_set(failure, REASON_SETTINGS_INVALID, "%s; right would be \"%s\": %s", complaint, key->name,
                           key->example);
}

static bool string_fits(const SettingKey *key, const char *text)
{
        size_t length = strlen(text);

        if (length > (size_t)(key->max ? key->max : SETTING_STRING_MAX) || !is_printable(text))
                return false;
        if (key->choices)
                return is_choice(key->choices, text);
        return !key->fits || key->fits(text);
}

/* Trims the document's own string; the JSON grammar lets no NUL into one. */
static const char *trimmed(Json *json)
{
        const char *text = json_object_get_string(json);
        _cleanup_free_ char *copy = text_trim(text_copy(text));

        if (!text_equal(copy, text))
                json_object_set_string(json, copy);
        return json_object_get_string(json);
}

static bool read_bool(Json *json, SettingValue *ret)
{
        if (!json_object_is_type(json, json_type_boolean))
                return ret->text && text_to_bool(ret->text, &ret->yes);
        ret->yes = json_object_get_boolean(json);
        return true;
}

static bool read_integer(const SettingKey *key, Json *json, SettingValue *ret)
{
        if (!json_object_is_type(json, json_type_int))
                return ret->text && text_to_int64(ret->text, key->min, key->max, &ret->number);
        ret->number = json_object_get_int64(json);
        return ret->number >= key->min && ret->number <= key->max;
}

static bool is_list_of_strings(Json *json)
{
        size_t i;

        if (!json_object_is_type(json, json_type_array))
                return false;
        if (json_object_array_length(json) > REQUEST_LIST_MAX)
                return false;
        for (i = 0; i < (size_t)json_object_array_length(json); i++) {
                Json *item = json_object_array_get_idx(json, i);

                if (!json_object_is_type(item, json_type_string) || !is_printable(json_object_get_string(item)))
                        return false;
        }
        return true;
}

static bool read_value(const SettingKey *key, Json *json, SettingValue *ret)
{
        switch (key->type) {
        case SETTING_STRING:
                return ret->text && string_fits(key, ret->text);
        case SETTING_BOOL:
                return read_bool(json, ret);
        case SETTING_INTEGER:
                return read_integer(key, json, ret);
        case SETTING_OBJECT:
                return json_object_is_type(json, json_type_object);
        case SETTING_LIST:
                return is_list_of_strings(json);
        default:
                return false;
        }
}

bool setting_is_absent(Json *member)
{
        const char *text = json_object_is_type(member, json_type_string) ? json_object_get_string(member) : NULL;

        return !member || (text && text[strspn(text, " \t\r\n")] == '\0');
}

int setting_key_read(const SettingKey *key, Json *json, SettingValue *ret, Failure *failure)
{
        SettingValue value = { .given = json != NULL, .json = json };

        if (json_object_is_type(json, json_type_string)) {
                value.text = trimmed(json);
                value.given = *value.text;
        }
        if (value.given && !read_value(key, json, &value))
                return wrong(key, json, failure);
        *ret = value;
        return 0;
}
