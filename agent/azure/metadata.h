/*
 * metadata: asks the metadata service of this machine: that of Azure VMs (IMDS), or that of Azure Arc's agent (HIMDS).
 */
#pragma once

#include "agent/reasons.h"
#include "platform/http.h"

typedef enum AzureKind { AZURE_NONE, AZURE_VM, AZURE_ARC } AzureKind;

/* What all questions to Azure of one run share. */
typedef struct AzureSession {
        const Host *host;
        HttpClient *http;
        Deadline deadline; /* of all; 0: DEADLINE_NEVER */
        void (*on_wait)(const char *text, void *userdata);
        void *userdata;
} AzureSession;

typedef struct AzureMetadataAsk {
        AzureKind kind;   /* VM or ARC */
        const char *path; /* "/metadata/...", with its query */
        bool secret;      /* as in HttpSpec, as those below */
        const Secret *authorization;
        size_t max_bytes;
        int64_t within_ms;
        int tries;
} AzureMetadataAsk;

/* "http://169.254.169.254" or what the site says; borrowed from host. */
const char *azure_metadata_url(const Host *host, AzureKind kind);

/*
 * As http_client_get(), *ret with its refusal. Never by a proxy. ERROR_TRUST, *ret empty: where Arc's agent has to be
 * on this machine, another user's process listens (listener.h).
 */
int azure_metadata_get(const AzureSession *session, const AzureMetadataAsk *ask, HttpResponse *ret,
                       Error *err) _must_check_;

/* Why it failed, for people: azure-metadata, azure-metadata-denied (401 and 403), or what stopped it. Returns -1. */
int azure_metadata_failed(AzureKind kind, const HttpResponse *response, const Error *err, Failure *failure);
