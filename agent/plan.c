/*
 * Rules conclude from what is known: YES and NO. What is UNKNOWN never refuses; where it matters the
 * idempotent step is done.
 */
#include "agent/plan.h"

#include <string.h>

#include "agent/judge.h"
#include "agent/onboarding/endpoints.h"
#include "agent/sensor/managed.h"
#include "agent/situation.h"
#include "platform/base/text.h"

/* The first look does not ask Azure: it takes what is not asked for as it is. */
static PlanTag derived_resource(const Facts *facts)
{
        bool known = facts->azure.known == TRI_YES && *facts->azure.machine.resource_id;

        return (PlanTag){ "AzureResourceId", known ? facts->azure.machine.resource_id : NULL, true, true };
}

void plan_tags(const Request *request, const Facts *facts, PlanTag tags[PLAN_TAGS])
{
        tags[0] = request->azure_resource_id ? (PlanTag){ "AzureResourceId", request->azure_resource_id, true, false }
                                             : derived_resource(facts);
        tags[1] = (PlanTag){ "SecurityWorkspaceId", request->workspace_id, true, false };
        tags[2] = (PlanTag){ "GROUP", request->group_tag, false, false };
}

bool plan_has(const Plan *plan, StepId id)
{
        size_t i;

        for (i = 0; i < plan->n_steps; i++)
                if (plan->steps[i].id == id)
                        return true;
        return false;
}

bool plan_tag_differs(const PlanTag *tag, const SensorHealth *health)
{
        const char *now = sensor_tag(health, tag->key);

        if (!tag->value || (tag->derived && health->answering == TRI_YES && health->tags_known != TRI_YES))
                return false;
        if (health->tags_known != TRI_YES || !now)
                return true;
        return tag->ignore_case ? !text_equal_nocase(now, tag->value) : !text_equal(now, tag->value);
}

static bool tags_differ(const Request *request, const Facts *facts)
{
        PlanTag tags[PLAN_TAGS];
        size_t i;

        plan_tags(request, facts, tags);
        for (i = 0; i < PLAN_TAGS; i++)
                if (plan_tag_differs(&tags[i], &facts->sensor.health) && !refused_find(&facts->refused, tags[i].key))
                        return true;
        return false;
}

/* In order: of several refusals the first is told. */
static Judge *const judges[] = {
        judge_package, judge_tenant,   judge_distribution, judge_machine,   judge_intent,
        judge_sensor,  judge_conflict, judge_fitness,      judge_path,      judge_managed,
        judge_proxy,   judge_update,   judge_azure,        judge_extension, judge_connectivity,
};

static void judge_all(const Request *request, const Facts *facts, Plan *plan)
{
        size_t i;

        if (request->offboard)
                judge_leave(request, facts, plan);
        for (i = 0; i < ELEMENTSOF(judges) && !request->offboard; i++)
                judges[i](request, facts, plan);
}

/* --- rules: why is this step needed? NULL: it is not ----------------------------------------------- */

static const char *why_onboarding_package(const Request *request, const Facts *facts)
{
        return situation_needs_onboarding_package(request, facts) ? "the onboarding package has to be fetched" : NULL;
}

static const char *why_repository(const Request *request, const Facts *facts)
{
        return situation_needs_package(request, facts) && !request->package_file
                       ? "the sensor's package has to be fetched"
                       : NULL;
}

static const char *why_package_file(const Request *request, const Facts *facts)
{
        return situation_needs_package(request, facts) && request->package_file
                       ? "packageFile names the sensor's package"
                       : NULL;
}

static const char *why_install_path(const Request *request, const Facts *facts)
{
        return situation_uses_install_path(request, facts) ? "installPath asks for another folder than /opt" : NULL;
}

static const char *why_managed_config(const Request *request, const Facts *facts)
{
        _cleanup_(managed_clear) Managed managed = { 0 };

        managed_make(request, facts, &managed);
        return managed_why(&managed);
}

