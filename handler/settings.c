#include "handler/settings.h"

#include <string.h>

#include "agent/history.h"
#include "handler/document.h"
#include "handler/packages.h"
#include "handler/protected.h"
#include "handler/request_digest.h"
#include "handler/setting_keys.h"
#include "handler/settings_site.h"
#include "platform/base/text.h"

void settings_clear(Settings *settings)
{
        setting_notes_clear(&settings->notes);
        json_free(settings->document);
        onboarding_package_clear(&settings->onboarding);
        onboarding_package_clear(&settings->offboarding);
        secret_clear(&settings->uri);
        *settings = (Settings){ 0 };
}

static void note_unknown(Settings *settings, const char *name)
{
        const SettingKey *near = setting_key_near(name);
        _cleanup_free_ char *shown = text_escape(name, 60);

        if (!near)
                setting_notes_add(&settings->notes, "setting \"%s\" is not known; it has no effect", shown);
        else if (strcmp(near->name, name) == 0)
                setting_notes_add(&settings->notes,
                                  "setting \"%s\" has no effect in protectedSettings: it belongs into publicSettings",
                                  shown);
        else
                setting_notes_add(&settings->notes,
                                  "setting \"%s\" is not known and has no effect; did you mean \"%s\"%s?", shown,
                                  near->name, near->places & SETTING_PUBLIC ? "" : " in protectedSettings");
}

static int take_tags(Settings *settings, Json *tags, Failure *failure)
{
        const SettingKey *group = &setting_key_group;
        SettingValue value;

        json_object_object_foreach(tags, name, member)
        {
                _cleanup_free_ char *shown = text_escape(name, 60);

                if (strcmp(name, group->name) != 0) {
                        setting_notes_add(&settings->notes, "tag \"%s\" has no effect: only GROUP can be set", shown);
                        continue;
                }
                if (setting_key_read(group, member, &value, failure) < 0)
                        return -1;
                if (value.given)
                        group->take(&settings->request, &value);
        }
        return 0;
}

static int refuse_secret(const Settings *settings, const char *name, Failure *failure)
{
        if (settings->request.sequence == HISTORY_BY_HAND)
                return failure_set(failure, REASON_SETTINGS_INVALID,
                                   "\"%s\" holds a secret, and a file of settings is no place for it: 'mde-linux "
                                   "onboard' takes the package as FILE, or its address on the standard input "
                                   "('--uri -')",
                                   name);
        return failure_set(
                failure, REASON_SETTINGS_INVALID,
                "\"%s\" stands in publicSettings, where everybody who can see this machine's extensions reads "
                "it: move it to protectedSettings",
                name);
}

static int take_known(Settings *settings, const SettingKey *key, Json *member, Failure *failure)
{
        SettingValue value;
        Failure found;

        if (setting_key_read(key, member, &value, &found) < 0) {
                if (key->effect != SETTING_SILENT) {
                        *failure = found;
                        return -1;
                }
                setting_notes_add(&settings->notes, "a setting has no effect, and a wrong value: %s", found.found);
                return 0;
        }
        if (!value.given)
                return 0;
        if (key->hides && key->hides(value.text))
                return refuse_secret(settings, key->name, failure);
        if (key->effect == SETTING_ACTS && !key->take)
                return take_tags(settings, member, failure);
        if (key->effect == SETTING_ACTS)
                key->take(&settings->request, &value);
        return 0;
}

static int take_public(Settings *settings, Failure *failure)
{
        if (!settings->document)
                return 0;
        json_object_object_foreach(settings->document, name, member)
        {
                const SettingKey *key = setting_key_find(name, SETTING_PUBLIC);

                if (key) {
                        if (take_known(settings, key, member, failure) < 0)
                                return -1;
                } else if (setting_is_absent(member))
                        continue;
                else if (setting_key_find(name, SETTING_PROTECTED))
                        return refuse_secret(settings, name, failure);
                else
                        note_unknown(settings, name);
        }
        return 0;
}

