/*
 * What a person undid after the request had been met is not undone by the same request: it is said. A new sequence
 * number has not been met yet, and forceReOnboarding asks for it.
 */
#include "agent/judge.h"
#include "platform/base/text.h"

/* A package that is half there was cut off, not removed; the first look knows nothing of packages. */
static bool is_removed(const Facts *facts)
{
        if (facts->look == LOOK_FIRST || facts->package.state == PACKAGE_BROKEN || situation_is_unowned(facts))
                return false;
        return facts->package.state == PACKAGE_ABSENT || facts->package.state == PACKAGE_CONFIG_FILES ||
               facts->sensor.files == TRI_NO;
}

static bool is_offboarded(const Request *request, const Facts *facts)
{
        bool there = facts->sensor.files == TRI_YES;

        if (facts->sensor.offboarding_file == TRI_YES)
                return there || facts->look == LOOK_SECOND;
        return there && facts->sensor.onboarded == TRI_NO && !situation_is_licensed(request, facts);
}

static void note_hold(const Hold *hold, Plan *plan)
{
        _cleanup_free_ char *reason = hold_reason_words(hold);
        char until[TEXT_TIME_MAX];

        if (*hold->trouble)
                judge_note(
                        plan, "hold", PLAN_WARNING,
                        "Changes to this machine are on hold; %s. Write that file anew ('mde-linux hold REASON'), or "
                        "remove it ('mde-linux unhold').",
                        reason);
        else if (hold->held == TRI_YES && hold->damaged)
                judge_note(plan, "hold", PLAN_WARNING,
                           "When the hold of this machine ends cannot be read, so that it does not end: the second "
                           "line of " FACTS_HOLD_FILE " would be right as: until 2026-12-01T08:00:00Z");
        else if (hold->over)
                judge_note(plan, "hold", PLAN_INFORMATION,
                           "The hold until %s is over (%s); changes go on. Remove " FACTS_HOLD_FILE
                           " ('mde-linux unhold'), or give it another end.",
                           text_time(hold->until_s, until), reason);
}

void judge_intent(const Request *request, const Facts *facts, Plan *plan)
{
        note_hold(&facts->hold, plan);
        if (facts->fulfilled != TRI_YES || request->force_reonboarding)
                return;
        if (is_removed(facts))
                judge_refuse(plan, REASON_SENSOR_REMOVED,
                             facts->package.state == PACKAGE_INSTALLED
                                     ? "The package mdatp is installed, its program is gone."
                                     : "The package mdatp is not installed any more.");
        else if (is_offboarded(request, facts))
                judge_refuse(plan, REASON_SENSOR_OFFBOARDED,
                             facts->sensor.offboarding_file == TRI_YES
                                     ? "The file " SENSOR_OFFBOARDING_FILE " is there."
                                     : "The file " SENSOR_ONBOARDING_FILE " is gone, and the sensor is not licensed.");
}
