/*
 * token: proves to a service of Azure which machine this is.
 *
 * Foreign format: GET /metadata/identity/oauth2/token?resource=URL -> {"access_token", ...}, numbers as strings;
 * refusals as {"error", "error_description"}. Azure VMs have several identities (client_id or msi_res_id names one);
 * machines of Azure Arc have one, and want a file read first (token_key.h).
 */
#pragma once

#include "agent/azure/machine.h"
#include "platform/base/secret.h"

typedef struct AzureTokenAsk {
        const AzureMachine *machine;
        const char *identity; /* of a VM's user assigned ones: client id (GUID) or resource id; NULL or "": the
                                 system's, or the only one. Not used on Arc */
        const char *resource; /* whom the token is for: "https://management.azure.com/" */
        int tries;            /* 0: as many as a service that starts may need */
} AzureTokenAsk;

/*
 * *ret: the value of the header Authorization, "Bearer TOKEN". Tried again for up to 75 s while the service starts or
 * is updated. azure-identity: no such identity, or which of several; azure-metadata, azure-metadata-denied.
 */
int azure_token_get(const AzureSession *session, const AzureTokenAsk *ask, Secret *ret, Failure *failure) _must_check_;
