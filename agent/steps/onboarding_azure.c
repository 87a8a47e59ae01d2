#include "agent/steps/onboarding_azure.h"

#include "agent/azure/arm.h"
#include "agent/onboarding/onboarding_content.h"

static void on_wait(const char *text, void *userdata)
{
        mission_say(userdata, "%s", text);
}

int onboarding_azure_get(Mission *mission, Deadline deadline, OnboardingPackage *ret, bool *ret_passing,
                         Failure *failure)
{
        _cleanup_secret_ Secret script = { 0 };
        const Request *request = mission->request;
        AzureOnboardingAsk ask = { .identity = request->sources.identity,
                                   .resource_id = request->azure_resource_id,
                                   .proxy = mission->proxy.url,
                                   .no_proxy = mission->proxy.exceptions,
                                   .deadline = deadline,
                                   .on_wait = on_wait,
                                   .userdata = mission };

        *ret_passing = false;
        if (azure_onboarding_get(mission->host, &ask, &script, failure) < 0) {
                *ret_passing = reason_get(failure->reason)->retry == REASON_RETRY_WAIT;
                return -1;
        }
        return onboarding_content_read(mission->host, script.data, script.length, request->verify_strict, ret, failure);
}