static const char *why_package(const Request *request, const Facts *facts)
{
        if (!situation_needs_package(request, facts))
                return NULL;
        if (facts->package.state == PACKAGE_BROKEN)
                return "the package is only half installed";
        if (situation_is_expired(facts))
                return "the build of the sensor has expired";
        if (situation_pin(request, facts) > 0)
                return "the setting version asks for a newer one than is installed";
        if (situation_pin(request, facts) < 0 && request->allow_downgrade)
                return "the setting version asks for an older one than is installed";
        return facts->package.state == PACKAGE_INSTALLED ? "the package is installed, but its program is missing"
                                                         : "the package is not installed";
}

static const char *why_offboard(const Request *request, const Facts *facts)
{
        if (request->offboard)
                return situation_is_onboarded(facts) ? "the sensor is onboarded" : NULL;
        return situation_changes_tenant(request, facts) ? "the sensor is in another tenant" : NULL;
}

/* There is no sensor, and this plan brings none: whether its package is there could not be learnt. */
static bool has_nothing_to_set_up(const Request *request, const Facts *facts)
{
        return facts->sensor.files == TRI_NO && !situation_needs_package(request, facts);
}

static const char *why_onboard(const Request *request, const Facts *facts)
{
        if (!request->onboarding || has_nothing_to_set_up(request, facts))
                return NULL;
        if (situation_changes_tenant(request, facts))
                return "the sensor is to join the package's tenant";
        if (facts->sensor.offboarding_file == TRI_YES)
                return "an offboarding file lies on the machine";
        if (request->force_reonboarding && facts->fulfilled != TRI_YES && !facts->acted)
                return "forceReOnboarding asks for it";
        if (situation_is_licensed(request, facts) || situation_keeps_tenant_secret(facts))
                return NULL;
        if (facts->sensor.onboarded != TRI_YES)
                return "there is no onboarding file";
        if (!text_equal_nocase(facts->sensor.onboarded_org, request->onboarding->org_id))
                return "the onboarding file is not of this tenant";
        return NULL;
}

/* Only where something changes that the sensor's cloud has to answer for. */
static const char *why_connectivity(const Request *request, const Facts *facts)
{
        Endpoints endpoints;

        if (!request->onboarding || facts->acted ||
            (!why_package(request, facts) && !why_offboard(request, facts) && !why_onboard(request, facts)))
                return NULL;
        endpoints_make(request->onboarding, &endpoints);
        return endpoints.n > 0 ? "the sensor has to reach what its onboarding package names" : NULL;
}

static const char *why_service(const Request *request, const Facts *facts)
{
        if (situation_needs_package(request, facts))
                return "the service comes with the package";
        if (has_nothing_to_set_up(request, facts))
                return NULL;
        if (facts->sensor.enabled == TRI_NO)
                return "the unit is not enabled";
        return facts->sensor.active == TRI_NO ? "the unit is not active" : NULL;
}

/* One that was begun is always seen to its end; else only a machine where nothing else is to be done is touched. */
static const char *why_update(const Request *request, const Facts *facts)
{
        if (*facts->update.record.after)
                return "an update was cut off before the new version was seen at work";
        return facts->update.due == TRI_YES && situation_may_update(request, facts)
                       ? "autoUpdate: it is time to look for a newer version"
                       : NULL;
}

static const char *why_settings(const Request *request, const Facts *facts)
{
        return !has_nothing_to_set_up(request, facts) && tags_differ(request, facts) ? "device tags are not as asked"
                                                                                     : NULL;
}

static const char *why_verify(const Request *request, const Facts *facts)
{
        if (facts->sensor.health.answering != TRI_YES)
                return "the sensor does not answer yet";
        return situation_is_licensed(request, facts) ? NULL : "the sensor is not licensed yet";
}

typedef const char *Rule(const Request *request, const Facts *facts);

