/* What looks have in common: below them, where the table and diagnose() stand above. */
#include "agent/doctor/diagnose.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

#define NO_TENANT "00000000-0000-0000-0000-000000000000"
#define NOTES_TEXT_MAX 700

static void end_sentence(CauseFound *found)
{
        size_t length = strlen(found->why);

        if (length > 0 && length + 1 < sizeof(found->why) && !strchr(".!?", found->why[length - 1]))
                memcpy(found->why + length, ".", 2);
}

Finding cause_found(CauseFound *found, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        vsnprintf(found->why, sizeof(found->why), format, ap);
        va_end(ap);
        end_sentence(found);
        return FINDING_YES;
}

Finding cause_reason(CauseFound *found, ReasonId reason, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        vsnprintf(found->why, sizeof(found->why), format, ap);
        va_end(ap);
        end_sentence(found);
        found->reason = reason;
        return FINDING_YES;
}

bool signs_are_licensed(const Signs *signs)
{
        const SensorHealth *health = &signs->facts.sensor.health;

        return health->answering == TRI_YES && health->licensed == TRI_YES;
}

bool signs_want_vendor_s_server(const Signs *signs)
{
        const Request *asked = signs->asked;

        if (situation_has_sensor(&signs->facts))
                return false;
        return !asked || !(asked->package_file || *asked->mirror_url || asked->use_existing_repo);
}

/* The sensor where it is, or a new one, as the settings want it; else what a person would ask for. */
static void judge_as_asked(const Signs *signs, Judge *judge, Plan *plan)
{
        OnboardingPackage package = { .root_pinned = true };
        Request request = { .sequence = -1, .max_wait_minutes = REQUEST_MAX_WAIT_MINUTES };
        const char *tenant = situation_tenant(&signs->facts);

        if (signs->asked)
                request = *signs->asked;
        request.onboarding = &package;
        snprintf(package.org_id, sizeof(package.org_id), "%s", text_is_guid(tenant) ? tenant : NO_TENANT);
        plan->refusal.reason = REASON_NONE;
        plan->n_steps = plan->n_notes = 0;
        judge(&request, &signs->facts, plan);
}

Finding cause_judged(const Signs *signs, Judge *judge, CauseFound *found)
{
        _cleanup_free_ Plan *plan = text_allocate(sizeof(Plan));

        judge_as_asked(signs, judge, plan);
        if (!plan->refusal.reason)
                return FINDING_NO;
        return cause_reason(found, plan->refusal.reason, "%s", plan->refusal.found);
}

bool cause_noted(const Signs *signs, Judge *judge, const char *name, CauseFound *found)
{
        _cleanup_free_ Plan *plan = text_allocate(sizeof(Plan));
        _cleanup_(text_clear) Text text = { 0 };
        size_t i;

        judge_as_asked(signs, judge, plan);
        for (i = 0; i < plan->n_notes && text.length < NOTES_TEXT_MAX; i++)
                if (name ? text_equal(plan->notes[i].name, name) : plan->notes[i].level == PLAN_WARNING)
                        text_append(&text, "%s%s", text.length ? " " : "", plan->notes[i].text);
        return text.length > 0 && cause_found(found, "%s", text.data) == FINDING_YES;
}