/* Names of unknown members are not told, unless a known one is near: a secret may have slipped into the wrong place. */
static void note_protected(Settings *settings, Json *plain)
{
        size_t unknown = 0;

        json_object_object_foreach(plain, name, member)
        {
                const SettingKey *key = setting_key_find(name, SETTING_PROTECTED), *near = setting_key_near(name);

                if (setting_is_absent(member) || strcmp(name, SETTING_ONBOARDING_SCRIPT) == 0)
                        continue;
                if (key)
                        continue;
                if (near)
                        note_unknown(settings, name);
                else
                        unknown++;
        }
        if (unknown > 0)
                setting_notes_add(&settings->notes, "protectedSettings has %zu members that are not known", unknown);
}

/* Goes before one in the public settings. A wrong one is no reason not to look at what else is given: then it is a
 * note.
 */
static void take_protected_uri(const Configuration *configuration, Json *plain, Settings *settings, Failure *failure)
{
        const SettingKey *key = setting_key_find(SETTING_ONBOARDING_URI, SETTING_PROTECTED);
        Json *member = json_member(plain, key->name);
        SettingValue value;

        if (setting_is_absent(member) || settings_site_denies(configuration, key->name, &settings->notes))
                return;
        if (setting_key_read(key, member, &value, failure) < 0) {
                setting_notes_add(&settings->notes,
                                  "a setting in protectedSettings has no effect, and a wrong value: %s",
                                  failure->found);
                return;
        }
        secret_allocate(&settings->uri, strlen(value.text));
        memcpy(settings->uri.data, value.text, settings->uri.length);
        settings->request.sources.uri = (const char *)settings->uri.data;
}

static int take_packages(const Host *host, const Configuration *configuration, Json *plain, Settings *settings,
                         Failure *failure)
{
        Request *request = &settings->request;
        Failure wrong_uri = { 0 };
        bool given = false;

        note_protected(settings, plain);
        take_protected_uri(configuration, plain, settings, &wrong_uri);
        if (packages_read_offboarding(host, plain, &given, &settings->offboarding, &request->offboarding_failure) < 0)
                given = false;
        settings->offboarding_usable = given;
        if (packages_read_onboarding(host, plain, request->verify_strict, &settings->onboarding, failure) == 0)
                return 0;
        if (failure->reason == REASON_ONBOARDING_MISSING && wrong_uri.reason)
                *failure = wrong_uri;
        return -1;
}

static int take_protected(const Host *host, const Configuration *configuration, const Environment *environment,
                          Json *handler_settings, Settings *settings, Failure *failure)
{
        _cleanup_json_wipe_ Json *plain = NULL;

        if (protected_read(host, environment, handler_settings, &plain, failure) < 0)
                return -1;
        if (!plain)
                return failure_set(failure, REASON_ONBOARDING_MISSING,
                                   "There are no protectedSettings: to be added as " PACKAGES_FRAGMENT);
        return take_packages(host, configuration, plain, settings, failure);
}

static int wrong_shape(const char *what, Json *found, const char *wanted, Failure *failure)
{
        return failure_set(failure, REASON_SETTINGS_INVALID, "%s is of type %s, not %s", what, json_kind(found),
                           wanted);
}

/* The one handlerSettings; NULL: there are no settings. */
static int find_handler_settings(Json *file, Json **ret, Failure *failure)
{
        Json *list = json_member(file, "runtimeSettings"), *entry, *found;
        size_t n;

        *ret = NULL;
        if (file && !json_object_is_type(file, json_type_object))
                return wrong_shape("the settings file", file, "an object", failure);
        if (!list)
                return 0;
        if (!json_object_is_type(list, json_type_array))
                return wrong_shape("runtimeSettings", list, "an array", failure);
        n = (size_t)json_object_array_length(list);
        if (n > 1)
                return failure_set(failure, REASON_SETTINGS_INVALID, "runtimeSettings has %zu elements, not one", n);
        entry = n == 1 ? json_object_array_get_idx(list, 0) : NULL;
        if (entry && !json_object_is_type(entry, json_type_object))
                return wrong_shape("the element of runtimeSettings", entry, "an object", failure);
        found = json_member(entry, "handlerSettings");
        if (found && !json_object_is_type(found, json_type_object))
                return wrong_shape("handlerSettings", found, "an object", failure);
        *ret = found;
        return 0;
}

