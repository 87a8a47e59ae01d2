#include "agent/judge.h"

#include "platform/base/text.h"

/* What only has a say where the package comes from a repository, or the vendor's. */
static void note_unused(const Request *request, Plan *plan)
{
        const char *winner = request->package_file ? "packageFile" : "useExistingRepo";
        bool existing = request->package_file && request->use_existing_repo;
        _cleanup_(text_clear) Text names = { 0 };

        if (!request->package_file && !request->use_existing_repo)
                return;
        text_append(&names, "%s%s%s", existing ? ", useExistingRepo" : "", *request->mirror_url ? ", mirrorUrl" : "",
                    request->channel ? ", channel" : "");
        if (names.length > 0)
                judge_note(plan, "package-settings", PLAN_WARNING,
                           "%s is set, so that it decides, without a say of: %s.", winner, names.data + 2);
}

static void note_source(const Request *request, const Facts *facts, Plan *plan)
{
        if (situation_needs_package(request, facts))
                note_unused(request, plan);
        else if (facts->look != LOOK_FIRST && request->package_file && !request->version && *situation_version(facts))
                judge_note(plan, "package-file", PLAN_INFORMATION,
                           "packageFile is for a new sensor, or goes with the setting version: version %s is kept.",
                           situation_version(facts));
}

/* By a second look only: what it tells goes with the request until it is met by another one. */
static void note_sources(const Request *request, const Facts *facts, Plan *plan)
{
        const Failure *failure = &request->onboarding_failure;

        if (facts->look == LOOK_FIRST || !request->sources.tried)
                return;
        if (request->onboarding)
                judge_note(plan, "onboarding-package", PLAN_INFORMATION, "%s", request->sources.came_by);
        else
                judge_note(plan, "onboarding-package", PLAN_WARNING,
                           "The sensor stays onboarded, and the onboarding package could not be compared with it (%s). "
                           "%s",
                           reason_get(failure->reason)->id, failure->found);
}

static void note_hold(const Request *request, const Facts *facts, Plan *plan)
{
        if (facts->hold.held != TRI_YES || facts->fulfilled == TRI_YES || request->onboarding ||
            request->sources.tried || !situation_has_sources(request) || !situation_can_stay(request, facts))
                return;
        judge_note(plan, "onboarding-package", PLAN_WARNING,
                   "The sensor stays onboarded, and the onboarding package is not fetched and compared with it while "
                   "changes of this machine are on hold (" FACTS_HOLD_FILE "); it is when they are not any more.");
}

void judge_package(const Request *request, const Facts *facts, Plan *plan)
{
        const Failure *failure = &request->onboarding_failure;

        if (!request->onboarding && !situation_needs_onboarding_package(request, facts) &&
            !situation_can_stay(request, facts) && !situation_is_as_met(request, facts))
                judge_refuse(plan, failure->reason, "%s", failure->found);
        note_sources(request, facts, plan);
        note_hold(request, facts, plan);
        note_source(request, facts, plan);
}
