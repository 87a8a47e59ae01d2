#include "agent/judge.h"

#include "platform/base/text.h"

void judge_tenant(const Request *request, const Facts *facts, Plan *plan)
{
        const OnboardingPackage *package = request->onboarding;

        if (package && request->expected_tenant_id && !text_equal_nocase(package->org_id, request->expected_tenant_id))
                judge_refuse(plan, REASON_TENANT_UNEXPECTED, "The package is for tenant %s, expectedTenantId is %s.",
                             package->org_id, request->expected_tenant_id);
        else if (situation_is_elsewhere(request, facts))
                judge_refuse(plan, REASON_TENANT_OTHER,
                             "The sensor is in tenant %s, the onboarding package is for tenant %s.",
                             situation_tenant(facts), package->org_id);
}