/* The mission, in order. */
static const struct {
        const char *name;
        Rule *why;
} rules[_STEP_MAX] = {
        [STEP_ONBOARDING_PACKAGE] = { "onboarding-package", why_onboarding_package },
        [STEP_CONNECTIVITY] = { "connectivity", why_connectivity },
        [STEP_REPOSITORY] = { "repository", why_repository },
        [STEP_PACKAGE_FILE] = { "package-file", why_package_file },
        [STEP_INSTALL_PATH] = { "install-path", why_install_path },
        [STEP_MANAGED_CONFIG] = { "managed-config", why_managed_config },
        [STEP_PACKAGE] = { "package", why_package },
        [STEP_OFFBOARD] = { "offboard", why_offboard },
        [STEP_ONBOARD] = { "onboard", why_onboard },
        [STEP_SERVICE] = { "service", why_service },
        [STEP_UPDATE] = { "update", why_update },
        [STEP_SETTINGS] = { "settings", why_settings },
        [STEP_VERIFY] = { "verify", why_verify },
};

const char *step_name(StepId id)
{
        return rules[id].name;
}

/* What only looks does not wait. */
static const PlanStep *first_change(const Plan *plan)
{
        return &plan->steps[plan->n_steps > 1 && plan->steps[0].id == STEP_CONNECTIVITY];
}

static void refuse_held(const Hold *hold, Plan *plan)
{
        const PlanStep *step = first_change(plan);
        _cleanup_free_ char *end = hold_end_words(hold), *words = hold_sentence(hold);

        judge_refuse(plan, REASON_HELD, "The step %s waits: %s. %s%s%s", step_name(step->id), step->why, words,
                     *end ? " " : "", end);
        plan->n_steps = 0;
}

void plan_make(const Request *request, const Facts *facts, Plan *ret)
{
        size_t i;

        ret->refusal.reason = REASON_NONE;
        ret->n_steps = ret->n_notes = ret->n_further = 0;
        judge_all(request, facts, ret);
        for (i = 0; i < _STEP_MAX && !ret->refusal.reason; i++) {
                bool asked = !request->offboard || i == STEP_OFFBOARD;
                const char *why = asked ? rules[i].why(request, facts) : NULL;

                if (why)
                        ret->steps[ret->n_steps++] = (PlanStep){ (StepId)i, why };
        }
        if (plan_has(ret, STEP_ONBOARDING_PACKAGE))
                ret->n_steps = 1;
        if (ret->n_steps > 0 && facts->hold.held == TRI_YES)
                refuse_held(&facts->hold, ret);
}

/* What a first look would know of the same machine. */
static Facts as_first_look(const Facts *facts)
{
        Facts first = *facts;

        first.look = LOOK_FIRST;
        memset(&first.machine, 0, sizeof(first.machine));
        memset(&first.fanotify, 0, sizeof(first.fanotify));
        memset(&first.package, 0, sizeof(first.package));
        memset(&first.azure, 0, sizeof(first.azure));
        memset(&first.update.others, 0, sizeof(first.update.others));
        first.update.due = TRI_NOT_ASKED;
        first.machine.systemd = facts->machine.systemd;
        first.package.registered = facts->package.registered;
        return first;
}

static bool has_note(const Plan *plan, const char *name)
{
        size_t i;

        for (i = 0; i < plan->n_notes; i++)
                if (text_equal(plan->notes[i].name, name))
                        return true;
        return false;
}

void plan_leave_second_notes(const Request *request, const Facts *facts, Plan *plan)
{
        const Facts seen = as_first_look(facts);
        Plan first, left = { 0 };
        size_t i;

        plan_make(request, &seen, &first);
        for (i = 0; i < plan->n_notes; i++)
                if (!has_note(&first, plan->notes[i].name))
                        left.notes[left.n_notes++] = plan->notes[i];
        *plan = left;
}