/* *ret is the caller's own. Some platforms deliver the object as text. */
static int find_public(Json *handler_settings, Json **ret, Failure *failure)
{
        Json *member = json_member(handler_settings, "publicSettings");
        _cleanup_json_ Json *inner = NULL;
        Error err;

        if (!json_object_is_type(member, json_type_string))
                inner = json_object_get(member);
        else if (document_parse(json_object_get_string(member), (size_t)json_object_get_string_len(member), &inner,
                                &err) < 0)
                return failure_set(failure, REASON_SETTINGS_INVALID,
                                   "publicSettings is a text that is no JSON object: %s", err.text);
        if (inner && !json_object_is_type(inner, json_type_object))
                return wrong_shape("publicSettings", inner, "an object", failure);
        *ret = TAKE_PTR(inner);
        return 0;
}

static int read_file(const Host *host, const Environment *environment, int sequence, Json **ret, Failure *failure)
{
        _cleanup_free_ char *path = text_format("%s/%d.settings", environment->config_folder, sequence);
        Error err;

        if (document_read(host, path, ret, &err) == 0)
                return 0;
        return failure_from(failure, err.kind == ERROR_INPUT ? REASON_SETTINGS_INVALID : REASON_ENVIRONMENT, &err);
}

/* From the public settings and what the site says of them. */
static int make_request(const Configuration *configuration, int sequence, Settings *settings, Failure *failure)
{
        settings->request.sequence = sequence;
        settings->request.max_wait_minutes = REQUEST_MAX_WAIT_MINUTES;
        settings->request.allowed_tenants = (const char *const *)configuration->allowed_tenants;
        if (settings_site_apply(configuration, &settings->document, &settings->notes, failure) < 0)
                return -1;
        return take_public(settings, failure);
}

int settings_read(const Host *host, const Configuration *configuration, const Environment *environment, int sequence,
                  Settings *ret, Failure *failure)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_json_ Json *file = NULL;
        Json *handler_settings;
        bool usable;

        if (read_file(host, environment, sequence, &file, failure) < 0 ||
            find_handler_settings(file, &handler_settings, failure) < 0 ||
            find_public(handler_settings, &settings.document, failure) < 0 ||
            make_request(configuration, sequence, &settings, failure) < 0)
                return -1;
        usable = take_protected(host, configuration, environment, handler_settings, &settings,
                                &settings.request.onboarding_failure) == 0;
        setting_notes_lend(&settings.notes, &settings.request);
        *ret = settings;
        settings = (Settings){ 0 };
        ret->request.onboarding = usable ? &ret->onboarding : NULL;
        ret->request.offboarding = ret->offboarding_usable ? &ret->offboarding : NULL;
        request_digest_make(&ret->request);
        return 0;
}

int settings_from_public(Json *object, const Configuration *configuration, Settings *ret, Failure *failure)
{
        _cleanup_(settings_clear) Settings settings = { .document = object };

        if (make_request(configuration, HISTORY_BY_HAND, &settings, failure) < 0)
                return -1;
        failure_set(&settings.request.onboarding_failure, REASON_ONBOARDING_MISSING, "There are no protectedSettings.");
        setting_notes_lend(&settings.notes, &settings.request);
        *ret = settings;
        settings = (Settings){ 0 };
        return 0;
}

int settings_by_hand(Json *object, Json *plain, const Configuration *configuration, Settings *ret, Failure *failure)
{
        Failure wrong = { 0 };

        if (settings_from_public(object, configuration, ret, failure) < 0)
                return -1;
        failure_set(&ret->request.onboarding_failure, REASON_ONBOARDING_MISSING,
                    "No FILE was named, and no --uri, --from-azure or setting that counts here%s.",
                    json_member(ret->document, "tenant") ? " (\"tenant\" stands for a package in 'mde-linux plan' only)"
                                                         : "");
        if (plain)
                take_protected_uri(configuration, plain, ret, &wrong);
        setting_notes_lend(&ret->notes, &ret->request);
        if (!wrong.reason)
                return 0;
        *failure = wrong;
        return -1;
}
