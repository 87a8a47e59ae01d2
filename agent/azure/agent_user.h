/*
 * agent_user: the user by whom Azure Arc's agent runs (himds), of this machine's /etc/passwd.
 */
#pragma once

#include <stdbool.h>

#include "platform/host.h"

#define AZURE_AGENT_USER "himds"

typedef struct AzureAgentUser {
        bool known;
        int64_t uid, gid;
} AzureAgentUser;

/* Never fails: without such a user it is not known. */
void azure_agent_user_find(const Host *host, AzureAgentUser *ret);

/* The name of a user, escaped; "unknown" where that file does not have it. Caller frees. */
char *azure_user_name(const Host *host, int64_t uid);
