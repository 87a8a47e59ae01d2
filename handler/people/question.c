#include "handler/people/question.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/facts_image.h"
#include "agent/facts_json.h"
#include "handler/people/settings_file.h"
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
                                 "--settings: \"%s\" is no tenant ID (GUID); right would be \"%s\": "
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

/* As the extension meets it: whatever is asked for. */
static void judge_site(Question *question)
{
        _cleanup_(settings_clear) Settings none = { 0 };
        Failure failure = { 0 };

        question->refusal = question->configuration.unread;
        if (!question->refusal.reason &&
            settings_from_public(json_object_new_object(), &question->configuration, &none, &failure) < 0)
                question->refusal = failure;
}

static int read_settings(Question *question, Failure *failure, Error *err)
{
        static const Configuration no_configuration;
        const Configuration *configuration = question->refusal.reason ? &no_configuration : &question->configuration;
        Request *request = &question->settings.request;
        _cleanup_json_ Json *object = NULL;
        bool on = false, off = false;

        if (settings_file_read(question->settings_file, &object, err) < 0 ||
            take_tenant(object, "tenant", &question->onboarding, &on, err) < 0 ||
            take_tenant(object, "offboardingTenant", &question->offboarding, &off, err) < 0)
                return -1;
        take_geography(object, &question->onboarding);
        if (settings_from_public(TAKE_PTR(object), configuration, &question->settings, failure) < 0)
                return -1;
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
        int code = command_line_look(line, &question->configuration, &question->root, &host);

        if (code == 0)
                facts_gather_any(&host, deadline_in(LOOK_MS), &question->facts);
        return code;
}

static int refuse_use(const CommandLine *line, const Question *question)
{
        const char *const given[] = { question->facts_file, question->settings_file };

        if (question->facts_file && option(line, "root"))
                return command_line_refuse(line, "--facts and --root are two machines; give one of them");
        return settings_file_refuse_twice(line, given, ELEMENTSOF(given), "--facts and --settings");
}

int question_read(const CommandLine *line, Question *ret)
{
        Failure wrong = { 0 };
        Error err = { 0 };
        int code;

        memset(ret, 0, sizeof(*ret));
        ret->facts_file = option(line, "facts");
        ret->settings_file = option(line, "settings");
        code = refuse_use(line, ret);
        if (code == 0 && !ret->facts_file)
                code = look(line, ret);
        if (code)
                return code;
        judge_site(ret);
        if ((!ret->facts_file || read_recorded(ret, &err) == 0) && read_settings(ret, &wrong, &err) == 0)
                return 0;
        if (wrong.reason)
                return settings_file_refuse(line, &wrong);
        fprintf(stderr, "mde-linux %s: %s\n", line->command->name, err.text);
        return COMMAND_USAGE;
}
