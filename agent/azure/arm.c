#include "agent/azure/arm.h"

int azure_onboarding_get(const Host *host, const AzureOnboardingAsk *ask, Secret *ret_script, Failure *failure)
{
        return failure_set(failure, REASON_AZURE_ONBOARDING, "This version cannot ask it yet.");
}
