#include "handler/settings_site.h"

#include <stdarg.h>
#include <string.h>

#include "handler/setting_keys.h"
#include "platform/base/text.h"

static int refuse(Failure *failure, const char *format, ...) _printf_(2, 3);

static int refuse(Failure *failure, const char *format, ...)
{
        char text[ERROR_TEXT_MAX];
        va_list ap;

        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        return failure_set(failure, REASON_CONFIGURATION_UNTRUSTED, "%s", text);
}

/* "; did you mean "channel"?", or nothing. Caller frees. */
static char *suggestion(const char *name)
{
        const SettingKey *near = setting_key_near(name);

        return near && (near->places & SETTING_PUBLIC) ? text_format("; did you mean \"%s\"?", near->name)
                                                       : text_copy(".");
}

/* --- policy ------------------------------------------------------------------------------------------ */

static bool take_out(Json *object, const char *path, unsigned depth);

/* Is something taken out of this member? *ret_whole: then it goes as a whole. */
static bool take_out_of(Json *member, const char *rest, unsigned depth, bool *ret_whole)
{
        bool taken;

        *ret_whole = true;
        if (!rest)
                return true;
        if (!json_object_is_type(member, json_type_object))
                return depth > 0; /* it would replace what the path reaches into; outermost its type is judged later */
        taken = take_out(member, rest, depth + 1);
        *ret_whole = json_object_object_length(member) == 0;
        return taken;
}

/* Members that differ in letter case only are all meant. */
static bool take_out(Json *object, const char *path, unsigned depth)
{
        size_t length = strcspn(path, ".");
        const char *rest = path[length] ? path + length + 1 : NULL;
        bool any = false, whole;

        json_object_object_foreach(object, name, member)
        {
                if (strlen(name) != length || strncasecmp(name, path, length) != 0 ||
                    !take_out_of(member, rest, depth, &whole))
                        continue;
                any = true;
                if (whole)
                        json_object_object_del(object, name);
        }
        return any;
}

/* A name that means nothing would let pass what it was to stop. */
static int check_denied(const Configuration *configuration, const char *path, Failure *failure)
{
        _cleanup_free_ char *name = text_copy_n(path, strcspn(path, ".")), *hint = suggestion(name);
        const SettingKey *key = setting_key_find(name, SETTING_PUBLIC);

        if (!key)
                return refuse(failure, "Line %u: deny-settings names \"%s\", and there is no public setting \"%s\"%s",
                              configuration->denied_line, path, name, hint);
        if (!text_equal(path, name) && key->type != SETTING_OBJECT)
                return refuse(failure,
                              "Line %u: deny-settings names \"%s\", but \"%s\" has no members; right would be %s.",
                              configuration->denied_line, path, name, name);
        return 0;
}

static void note_denied(const Configuration *configuration, const char *path, SettingNotes *notes)
{
        static const char key[] = "deny-settings in [policy] of " CONFIGURATION_FILE;

        if (configuration->denied_settings)
                setting_notes_add(notes,
                                  "setting \"%s\" has no effect: %s keeps it from being set from outside this machine",
                                  path, key);
        else
                setting_notes_add(
                        notes,
                        "setting \"%s\" has no effect: by default it cannot be set from outside this machine; to allow "
                        "it, write a list that does not name it as %s",
                        path, key);
}

/* Two names for one thing: who denies one of them means the other as well. */
static const struct {
        const char *setting, *member;
} aliases[] = {
        { "passiveMode", "managedConfig.antivirusEngine.enforcementLevel" },
        { "proxy", "managedConfig.cloudService.proxy" },
        { "groupIds", "managedConfig.edr.groupIds" },
        { "tags", "managedConfig.edr.tags" },
};

/* path is name, or what name lies in. */
static bool covers(const char *path, const char *name)
{
        size_t length = strlen(path);

        return strncasecmp(path, name, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

static void take_out_aliases(const Configuration *configuration, const char *path, Json *document, SettingNotes *notes)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(aliases); i++) {
                const char *other = covers(path, aliases[i].setting)                       ? aliases[i].member
                                    : strchr(path, '.') && covers(path, aliases[i].member) ? aliases[i].setting
                                                                                           : NULL;

                if (other && take_out(document, other, 0))
                        note_denied(configuration, other, notes);
        }
        /* it would make the sensor passive just as well */
        if (covers(path, "passiveMode") && text_equal(json_string(document, "onConflict"), "passive") &&
            take_out(document, "onConflict", 0))
                note_denied(configuration, "onConflict", notes);
}

static int apply_policy(const Configuration *configuration, Json *document, SettingNotes *notes, Failure *failure)
{
        const char *const *path;

        for (path = configuration_denied(configuration); *path; path++) {
                if (check_denied(configuration, *path, failure) < 0)
                        return -1;
                if (!document)
                        continue;
                if (take_out(document, *path, 0))
                        note_denied(configuration, *path, notes);
                take_out_aliases(configuration, *path, document, notes);
        }
        return 0;
}

