#include "agent/judge.h"

void judge_package(const Request *request, const Facts *facts, Plan *plan)
{
        const Failure *failure = &request->onboarding_failure;

        if (!request->onboarding && !situation_is_licensed(request, facts) && !situation_is_silent_but_complete(facts))
                judge_refuse(plan, failure->reason, "%s", failure->found);
}
