#include "agent/azure/metadata.h"

#include "platform/base/text.h"

const char *azure_metadata_url(const Host *host, AzureKind kind)
{
        return kind == AZURE_ARC ? host->himds_url : host->imds_url;
}

int azure_metadata_get(const AzureSession *session, const AzureMetadataAsk *ask, HttpResponse *ret, Error *err)
{
        _cleanup_free_ char *url = text_format("%s%s", azure_metadata_url(session->host, ask->kind), ask->path);
        Deadline ours = deadline_in(ask->within_ms);
        const HttpSpec spec = {
                .url = url,
                .metadata = true,
                .accept = "application/json",
                .authorization = ask->authorization,
                .secret = ask->secret,
                .keep_refusal = true,
                .max_bytes = ask->max_bytes,
                .deadline = session->deadline ? deadline_sooner(ours, session->deadline) : ours,
                .tries = ask->tries,
                .on_wait = session->on_wait,
                .userdata = session->userdata,
        };

        return http_client_get(session->http, &spec, ret, err);
}

/* On an Azure VM nobody but the guest proxy agent answers so. */
static int denied(AzureKind kind, const Error *err, Failure *failure)
{
        if (kind == AZURE_ARC)
                return failure_set(failure, REASON_AZURE_METADATA_DENIED,
                                   "%s (Azure Arc's agent gives tokens to root and to the group himds only).",
                                   err->text);
        return failure_set(failure, REASON_AZURE_METADATA_DENIED,
                           "%s: this VM enforces the Metadata Security Protocol, and its guest proxy agent does not "
                           "let this program ask; add mde-linux, run by root, to the VM's access control rules for "
                           "the metadata service.",
                           err->text);
}

int azure_metadata_failed(AzureKind kind, const HttpResponse *response, const Error *err, Failure *failure)
{
        if (response->status == 401 || response->status == 403)
                return denied(kind, err, failure);
        if (err->kind == ERROR_INPUT || err->kind == ERROR_TRUST)
                return failure_from(failure, REASON_AZURE_METADATA_DENIED, err);
        return failure_by_kind(failure, REASON_AZURE_METADATA, err);
}
