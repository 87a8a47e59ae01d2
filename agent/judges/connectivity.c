/*
 * What a firewall has to let through, told beside what is planned: the list depends on the package alone.
 */
#include "agent/judge.h"
#include "agent/onboarding/endpoints.h"
#include "platform/base/text.h"

void judge_connectivity(const Request *request, const Facts *facts, Plan *plan)
{
        _cleanup_(text_clear) Text list = { 0 };
        Endpoints endpoints;
        size_t i;

        if (facts->look == LOOK_FIRST || facts->acted || !request->onboarding || situation_is_licensed(request, facts))
                return;
        endpoints_make(request->onboarding, &endpoints);
        for (i = 0; i < endpoints.n; i++)
                text_append(&list, "%s%s (%s)", i ? ", " : "", endpoints.items[i].host, endpoints.items[i].what);
        if (endpoints.n > 0)
                judge_note(plan, "endpoints", PLAN_INFORMATION,
                           "The sensor of this onboarding package (geography %s%s) talks to these hosts on port 443: "
                           "%s.",
                           *request->onboarding->geo ? request->onboarding->geo : "not told",
                           endpoints.government               ? ", government cloud"
                           : request->onboarding->streamlined ? ", streamlined"
                                                              : "",
                           list.data);
}