bool settings_site_denies(const Configuration *configuration, const char *name, SettingNotes *notes)
{
        const char *const *path = configuration_denied(configuration);

        while (*path && !text_equal_nocase(*path, name))
                path++;
        if (*path)
                note_denied(configuration, *path, notes);
        return *path;
}

/* --- defaults ---------------------------------------------------------------------------------------- */

static int refuse_default(const ConfigurationSetting *setting, const SettingKey *key, const char *complaint,
                          Failure *failure)
{
        const char *example = key->example ? key->example : "";
        size_t length = strlen(example);

        if (key->type == SETTING_STRING && length >= 2) {
                example++;
                length -= 2;
        }
        return refuse(failure, "Line %u, [settings]: %s; right would be %s = %.*s", setting->line, complaint, key->name,
                      (int)length, example);
}

static const SettingKey *member_key(const SettingKey *key, const char *name)
{
        return key->take == NULL && text_equal(name, setting_key_group.name) ? &setting_key_group : NULL;
}

/* Of the object "tags", whose members have types of their own. */
static int check_members(const ConfigurationSetting *setting, const SettingKey *key, Json *object, Failure *failure)
{
        SettingValue value;
        Failure found;

        if (key->type != SETTING_OBJECT)
                return 0;
        json_object_object_foreach(object, name, member)
        {
                const SettingKey *inner = member_key(key, name);
                _cleanup_free_ char *complaint = NULL;

                if (!inner || setting_key_read(inner, member, &value, &found) == 0)
                        continue;
                complaint = setting_key_complaint(inner, member);
                return refuse_default(setting, key, complaint, failure);
        }
        return 0;
}

/* Numbers and booleans are read from texts; lists and objects are JSON. */
static int parse_default(const ConfigurationSetting *setting, const SettingKey *key, Json **ret, Failure *failure)
{
        _cleanup_free_ char *complaint = NULL;
        Error err = { 0 };

        if (key->type == SETTING_OBJECT || key->type == SETTING_LIST) {
                if (!*setting->value || json_parse_unique(setting->value, strlen(setting->value), ret, &err) == 0)
                        return 0;
                complaint = text_format("\"%s\" has to be JSON in one line (%s)", key->name, err.text);
                return refuse_default(setting, key, complaint, failure);
        }
        if (!text_is_utf8(setting->value, strlen(setting->value))) {
                complaint = text_format("\"%s\" is not UTF-8", key->name);
                return refuse_default(setting, key, complaint, failure);
        }
        *ret = json_object_new_string(setting->value);
        return 0;
}

static int read_default(const ConfigurationSetting *setting, Json **ret, Failure *failure)
{
        _cleanup_free_ char *complaint = NULL, *shown = text_escape(setting->name, 60),
                            *hint = suggestion(setting->name);
        const SettingKey *key = setting_key_find(setting->name, SETTING_PUBLIC);
        _cleanup_json_ Json *json = NULL;
        SettingValue value;
        Failure found;

        if (!key)
                return refuse(failure, "Line %u, [settings]: there is no public setting \"%s\"%s", setting->line, shown,
                              hint);
        if (parse_default(setting, key, &json, failure) < 0)
                return -1;
        if (setting_key_read(key, json, &value, &found) < 0) {
                complaint = setting_key_complaint(key, json);
                return refuse_default(setting, key, complaint, failure);
        }
        if (value.given && check_members(setting, key, json, failure) < 0)
                return -1;
        *ret = value.given ? TAKE_PTR(json) : NULL;
        return 0;
}

/* What is there stays, a null in it too; objects are filled up. */
static void fill_up(Json *object, Json *defaults)
{
        json_object_object_foreach(defaults, name, value)
        {
                Json *there = NULL;

                if (!json_object_object_get_ex(object, name, &there))
                        json_object_object_add(object, name, json_object_get(value));
                else if (json_object_is_type(there, json_type_object) && json_object_is_type(value, json_type_object))
                        fill_up(there, value);
        }
}

static void put_default(Json *document, const char *name, Json *value)
{
        Json *there = json_member(document, name);
        const char *text = json_object_is_type(there, json_type_string) ? json_object_get_string(there) : NULL;

        if (!there || (text && text[strspn(text, " \t\r\n")] == '\0'))
                json_object_object_add(document, name, json_object_get(value));
        else if (json_object_is_type(there, json_type_object) && json_object_is_type(value, json_type_object))
                fill_up(there, value);
}

static int apply_defaults(const Configuration *configuration, Json **document, Failure *failure)
{
        size_t i;

        if (configuration->n_settings > 0 && !*document)
                *document = json_object_new_object();
        for (i = 0; i < configuration->n_settings; i++) {
                _cleanup_json_ Json *value = NULL;

                if (read_default(&configuration->settings[i], &value, failure) < 0)
                        return -1;
                if (value)
                        put_default(*document, configuration->settings[i].name, value);
        }
        return 0;
}

int settings_site_apply(const Configuration *configuration, Json **document, SettingNotes *notes, Failure *failure)
{
        if (apply_policy(configuration, *document, notes, failure) < 0)
                return -1;
        return apply_defaults(configuration, document, failure);
}
