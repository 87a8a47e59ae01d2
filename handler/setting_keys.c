#include "handler/setting_keys.h"

#include <string.h>

#include "platform/base/text.h"

#define SHOWN_MAX 60

static bool is_resource_id(const char *text)
{
        char start[sizeof("/subscriptions/")];

        snprintf(start, sizeof(start), "%s", text);
        return text_equal_nocase(start, "/subscriptions/") && text[sizeof(start) - 1];
}

static bool is_plain_id(const char *text)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-";

        return strspn(text, allowed) == strlen(text);
}

static void take_resource_id(Request *request, const SettingValue *value)
{
        request->azure_resource_id = value->text;
}

static void take_workspace_id(Request *request, const SettingValue *value)
{
        request->workspace_id = value->text;
}

static void take_force(Request *request, const SettingValue *value)
{
        request->force_reonboarding = value->yes;
}

static void take_channel(Request *request, const SettingValue *value)
{
        request->channel = value->text;
}

static void take_expected_tenant(Request *request, const SettingValue *value)
{
        request->expected_tenant_id = value->text;
}

static void take_repair(Request *request, const SettingValue *value)
{
        request->repair_package_manager = value->yes;
}

static void take_verify(Request *request, const SettingValue *value)
{
        request->verify_strict = text_equal(value->text, "strict");
}

static void take_max_wait(Request *request, const SettingValue *value)
{
        request->max_wait_minutes = (int)value->number;
}

static void take_group(Request *request, const SettingValue *value)
{
        request->group_tag = value->text;
}

#define STRING(key, word) .name = key, .places = SETTING_PUBLIC, .type = SETTING_STRING, .effect = word
#define BOOL(key, word) .name = key, .places = SETTING_PUBLIC, .type = SETTING_BOOL, .effect = word, .example = "true"
#define SECRET(key)                                                                                                    \
        .name = key, .places = SETTING_PROTECTED, .type = SETTING_STRING, .effect = SETTING_LATER, .confidential = true

static const SettingKey keys[] = {
        { STRING("azureResourceId", SETTING_ACTS), .fits = is_resource_id, .take = take_resource_id,
          .wanted = "the resource ID of this machine, at most 1024 characters, beginning with /subscriptions/",
          .example = "\"/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/"
                     "Microsoft.Compute/virtualMachines/vm\"" },
        { STRING("defenderForServersWorkspaceId", SETTING_ACTS), .max = 200, .fits = is_plain_id,
          .take = take_workspace_id, .wanted = "at most 200 letters, digits and . _ / -",
          .example = "\"11111111-2222-3333-4444-555555555555\"" },
        { BOOL("forceReOnboarding", SETTING_ACTS), .take = take_force },
        { .name = "tags",
          .places = SETTING_PUBLIC,
          .type = SETTING_OBJECT,
          .effect = SETTING_ACTS,
          .example = "{\"GROUP\": \"servers\"}" },
        { STRING("channel", SETTING_ACTS), .choices = "prod|insiders-fast|insiders-slow", .take = take_channel,
          .example = "\"prod\"" },
        { STRING("expectedTenantId", SETTING_ACTS), .fits = text_is_guid, .take = take_expected_tenant,
          .wanted = "a tenant ID (GUID)", .example = "\"11111111-2222-3333-4444-555555555555\"" },
        { BOOL("repairPackageManager", SETTING_ACTS), .take = take_repair },
        { STRING("verifyOnboarding", SETTING_ACTS), .choices = "warn|strict", .take = take_verify,
          .example = "\"strict\"" },
        { .name = "maxWaitMinutes",
          .places = SETTING_PUBLIC,
          .type = SETTING_INTEGER,
          .effect = SETTING_ACTS,
          .min = 1,
          .max = 90,
          .take = take_max_wait,
          .wanted = "a whole number from 1 to 90",
          .example = "45" },

        { BOOL("vNextEnabled", SETTING_SILENT) },
        { BOOL("autoUpdate", SETTING_SILENT) },
        { STRING("provisionedBy", SETTING_SILENT), .example = "\"Manual\"" },
        { STRING("installedBy", SETTING_SILENT), .example = "\"Policy\"" },

        { STRING("version", SETTING_LATER), .max = 64, .example = "\"101.24072.0003\"" },
        { BOOL("allowDowngrade", SETTING_LATER) },
        { STRING("installPath", SETTING_LATER), .example = "\"/data/mdatp\"" },
        { BOOL("passiveMode", SETTING_LATER) },
        { STRING("proxy", SETTING_LATER), .confidential = true, .example = "\"http://proxy.example.com:3128\"" },
        { .name = "groupIds",
          .places = SETTING_PUBLIC,
          .type = SETTING_LIST,
          .effect = SETTING_LATER,
          .example = "[\"group1\"]" },
        { .name = "managedConfig",
          .places = SETTING_PUBLIC,
          .type = SETTING_OBJECT,
          .effect = SETTING_LATER,
          .confidential = true,
          .example = "{\"cloudService\": {\"enabled\": true}}" },
        { STRING("onConflict", SETTING_LATER), .choices = "fail|passive|ignore", .example = "\"fail\"" },
        { STRING("refusalAs", SETTING_LATER), .choices = "error|report", .example = "\"error\"" },
        { STRING("driftAs", SETTING_LATER), .choices = "report|error", .example = "\"report\"" },
        { .name = "skipChecks",
          .places = SETTING_PUBLIC,
          .type = SETTING_LIST,
          .effect = SETTING_LATER,
          .example = "[\"memory\"]" },
        { BOOL("useExistingRepo", SETTING_LATER) },
        { STRING("mirrorUrl", SETTING_LATER), .confidential = true, .example = "\"https://mirror.example.com\"" },
        { STRING("packageFile", SETTING_LATER), .example = "\"/var/tmp/mdatp.deb\"" },
        { BOOL("allowUnsupportedDistro", SETTING_LATER) },
        { BOOL("allowTenantChange", SETTING_LATER) },
        { .name = "onboardingPackageUri",
          .places = SETTING_PUBLIC | SETTING_PROTECTED,
          .type = SETTING_STRING,
          .effect = SETTING_LATER,
          .confidential = true,
          .example = "\"https://example.com/onboarding.py\"" },
        { STRING("onboardingPackageSha256", SETTING_LATER), .max = 64, .example = "\"64 hexadecimal digits\"" },
        { BOOL("onboardingFromAzure", SETTING_LATER) },

        { SECRET(SETTING_ONBOARDING_SCRIPT) },
        { SECRET("defenderForEndpointOffboardingScript") },
};

