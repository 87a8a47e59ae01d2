/*
 * machine: which resource of Azure this machine is.
 *
 * A VM is known by its chassis asset tag, or by the guest agent's folder; a machine of Azure Arc by Arc's agent. On one
 * that is both, whose extension we are decides: where Arc's extension manager runs us, only Arc is asked; else the VM's
 * service, and Arc's when that does not answer (a refusal is an answer), as on VMs that were cut off from it to try
 * Arc.
 *
 * Foreign format: GET /metadata/instance/compute: {"resourceId", "subscriptionId", "vmId", "name", "location",
 * "azEnvironment", ...}; unknown members are noise.
 */
#pragma once

#include "agent/azure/metadata.h"

#define AZURE_RESOURCE_ID_MAX 512

/* What this machine's files tell; no network. */
typedef struct AzureSigns {
        bool vm, arc;
        bool runs_us; /* Arc's extension manager does */
} AzureSigns;

void azure_signs_look(const Host *host, AzureSigns *ret);

/* Texts are as told, plain characters; "": not told. */
typedef struct AzureMachine {
        AzureKind kind; /* which service told it */
        char resource_id[AZURE_RESOURCE_ID_MAX];
        char subscription[40]; /* a GUID, or "" */
        char vm_id[64];
        char name[128];
        char location[64];
        char cloud[64];
} AzureMachine;

/* Pure; ret->kind is not touched. ERROR_INPUT: that is no such object, or it names no resource. */
int azure_machine_read(const char *text, size_t length, AzureMachine *ret, Error *err) _must_check_;

/*
 * The answer as it came, in ret->body, and whose it is. Within 10 s. azure-identity: this is no machine of Azure
 * (*ret_kind AZURE_NONE, nobody was asked); else as azure_metadata_failed.
 */
int azure_compute_get(const AzureSession *session, AzureKind *ret_kind, HttpResponse *ret,
                      Failure *failure) _must_check_;

/* Both in one. */
int azure_machine_look(const AzureSession *session, AzureMachine *ret, Failure *failure) _must_check_;
