/*
 * plan: what would be done and why, on this machine or for recorded facts. Nothing is changed.
 *
 * The file of --settings is a plain object of public settings. Two members of it stand for the packages of the
 * protected settings, which no file should hold: "tenant" for an onboarding package of that tenant, and
 * "offboardingTenant" for an offboarding package that is still valid. A third, "geo", gives the onboarding package a
 * geography, streamlined ("EU").
 */
#include "handler/commands.h"

#include <string.h>

#include "agent/commands/screen.h"
#include "agent/commands/show.h"
#include "agent/facts_json.h"
#include "handler/settings.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_init.h"

#define LOOK_MS 60000
#define DAY_S 86400

typedef struct Question {
        const char *facts_file;    /* NULL: of this machine */
        const char *settings_file; /* NULL: none */
        bool as_json;
        Facts facts;
        Configuration configuration;
        Settings settings;
        OnboardingPackage onboarding, offboarding;
} Question;

static void question_clear(Question *question)
{
        facts_clear(&question->facts);
        settings_clear(&question->settings);
        configuration_clear(&question->configuration);
}

static int read_json(const Host *host, const char *path, Json **ret, Error *err)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        if (fs_read(host, path, JSON_SIZE_MAX, &text, &length, err) < 0)
                return -1;
        if (!text)
                return error_set(err, ERROR_MISSING, "there is no file %s", path);
        return json_parse_unique(text, length, ret, err) < 0 ? error_prefix(err, "%s", path) : 0;
}

static int read_facts(const Host *host, Question *question, Error *err)
{
        _cleanup_json_ Json *json = NULL;

        if (!question->facts_file) {
                facts_gather(host, LOOK_SECOND, deadline_in(LOOK_MS), &question->facts);
                return 0;
        }
        if (read_json(host, question->facts_file, &json, err) < 0)
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

static int read_settings(const Host *host, Question *question, Error *err)
{
        _cleanup_json_ Json *object = json_object_new_object();
        Request *request = &question->settings.request;
        bool on = false, off = false;
        Failure failure = { 0 };

        if (question->settings_file) {
                json_free(TAKE_PTR(object));
                if (read_json(host, question->settings_file, &object, err) < 0)
                        return -1;
        }
        if (!json_object_is_type(object, json_type_object))
                return error_set(err, ERROR_INPUT, "%s is of type %s, not an object of settings",
                                 question->settings_file, json_kind(object));
        if (take_tenant(object, "tenant", &question->onboarding, &on, err) < 0 ||
            take_tenant(object, "offboardingTenant", &question->offboarding, &off, err) < 0)
                return -1;
        take_geography(object, &question->onboarding);
        if (settings_from_public(TAKE_PTR(object), &question->configuration, &question->settings, &failure) < 0)
                return error_set(err, ERROR_INPUT, "%s", failure.found);
        question->offboarding.kind = ONBOARDING_OFFBOARD;
        question->offboarding.expires = question->facts.now_s + DAY_S;
        request->onboarding = on ? &question->onboarding : NULL;
        request->offboarding = off ? &question->offboarding : NULL;
        return 0;
}

/* Recorded facts are judged by themselves: what this machine's site says has no part in it. */
static int read_configuration(const Host *host, Question *question, Error *err)
{
        Failure failure = { 0 };

        if (question->facts_file || configuration_read(host, &question->configuration, &failure) == 0)
                return 0;
        return error_set(err, ERROR_INPUT, CONFIGURATION_FILE ": %s", failure.found);
}

static int answer(const Question *question)
{
        const Request *request = &question->settings.request;
        _cleanup_free_ Plan *plan = text_allocate(sizeof(Plan));
        _cleanup_json_ Json *json = NULL;

        plan_make(request, &question->facts, plan);
        if (question->as_json) {
                json = show_plan_json(request, plan);
                if (screen_print_document(TAKE_PTR(json)))
                        return COMMAND_FAILED;
        } else {
                show_plan(request, plan, stdout);
                if (fflush(stdout) != 0)
                        return COMMAND_FAILED;
        }
        return plan->refusal.reason ? reason_get(plan->refusal.reason)->azure_code : 0;
}

int command_plan(const CommandLine *line)
{
        _cleanup_(question_clear) Question question = { 0 };
        Error err = { 0 };
        Host host;

        host_init(&host);
        question.facts_file = command_line_option(line, "facts");
        question.settings_file = command_line_option(line, "settings");
        question.as_json = command_line_option(line, "json");
        if (!question.facts_file && geteuid() != 0) {
                fprintf(stderr, "mde-linux plan: only root can look at this machine; with --facts FILE anybody can\n");
                return 1;
        }
        if (read_facts(&host, &question, &err) < 0 || read_configuration(&host, &question, &err) < 0 ||
            read_settings(&host, &question, &err) < 0) {
                fprintf(stderr, "mde-linux plan: %s\n", err.text);
                return COMMAND_USAGE;
        }
        return answer(&question);
}
