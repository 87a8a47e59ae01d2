/*
 * azure_facts: what this machine is in Azure, by its own metadata service. For the second look only: it is asked where
 * local signs say Azure or Azure Arc, without a proxy, for AZURE_LOOK_MS in all.
 */
#pragma once

#include "agent/azure/azure_record.h"
#include "agent/azure/machine.h"
#include "platform/base/tri.h"

#define AZURE_LOOK_MS 2500

typedef struct AzureFacts {
        Tri known;            /* NO: it is no machine of Azure; UNKNOWN: it is one, and its service does not tell */
        AzureMachine machine; /* when known is YES */
        AzureRecord record;   /* what was remembered of it */
        char trouble[256];    /* when UNKNOWN: why */
} AzureFacts;

/* Never fails. */
void azure_look(const Host *host, AzureFacts *ret);

/* After a success. device: the sensor's EDR machine id, "" not known. */
void azure_remember(const Host *host, const AzureFacts *azure, const char *device);
