#include "agent/azure/token.h"

#include <string.h>

#include "agent/azure/token_key.h"
#include "platform/base/text.h"
#include "platform/json.h"

#define ANSWER_MAX 65536
#define TOKEN_MAX 16384
#define ASK_MS 75000 /* the service may be away for 70 s while it is updated */
#define TRIES 10
#define IMDS_PATH "/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
#define HIMDS_PATH "/metadata/identity/oauth2/token?api-version=2020-06-01&resource="
#define WORDS_MAX 300

static int make_path(const AzureTokenAsk *ask, char **ret, Failure *failure)
{
        _cleanup_free_ char *resource = text_percent_encode(ask->resource, ""), *identity = NULL, *shown = NULL;

        if (ask->machine->kind == AZURE_ARC) {
                *ret = text_format(HIMDS_PATH "%s", resource);
                return 0;
        }
        if (text_is_empty(ask->identity)) {
                *ret = text_format(IMDS_PATH "%s", resource);
                return 0;
        }
        identity = text_percent_encode(ask->identity, "");
        if (text_is_guid(ask->identity) || (*ask->identity == '/' && strlen(identity) < 1024)) {
                *ret = text_format(IMDS_PATH "%s&%s=%s", resource, *ask->identity == '/' ? "msi_res_id" : "client_id",
                                   identity);
                return 0;
        }
        shown = text_escape(ask->identity, 80);
        return failure_set(failure, REASON_AZURE_IDENTITY,
                           "azureIdentity is \"%s\": neither a client id (a GUID) nor the resource id of an identity.",
                           shown);
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static bool is_token(const char *text)
{
        const char *p;

        for (p = text; *p; p++)
                if (*p <= ' ' || *p >= 0x7f)
                        return false;
        return p > text && p - text <= TOKEN_MAX;
}

static int take_token(const AzureTokenAsk *ask, const HttpResponse *response, const Host *host, Secret *ret,
                      Failure *failure)
{
        static const char bearer[] = "Bearer ";
        const char *body = (const char *)response->secret.data, *token = NULL;
        _cleanup_json_wipe_ Json *json = NULL;

        if (json_parse(body, response->secret.length, &json, NULL) == 0)
                token = json_string(json, "access_token");
        if (!token || !is_token(token))
                return failure_set(failure, REASON_AZURE_METADATA_DENIED, "What %s gave for a token is none%s.",
                                   azure_metadata_url(host, ask->machine->kind),
                                   http_body_is_html(body) ? " but an HTML page" : "");
        secret_allocate(ret, strlen(bearer) + strlen(token));
        memcpy(ret->data, bearer, strlen(bearer));
        memcpy(ret->data + strlen(bearer), token, strlen(token));
        return 0;
}

/* What the service says of a request that it does not take; escaped; NULL: nothing of that kind. */
static char *description(const HttpResponse *response)
{
        _cleanup_json_ Json *json = NULL;
        const char *words;

        if (!response->refusal || json_parse(response->refusal, strlen(response->refusal), &json, NULL) < 0)
                return NULL;
        words = json_string(json, "error_description");
        return words ? text_escape(words, WORDS_MAX) : NULL;
}

static int no_identity(const AzureTokenAsk *ask, Failure *failure)
{
        _cleanup_free_ char *shown = NULL;

        if (text_is_empty(ask->identity))
                return failure_set(failure, REASON_AZURE_IDENTITY,
                                   "The virtual machine has neither a system assigned nor a user assigned one.");
        shown = text_escape(ask->identity, WORDS_MAX);
        return failure_set(failure, REASON_AZURE_IDENTITY,
                           "The identity that azureIdentity names, %s, is not assigned to this virtual machine.",
                           shown);
}

static int refused(const AzureTokenAsk *ask, const HttpResponse *response, const Error *err, Failure *failure)
{
        _cleanup_free_ char *words = description(response);

        if (response->status != 400 || !words)
                return azure_metadata_failed(ask->machine->kind, response, err, failure);
        if (strcasestr(words, "identity not found"))
                return no_identity(ask, failure);
        if (strcasestr(words, "multiple user assigned"))
                return failure_set(failure, REASON_AZURE_IDENTITY,
                                   "Several user assigned identities are assigned to this machine and no system "
                                   "assigned one: name one of them in azureIdentity, by its client id or its resource "
                                   "id.");
        return failure_set(failure, REASON_AZURE_IDENTITY, "The metadata service says: %s", words);
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

static int from_vm(const AzureSession *session, const AzureTokenAsk *ask, const char *path, Secret *ret,
                   Failure *failure)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        const AzureMetadataAsk question = {
                .kind = AZURE_VM,
                .path = path,
                .secret = true,
                .max_bytes = ANSWER_MAX,
                .within_ms = ASK_MS,
                .tries = ask->tries ? ask->tries : TRIES,
        };
        Error err = { 0 };

        if (azure_metadata_get(session, &question, &response, &err) < 0)
                return refused(ask, &response, &err, failure);
        return take_token(ask, &response, session->host, ret, failure);
}

/* Asks once without, to be told which file has to be read. */
static int challenge(const AzureSession *session, AzureMetadataAsk *question, Secret *ret_key, Failure *failure)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        if (azure_metadata_get(session, question, &response, &err) == 0)
                return failure_set(failure, REASON_AZURE_METADATA_DENIED,
                                   "Whoever answers at %s gives tokens without asking for a key file: that is not "
                                   "Azure Arc's agent.",
                                   session->host->himds_url);
        if (response.status != 401)
                return azure_metadata_failed(AZURE_ARC, &response, &err, failure);
        err = (Error){ 0 };
        if (azure_token_key_read(session->host, response.challenge, ret_key, &err) < 0)
                return failure_set(failure, REASON_AZURE_METADATA_DENIED,
                                   "The key file that %s wants read for a token is not read: %s.",
                                   session->host->himds_url, err.text);
        return 0;
}

static int from_arc(const AzureSession *session, const AzureTokenAsk *ask, const char *path, Secret *ret,
                    Failure *failure)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        _cleanup_secret_ Secret key = { 0 };
        AzureMetadataAsk question = {
                .kind = AZURE_ARC,
                .path = path,
                .secret = true,
                .max_bytes = ANSWER_MAX,
                .within_ms = ASK_MS,
                .tries = ask->tries ? ask->tries : TRIES,
        };
        Error err = { 0 };

        if (challenge(session, &question, &key, failure) < 0)
                return -1;
        question.authorization = &key;
        if (azure_metadata_get(session, &question, &response, &err) < 0)
                return refused(ask, &response, &err, failure);
        return take_token(ask, &response, session->host, ret, failure);
}

int azure_token_get(const AzureSession *session, const AzureTokenAsk *ask, Secret *ret, Failure *failure)
{
        _cleanup_free_ char *path = NULL;

        if (make_path(ask, &path, failure) < 0)
                return -1;
        return ask->machine->kind == AZURE_ARC ? from_arc(session, ask, path, ret, failure)
                                               : from_vm(session, ask, path, ret, failure);
}
