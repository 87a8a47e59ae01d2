#include "handler/people/question.h"

#include <string.h>
#include <unistd.h>

#include "agent/facts_image.h"
#include "agent/facts_json.h"
#include "platform/base/text.h"
#include "platform/host_init.h"
#include "platform/named_file.h"

#define LOOK_MS 60000
#define DAY_S 86400

void question_clear(Question *question)
{
        facts_clear(&question->facts);
        settings_clear(&question->settings);
        configuration_clear(&question->configuration);
        free(question->root);
}

CheckPlace question_place(const Question *question)
{
        return (CheckPlace){ .root = question->root, .by_root = geteuid() == 0 };
}

/* --- files of the person who asks ------------------------------------------------------------------------ */

static int read_recorded(Question *question, Error *err)
{
        _cleanup_json_ Json *json = NULL;

        if (named_file_read_json(question->facts_file, &json, err) < 0)
                return -1;
        return facts_json_read(json, &question->facts, err) < 0 ? error_prefix(err, "%s", question->facts_file) : 0;
}

/* Takes the member out, and puts a package in its place that is of this tenant as far as a plan can see. */
static int take_tenant(Json *object, const char *name, OnboardingPackage *package, bool *ret_given, Error *err)
{
        Json *member = json_member(object, name);
        const char *tenant = json_string(object, name);

        *ret_given = member != NULL;
        if (member && (!tenant || !text_is_guid(tenant)))
                return error_set(err, ERROR_INPUT,
                                 "\"%s\" is no tenant ID (GUID); right would be \"%s\": "
                                 "\"11111111-2222-3333-4444-555555555555\"",
                                 name, name);
        *package = (OnboardingPackage){ .root_pinned = true };
        snprintf(package->org_id, sizeof(package->org_id), "%s", tenant ? tenant : "");
        json_object_object_del(object, name);
        return 0;
}

/* After take_tenant(). */
static void take_geography(Json *object, OnboardingPackage *package)
{
        const char *geo = json_string(object, "geo");
        _cleanup_free_ char *shown = text_escape(geo ? geo : "", sizeof(package->geo) - 1);

        snprintf(package->geo, sizeof(package->geo), "%s", shown);
        package->streamlined = *package->geo;
        json_object_object_del(object, "geo");
}

static int read_object(const Question *question, Json **ret, Error *err)
{
        _cleanup_json_ Json *object = NULL;

        if (!question->settings_file)
                object = json_object_new_object();
        else if (named_file_read_json(question->settings_file, &object, err) < 0)
                return -1;
        if (!json_object_is_type(object, json_type_object))
                return error_set(err, ERROR_INPUT, "%s is of type %s, not an object of settings",
                                 question->settings_file, json_kind(object));
        *ret = TAKE_PTR(object);
        return 0;
}

/* *ret_code: what it means that it failed. */
static int read_settings(Question *question, int *ret_code, Error *err)
{
        Request *request = &question->settings.request;
        _cleanup_json_ Json *object = NULL;
        bool on = false, off = false;
        Failure failure = { 0 };

        if (read_object(question, &object, err) < 0 ||
            take_tenant(object, "tenant", &question->onboarding, &on, err) < 0 ||
            take_tenant(object, "offboardingTenant", &question->offboarding, &off, err) < 0)
                return -1;
        take_geography(object, &question->onboarding);
        if (settings_from_public(TAKE_PTR(object), &question->configuration, &question->settings, &failure) < 0) {
                if (failure.reason == REASON_CONFIGURATION_UNTRUSTED)
                        *ret_code = reason_get(failure.reason)->azure_code;
                return error_set(err, ERROR_INPUT, "%s", failure.found);
        }
        question->offboarding.kind = ONBOARDING_OFFBOARD;
        question->offboarding.expires = question->facts.now_s + DAY_S;
        request->onboarding = on ? &question->onboarding : NULL;
        request->offboarding = off ? &question->offboarding : NULL;
        return 0;
}

/* --- the machine ----------------------------------------------------------------------------------------- */

static const char *option(const CommandLine *line, const char *name)
{
        return command_has(line->command, name) ? command_line_option(line, name) : NULL;
}

static int look(const CommandLine *line, Question *question)
{
        Host host;
        int code = command_line_host(line, &question->configuration, &question->root, &host);

        if (code == 0)
                facts_gather_any(&host, deadline_in(LOOK_MS), &question->facts);
        return code;
}

int question_read(const CommandLine *line, Question *ret)
{
        int code = COMMAND_USAGE;
        Error err = { 0 };

        memset(ret, 0, sizeof(*ret));
        ret->facts_file = option(line, "facts");
        ret->settings_file = option(line, "settings");
        if (ret->facts_file && option(line, "root"))
                return command_line_refuse(line, "--facts and --root are two machines; give one of them");
        if (!ret->facts_file) {
                int looked = look(line, ret);

                if (looked)
                        return looked;
        }
        if ((!ret->facts_file || read_recorded(ret, &err) == 0) && read_settings(ret, &code, &err) == 0)
                return 0;
        fprintf(stderr, "mde-linux %s: %s\n", line->command->name, err.text);
        return code;
}
