/*
 * cloud: which Azure this is, and where its Resource Manager answers. Pure.
 */
#pragma once

#include "agent/reasons.h"

#define AZURE_RESOURCE_MAX 300

typedef struct AzureCloud {
        const char *arm_url;               /* no trailing slash; borrowed from the table, or site_arm itself */
        char resource[AZURE_RESOURCE_MAX]; /* whom a token has to be for: with a trailing slash */
} AzureCloud;

/*
 * name: as the metadata service tells azEnvironment, letter case aside; "": it does not, which is taken for the public
 * cloud. site_arm: [endpoints] arm of the site, or NULL; it wins, also where the cloud is unknown here.
 * Else cloud-unsupported: the service is not offered there, or the name is unknown.
 */
int azure_cloud_choose(const char *name, const char *site_arm, AzureCloud *ret, Failure *failure) _must_check_;

/* Why there are no onboarding packages in that cloud; static. NULL: there are, or it is unknown here. Pure. */
const char *azure_cloud_refusal(const char *name);
