#include "agent/steps/onboarding_azure.h"

#include "agent/azure/arm.h"
#include "agent/azure/cloud.h"
#include "agent/onboarding/onboarding_content.h"

static void on_wait(const char *text, void *userdata)
{
        mission_say(userdata, "%s", text);
}

/* Resource Manager's, as far as the look told; its own look may tell more. */
static void choose_proxy(const Mission *mission, ProxyUse *ret)
{
        const AzureFacts *azure = &mission->facts.azure;
        AzureCloud cloud = { 0 };
        Failure unknown;

        if (azure->known != TRI_YES ||
            azure_cloud_choose(azure->machine.cloud, mission->host->arm_url, &cloud, &unknown) < 0)
                cloud.arm_url = NULL;
        proxy_use_for(mission->request, &mission->facts, cloud.arm_url, ret);
}

int onboarding_azure_get(Mission *mission, Deadline deadline, OnboardingPackage *ret, bool *ret_passing,
                         Failure *failure)
{
        _cleanup_secret_ Secret script = { 0 };
        const Request *request = mission->request;
        ProxyUse use;
        AzureOnboardingAsk ask = { .identity = request->sources.identity,
                                   .resource_id = request->azure_resource_id,
                                   .no_proxy = use.exceptions,
                                   .deadline = deadline,
                                   .on_wait = on_wait,
                                   .userdata = mission };

        *ret_passing = false;
        choose_proxy(mission, &use);
        ask.proxy = use.url;
        if (azure_onboarding_get(mission->host, &ask, &script, failure) < 0) {
                *ret_passing = reason_get(failure->reason)->retry == REASON_RETRY_WAIT;
                proxy_use_tell(&use, &mission->facts, failure);
                return -1;
        }
        return onboarding_content_read(mission->host, script.data, script.length, request->verify_strict, ret, failure);
}
