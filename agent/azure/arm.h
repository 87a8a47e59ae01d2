/*
 * arm: the onboarding package of this machine's subscription, from Azure Resource Manager, by the machine's identity.
 *
 * Foreign format: GET {arm}/subscriptions/{id}/providers/Microsoft.Security/mdeOnboardings/default (or the list without
 * "/default") with api-version 2021-10-01-preview: {"name", "properties": {"onboardingPackageLinux": BASE64}}, the list
 * as {"value": [those]}.
 */
#pragma once

#include "agent/azure/resource_manager.h"

typedef struct AzureOnboardingAsk {
        const char *identity;                              /* of the VM's user assigned ones: its client id or its
                                                              resource id; NULL or "": the system's, or the only one */
        const char *resource_id;                           /* azureResourceId of the request; NULL: not asked */
        const char *proxy;                                 /* for Resource Manager; http://host:port or NULL */
        const char *no_proxy;                              /* as HttpSpec.no_proxy */
        Deadline deadline;                                 /* of all of it; 0: five minutes */
        void (*on_wait)(const char *text, void *userdata); /* before each wait: why and how long; may be NULL */
        void *userdata;
} AzureOnboardingAsk;

/*
 * *ret_script: the base64 text of the package, as it stands in the answer (onboarding_read takes it). The metadata
 * service of the machine is asked without any proxy. Passing trouble is tried again within the deadline.
 * Reasons: cloud-unsupported; azure-identity (no identity, or which one; not a machine of Azure), azure-metadata (does
 * not answer), azure-metadata-denied (also: it tells another subscription than resource_id), azure-access (a role is
 * missing), azure-unreachable, azure-blocked (a proxy, another certificate, a page where JSON has to be),
 * azure-onboarding (any other answer); clock-wrong, tls-missing, stopped.
 */
int azure_onboarding_get(const Host *host, const AzureOnboardingAsk *ask, Secret *ret_script,
                         Failure *failure) _must_check_;

/* The same of an open manager: the last step, without a look at the machine. */
int azure_onboarding_fetch(const AzureManager *manager, Secret *ret_script, Failure *failure) _must_check_;
