#include "agent/sensor/sensor.h"

#include <string.h>
#include <time.h>

#include "platform/base/text.h"
#include "platform/json.h"

/* "unavailable" is how the sensor says it has none. */
static void take(const char *value, char *buffer, size_t size)
{
        _cleanup_free_ char *escaped = NULL;

        if (!value || text_equal_nocase(value, "unavailable"))
                value = "";
        escaped = text_escape(value, size - 8);
        snprintf(buffer, size, "%s", escaped);
}

static Tri tri_of(const char *word)
{
        if (text_equal_nocase(word, "true") || text_equal_nocase(word, "enabled"))
                return TRI_YES;
        if (text_equal_nocase(word, "false") || text_equal_nocase(word, "disabled"))
                return TRI_NO;
        return TRI_UNKNOWN;
}

/* Configurable members are objects with the value inside; "$type" objects name a state. */
static Json *value_of(Json *object, const char *name)
{
        Json *member = json_member(object, name);
        Json *inner = json_object_is_type(member, json_type_object) ? json_member(member, "value") : NULL;

        return inner ? inner : member;
}

static const char *string_of(Json *object, const char *name)
{
        Json *value = value_of(object, name);

        if (json_object_is_type(value, json_type_object))
                return json_string(value, "$type");
        return value && json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static Tri tri_member(Json *object, const char *name)
{
        Json *value = value_of(object, name);

        if (json_object_is_type(value, json_type_boolean))
                return tri(json_object_get_boolean(value));
        return tri_of(string_of(object, name));
}

/* Milliseconds since 1970, or a time as the text form shows it; 0: neither. */
static int64_t seconds_of(const char *text)
{
        struct tm tm = { 0 };
        int64_t number = 0;
        const char *rest;

        if (!text)
                return 0;
        if (text_to_int64(text, 0, INT64_MAX, &number))
                return number / 1000;
        rest = strptime(text, "%b %d, %Y at %I:%M:%S %p", &tm);
        return rest && !*rest ? (int64_t)timegm(&tm) : 0;
}

#define AGE_MAX_MIN (5 * 366 * 24 * 60) /* older than any build: counted from 1970, as there never were any */

/* A number, or one as text; "unavailable" and a clock that went back tell nothing. */
static int64_t age_of(const char *minutes)
{
        int64_t number = 0;

        if (!minutes || !text_to_int64(minutes, 0, AGE_MAX_MIN, &number))
                return 0;
        return number > 0 ? number : 1;
}

static void add_tags(Json *list, SensorHealth *health)
{
        size_t i;

        for (i = 0; i < json_object_array_length(list) && health->n_tags < SENSOR_TAGS_MAX; i++) {
                Json *entry = json_object_array_get_idx(list, i);
                const char *key = json_string(entry, "key"), *value = json_string(entry, "value");
                SensorTag *tag = &health->tags[health->n_tags];

                if (!key || !value)
                        continue;
                snprintf(tag->key, sizeof(tag->key), "%s", key);
                snprintf(tag->value, sizeof(tag->value), "%s", value);
                health->n_tags++;
        }
        health->tags_known = TRI_YES;
}

static void join(Json *list, char *buffer, size_t size)
{
        size_t i, used;

        for (i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++) {
                Json *entry = json_object_array_get_idx(list, i);
                _cleanup_free_ char *escaped = NULL;

                if (!json_object_is_type(entry, json_type_string))
                        continue;
                escaped = text_escape(json_object_get_string(entry), 120);
                used = strlen(buffer);
                snprintf(buffer + used, size - used, "%s%s", used ? "; " : "", escaped);
        }
}

static void add_issues(Json *list, SensorHealth *health)
{
        join(list, health->issues, sizeof(health->issues));
}

static void add_conflicting(Json *list, SensorHealth *health)
{
        join(list, health->conflicting, sizeof(health->conflicting));
}

static Tri managed(Json *object, const char *name)
{
        Json *flag = json_member(json_member(object, name), "isManaged");

        return json_object_is_type(flag, json_type_boolean) ? tri(json_object_get_boolean(flag)) : TRI_UNKNOWN;
}

bool sensor_parse_json(const char *text, size_t length, SensorHealth *health)
{
        _cleanup_json_ Json *root = NULL;
        Json *tags;

        /* an "ATTENTION: no license" line may stand before the object */
        while (length > 0 && *text != '{') {
                const char *newline = memchr(text, '\n', length);

                if (!newline)
                        return false;
                length -= (size_t)(newline + 1 - text);
                text = newline + 1;
        }
        if (json_parse(text, length, &root, NULL) < 0 || !json_object_is_type(root, json_type_object) ||
            !json_member(root, "licensed"))
                return false;
        health->healthy = tri_member(root, "healthy");
        health->licensed = tri_member(root, "licensed");
        health->passive = tri_member(root, "passiveModeEnabled");
        health->passive_managed = managed(root, "passiveModeEnabled");
        health->troubleshooting = tri_member(root, "troubleshootingMode");
        take(string_of(root, "functionalityMode"), health->mode, sizeof(health->mode));
        take(string_of(root, "managedBy"), health->managed_by, sizeof(health->managed_by));
        take(string_of(root, "tamperProtection"), health->tamper, sizeof(health->tamper));
        take(string_of(root, "edrGroupIds"), health->group_ids, sizeof(health->group_ids));
        take(string_of(root, "proxy"), health->proxy, sizeof(health->proxy));
        take(string_of(root, "orgId"), health->org_id, sizeof(health->org_id));
        take(string_of(root, "appVersion"), health->version, sizeof(health->version));
        take(string_of(root, "edrMachineId"), health->machine_id, sizeof(health->machine_id));
        take(string_of(root, "releaseRing"), health->ring, sizeof(health->ring));
        take(string_of(root, "definitionsStatus"), health->definitions, sizeof(health->definitions));
        health->definitions_age_min = age_of(json_object_get_string(value_of(root, "definitionsUpdatedMinutesAgo")));
        health->expires_s = seconds_of(string_of(root, "productExpiration"));
        add_issues(json_member(root, "healthIssues"), health);
        add_conflicting(json_member(root, "conflictingApplications"), health);
        tags = value_of(root, "edrDeviceTags");
        if (json_object_is_type(tags, json_type_array))
                add_tags(tags, health);
        health->tags_managed = managed(root, "edrDeviceTags");
        return true;
}

static void parse_list(char *value, SensorHealth *health, void (*add)(Json *, SensorHealth *))
{
        _cleanup_json_ Json *list = NULL;

        if (json_parse(value, strlen(value), &list, NULL) == 0 && json_object_is_type(list, json_type_array))
                add(list, health);
}

/* value without the quotes and the mark of managed settings. */
static char *strip(char *value, bool *ret_managed)
{
        size_t length;

        text_trim(value);
        *ret_managed = text_ends_with(value, "[managed]");
        if (*ret_managed) {
                value[strlen(value) - strlen("[managed]")] = '\0';
                text_trim(value);
        }
        length = strlen(value);
        if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
                value[length - 1] = '\0';
                value++;
        }
        return value;
}

