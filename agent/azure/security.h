/*
 * security: what Azure says of this machine's protection: Defender for Cloud's switches and plan, the extension as
 * Azure sees it, whose onboarding package the subscription has. Asked by the machine's identity; reads only.
 *
 * Foreign formats, of Resource Manager:
 *   {subscription}/providers/Microsoft.Security/settings/NAME (2022-05-01, before 2021-06-01): {"properties":
 *   {"enabled"}}; NAME: WDATP (the integration with Defender for Endpoint), WDATP_EXCLUDE_LINUX_PUBLIC_PREVIEW (on: not
 *   for Linux), WDATP_UNIFIED_SOLUTION (Windows Server 2012 R2 and 2016);
 *   {subscription or machine}/providers/Microsoft.Security/pricings/VirtualMachines (2024-01-01): {"properties":
 *   {"pricingTier": "Free"|"Standard", "subPlan": "P1"|"P2"}};
 *   {machine}/extensions/MDE.Linux: {"properties": {"provisioningState", "instanceView"}}, of a VM (2024-07-01)
 *   with {"statuses": [{"code", "message"}]}, of a machine of Azure Arc (2024-07-10) with {"status": {"code",
 *   "message"}}.
 */
#pragma once

#include "agent/azure/machine.h"
#include "platform/base/tri.h"

#define AZURE_SECURITY_TEXT_MAX 512

/* Texts are escaped. */
typedef struct AzureSecurity {
        Tri asked; /* YES: Resource Manager was asked; NO: it could not be, reason and trouble say why; NOT_ASKED: it
                      was not to be */
        ReasonId reason; /* of the first thing that could not be seen; NONE: all was */
        char trouble[AZURE_SECURITY_TEXT_MAX];
        char subscription[40];
        char directory[9]; /* the first eight digits of the Entra tenant that the identity is of; "": not known */
        Tri integration;   /* with Defender for Endpoint */
        Tri linux_out;     /* that integration leaves Linux out */
        Tri unified;       /* that of older Windows servers: for Linux it means nothing */
        Tri plan;          /* Defender for Servers is on: for this machine, where that can be seen */
        char sub_plan[16]; /* "P1", "P2"; "": not known, or none */
        bool plan_of_machine;
        Tri extension;            /* Azure has been asked for it */
        char extension_state[32]; /* "Succeeded" */
        char extension_message[AZURE_SECURITY_TEXT_MAX];
        char org_id[37]; /* of the subscription's onboarding package; "": not known */
} AzureSecurity;

typedef struct AzureSecurityAsk {
        const AzureMachine *machine; /* with its subscription */
        const char *identity;        /* as AzureTokenAsk.identity */
        bool package;         /* org_id as well: asked for the first time of a tenant, it makes the tenant's service */
        const char *proxy;    /* for Resource Manager; http://host:port or NULL */
        const char *no_proxy; /* as HttpSpec.no_proxy */
        Deadline deadline;    /* of all of it */
} AzureSecurityAsk;

/* Never fails: what could not be seen is UNKNOWN, and trouble says why. */
void azure_security_look(const Host *host, const AzureSecurityAsk *ask, AzureSecurity *ret);

/* Nothing of it is known. */
void azure_security_unknown(AzureSecurity *ret);

/*
 * Of the value of a header Authorization with a JSON Web Token (RFC 7519): the claim "tid", as far as ret->directory
 * goes. Nothing is verified. Pure.
 */
void azure_security_take_token(const Secret *authorization, AzureSecurity *ret);
