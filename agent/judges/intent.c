/*
 * What a person undid after the request had been met is not undone by the same request: it is said. A new sequence
 * number has not been met yet, and forceReOnboarding asks for it.
 */
#include "agent/judge.h"

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

void judge_intent(const Request *request, const Facts *facts, Plan *plan)
{
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