static const SettingKey group = { STRING("GROUP", SETTING_ACTS), .max = 200, .take = take_group,
                                  .wanted = "at most 200 printable characters", .example = "\"servers\"" };

const SettingKey *setting_key_group(void)
{
        return &group;
}

const SettingKey *setting_key_find(const char *name, SettingPlace place)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(keys); i++)
                if (strcmp(keys[i].name, name) == 0 && (keys[i].places & place))
                        return &keys[i];
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
        for (i = 0; i < ELEMENTSOF(keys); i++) {
                away = text_equal_nocase(keys[i].name, name) ? 0 : distance(name, keys[i].name);
                if (away < best) {
                        best = away;
                        near = &keys[i];
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
                shown = text_escape(json_object_get_string(json), SHOWN_MAX);
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
                shown = text_escape(json_object_to_json_string(json), SHOWN_MAX);
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
                [SETTING_LIST] = "a list of texts",
        };

        if (key->choices)
                return text_format("one of %s", key->choices);
        if (key->wanted)
                return text_copy(key->wanted);
        if (key->type == SETTING_STRING)
                return text_format("%s, at most %d", types[key->type], key->max ? (int)key->max : SETTING_STRING_MAX);
        return text_copy(types[key->type]);
}

static int wrong(const SettingKey *key, Json *json, Failure *failure)
{
        _cleanup_free_ char *found = describe(key, json), *wanted = describe_wanted(key);

        if (!key->example)
                return failure_set(failure, REASON_SETTINGS_INVALID, "\"%s\" is %s, not %s", key->name, found, wanted);
        return failure_set(failure, REASON_SETTINGS_INVALID, "\"%s\" is %s, not %s; right would be \"%s\": %s",
                           key->name, found, wanted, key->name, key->example);
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
        for (i = 0; i < (size_t)json_object_array_length(json); i++)
                if (!json_object_is_type(json_object_array_get_idx(json, i), json_type_string))
                        return false;
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

int setting_key_read(const SettingKey *key, Json *json, SettingValue *ret, Failure *failure)
{
        SettingValue value = { .given = json != NULL };

        if (json_object_is_type(json, json_type_string)) {
                value.text = trimmed(json);
                value.given = *value.text;
        }
        if (value.given && !read_value(key, json, &value))
                return wrong(key, json, failure);
        *ret = value;
        return 0;
}