static bool take_word(const char *name, const char *value, SensorHealth *health)
{
        const struct {
                const char *name;
                char *buffer;
                size_t size;
        } words[] = {
                { "org_id", health->org_id, sizeof(health->org_id) },
                { "app_version", health->version, sizeof(health->version) },
                { "edr_machine_id", health->machine_id, sizeof(health->machine_id) },
                { "release_ring", health->ring, sizeof(health->ring) },
                { "definitions_status", health->definitions, sizeof(health->definitions) },
                { "functionality_mode", health->mode, sizeof(health->mode) },
                { "managed_by", health->managed_by, sizeof(health->managed_by) },
                { "tamper_protection", health->tamper, sizeof(health->tamper) },
                { "edr_group_ids", health->group_ids, sizeof(health->group_ids) },
                { "proxy", health->proxy, sizeof(health->proxy) },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(words); i++)
                if (text_equal(name, words[i].name)) {
                        take(value, words[i].buffer, words[i].size);
                        return true;
                }
        return false;
}

static bool take_flag(const char *name, const char *value, SensorHealth *health)
{
        const struct {
                const char *name;
                Tri *flag;
        } flags[] = {
                { "healthy", &health->healthy },
                { "licensed", &health->licensed },
                { "passive_mode_enabled", &health->passive },
                { "troubleshooting_mode", &health->troubleshooting },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(flags); i++)
                if (text_equal(name, flags[i].name)) {
                        *flags[i].flag = tri_of(value);
                        return true;
                }
        return false;
}

static void take_line(const char *name, char *value, SensorHealth *health)
{
        bool managed_value = false;

        value = strip(value, &managed_value);
        if (text_equal(name, "passive_mode_enabled"))
                health->passive_managed = tri(managed_value);
        else if (text_equal(name, "edr_device_tags"))
                health->tags_managed = tri(managed_value);
        if (take_word(name, value, health) || take_flag(name, value, health))
                return;
        if (text_equal(name, "product_expiration"))
                health->expires_s = seconds_of(value);
        else if (text_equal(name, "definitions_updated_minutes_ago"))
                health->definitions_age_min = age_of(value);
        else if (text_equal(name, "health_issues"))
                parse_list(value, health, add_issues);
        else if (text_equal(name, "conflicting_applications"))
                parse_list(value, health, add_conflicting);
        else if (text_equal(name, "edr_device_tags"))
                parse_list(value, health, add_tags);
}

bool sensor_parse_text(const char *text, size_t length, SensorHealth *health)
{
        const char *cursor = text, *line;
        bool any = false;
        size_t n;

        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *name = text_copy_n(line, n);
                char *colon = strchr(name, ':');

                if (!colon)
                        continue;
                *colon = '\0';
                text_trim(name);
                any = any || text_equal(name, "licensed");
                take_line(name, colon + 1, health);
        }
        return any;
}
