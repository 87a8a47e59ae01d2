/*
 * resource_manager: questions to Azure Resource Manager, by this machine's identity. Reads only.
 *
 * Foreign format: GET {arm}{resource}?api-version=DATE with "Authorization: Bearer TOKEN"; refusals as
 * {"error": {"code", "message"}}.
 */
#pragma once

#include "agent/azure/cloud.h"
#include "agent/azure/machine.h"

/* Borrows what it points to; the token is its own (azure_manager_close). */
typedef struct AzureManager {
        const AzureSession *session;
        const AzureMachine *machine;
        const char *proxy;    /* http://host:port or NULL */
        const char *no_proxy; /* as HttpSpec.no_proxy */
        int tries;            /* of each question */
        int token_tries;      /* as AzureTokenAsk.tries */
        AzureCloud cloud;     /* filled by azure_manager_open, as token is */
        Secret token;
} AzureManager;

/*
 * Gets a token. identity: as AzureTokenAsk.identity. Reasons: cloud-unsupported; azure-identity, azure-metadata,
 * azure-metadata-denied.
 */
int azure_manager_open(AzureManager *manager, const char *identity, Failure *failure) _must_check_;
void azure_manager_close(AzureManager *manager);

/* path: "/subscriptions/...?api-version=..." . The answer is in ret->secret. Errors as of http_client_get(). */
int azure_manager_get(const AzureManager *manager, const char *path, HttpResponse *ret, Error *err) _must_check_;

/* It refuses with this code. */
bool azure_manager_has_code(const HttpResponse *response, const char *code);

/*
 * Why a question failed, for people: azure-access (401, 403), azure-unreachable, azure-blocked, clock-wrong,
 * tls-missing, or what stopped it; any other answer of Resource Manager: otherwise. Returns -1.
 */
int azure_manager_failed(const AzureManager *manager, const HttpResponse *response, const Error *err,
                         ReasonId otherwise, Failure *failure);

/* Likewise of an answer that is no JSON. */
int azure_manager_garbled(const AzureManager *manager, const char *body, const Error *err, ReasonId otherwise,
                          Failure *failure);
