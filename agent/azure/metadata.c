#include "agent/azure/metadata.h"

#include <stdlib.h>

#include "agent/azure/listener.h"
#include "platform/base/text.h"

const char *azure_metadata_url(const Host *host, AzureKind kind)
{
        return kind == AZURE_ARC ? host->himds_url : host->imds_url;
}

static int get(const AzureSession *session, const AzureMetadataAsk *ask, const char *service, HttpResponse *ret,
               Error *err)
{
        _cleanup_free_ char *url = text_format("%s%s", service, ask->path);
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

/* Nobody may have come to listen, or someone else, since it was looked first. */
static int check_again(const Host *host, const char *service, AzureListener before, Error *err)
{
        AzureListener now;
        Error why = { 0 };

        if (azure_listener_look(host, service, &now, &why) < 0)
                return error_set(err, why.kind, "%s", why.text);
        if (before == AZURE_LISTENER_UNKNOWN || now == AZURE_LISTENER_TRUSTED)
                return 0;
        return error_set(err, ERROR_NETWORK, "%s answered and is not there any more: who it was is not known", service);
}

static int get_from_agent(const AzureSession *session, const AzureMetadataAsk *ask, HttpResponse *ret, Error *err)
{
        _cleanup_free_ char *service = azure_listener_url(session->host->himds_url);
        AzureListener listener;
        Error distrust = { 0 };
        int result;

        if (azure_listener_look(session->host, service, &listener, err) < 0)
                return -1;
        result = get(session, ask, service, ret, err);
        if (!ret->status || check_again(session->host, service, listener, &distrust) == 0)
                return result;
        http_response_clear(ret);
        if (err)
                *err = distrust;
        return -1;
}

int azure_metadata_get(const AzureSession *session, const AzureMetadataAsk *ask, HttpResponse *ret, Error *err)
{
        *ret = (HttpResponse){ 0 };
        return ask->kind == AZURE_ARC ? get_from_agent(session, ask, ret, err)
                                      : get(session, ask, session->host->imds_url, ret, err);
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
