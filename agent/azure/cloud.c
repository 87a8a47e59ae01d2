#include "agent/azure/cloud.h"

#include <stdio.h>

#include "platform/base/text.h"

static const struct {
        const char *name, *arm_url;
        const char *refusal; /* why there is no arm_url */
} clouds[] = {
        { "AzurePublicCloud", "https://management.azure.com", NULL },
        { "AzureCloud", "https://management.azure.com", NULL }, /* as Arc's agent has it in its own files */
        { "AzureUSGovernmentCloud", "https://management.usgovcloudapi.net", NULL },
        { "AzureUSGovernment", "https://management.usgovcloudapi.net", NULL },
        { "AzureChinaCloud", NULL,
          "Defender for Servers' integration with Defender for Endpoint is not offered there" },
        { "AzureGermanCloud", NULL, "that cloud was closed" },
};

static int refuse(const char *name, const char *why, Failure *failure)
{
        _cleanup_free_ char *shown = text_escape(name, 60);

        return failure_set(failure, REASON_CLOUD_UNSUPPORTED, "The metadata service says \"%s\": %s.", shown, why);
}

const char *azure_cloud_refusal(const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(clouds); i++)
                if (text_equal_nocase(clouds[i].name, name))
                        return clouds[i].refusal;
        return NULL;
}

int azure_cloud_choose(const char *name, const char *site_arm, AzureCloud *ret, Failure *failure)
{
        const char *arm_url = NULL, *refusal = "this version does not know it";
        size_t i;

        if (text_is_empty(name))
                name = clouds[0].name;
        for (i = 0; i < ELEMENTSOF(clouds); i++)
                if (text_equal_nocase(name, clouds[i].name)) {
                        arm_url = clouds[i].arm_url;
                        refusal = clouds[i].refusal;
                }
        if (!arm_url && !site_arm)
                return refuse(name, refusal, failure);
        /* a site may reach its cloud's Resource Manager by another name; the token is still the cloud's */
        snprintf(ret->resource, sizeof(ret->resource), "%s/", arm_url ? arm_url : site_arm);
        ret->arm_url = site_arm ? site_arm : arm_url;
        return 0;
}
