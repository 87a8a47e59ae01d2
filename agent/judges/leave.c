/*
 * To be offboarded is a goal of its own: nothing else of the machine matters for it. The package is the consent of the
 * tenant that is left, and a sensor that is in none has nothing to leave.
 */
#include "agent/judge.h"

#include "platform/base/text.h"

#define DAY_S 86400

static void refuse_expired(const Request *request, const Facts *facts, Plan *plan)
{
        int64_t age_s = facts->now_s - request->offboarding->expires;
        char when[TEXT_TIME_MAX];

        judge_refuse(plan, REASON_OFFBOARDING_EXPIRED, "It was valid until %s, %lld days and %lld hours ago.",
                     text_time(request->offboarding->expires, when), (long long)(age_s / DAY_S),
                     (long long)(age_s % DAY_S / 3600));
}

static void judge_package_of(const Request *request, const Facts *facts, Plan *plan)
{
        const OnboardingPackage *leave = request->offboarding;
        const char *present = situation_tenant(facts);

        if (text_is_guid(present) && !text_equal_nocase(present, leave->org_id))
                judge_refuse(plan, REASON_OFFBOARDING_OTHER_TENANT,
                             "The sensor is in tenant %s, the offboarding package is of tenant %s.", present,
                             leave->org_id);
        else if (leave->expires <= facts->now_s)
                refuse_expired(request, facts, plan);
        else if (!text_is_guid(present))
                judge_note(plan, "tenant", PLAN_WARNING,
                           "Which tenant the sensor is in could not be seen; the offboarding package is of tenant %s, "
                           "and the sensor ignores it if it is in another.",
                           leave->org_id);
}

void judge_leave(const Request *request, const Facts *facts, Plan *plan)
{
        if (!situation_is_onboarded(facts))
                judge_note(plan, "offboarded", PLAN_INFORMATION, "%s",
                           facts->sensor.files == TRI_NO ? "There is no sensor on this machine."
                                                         : "The sensor is not onboarded.");
        else if (request->offboarding)
                judge_package_of(request, facts, plan);
        else
                judge_refuse(plan,
                             request->offboarding_failure.reason ? request->offboarding_failure.reason
                                                                 : REASON_OFFBOARDING_MISSING,
                             "%s", request->offboarding_failure.found);
}
