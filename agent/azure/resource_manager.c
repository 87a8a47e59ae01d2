#include "agent/azure/resource_manager.h"

#include <string.h>

#include "agent/azure/token.h"
#include "platform/base/text.h"
#include "platform/json.h"

#define WORDS_MAX 400

int azure_manager_open(AzureManager *manager, const char *identity, Failure *failure)
{
        const AzureTokenAsk ask = { .machine = manager->machine,
                                    .identity = identity,
                                    .resource = manager->cloud.resource,
                                    .tries = manager->token_tries };

        if (azure_cloud_choose(manager->machine->cloud, manager->session->host->arm_url, &manager->cloud, failure) < 0)
                return -1;
        return azure_token_get(manager->session, &ask, &manager->token, failure);
}

void azure_manager_close(AzureManager *manager)
{
        secret_clear(&manager->token);
}

int azure_manager_get(const AzureManager *manager, const char *path, HttpResponse *ret, Error *err)
{
        _cleanup_free_ char *url = text_format("%s%s", manager->cloud.arm_url, path);
        const HttpSpec spec = {
                .url = url,
                .proxy = manager->proxy,
                .no_proxy = manager->no_proxy,
                .accept = "application/json",
                .authorization = &manager->token,
                .secret = true,
                .keep_refusal = true,
                .max_bytes = JSON_SIZE_MAX,
                .deadline = manager->session->deadline,
                .tries = manager->tries,
                .on_wait = manager->session->on_wait,
                .userdata = manager->session->userdata,
        };

        http_response_clear(ret);
        return http_client_get(manager->session->http, &spec, ret, err);
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

/* NULL: the body is not Resource Manager's. */
static Json *error_of(const HttpResponse *response, Json **ret_document)
{
        Json *error;

        if (!response->refusal || json_parse(response->refusal, strlen(response->refusal), ret_document, NULL) < 0)
                return NULL;
        error = json_member(*ret_document, "error");
        return json_string(error, "code") ? error : NULL;
}

/* What it refuses with, as "CODE: MESSAGE", escaped; NULL: the body is not Resource Manager's. */
static char *azure_manager_words(const HttpResponse *response)
{
        _cleanup_free_ char *code = NULL, *message = NULL;
        _cleanup_json_ Json *json = NULL;
        Json *error = error_of(response, &json);

        if (!error)
                return NULL;
        code = text_escape(json_string(error, "code"), 60);
        if (!json_string(error, "message"))
                return TAKE_PTR(code);
        message = text_escape(json_string(error, "message"), WORDS_MAX);
        return text_format("%s: %s", code, message);
}

bool azure_manager_has_code(const HttpResponse *response, const char *code)
{
        _cleanup_json_ Json *json = NULL;
        Json *error = error_of(response, &json);

        return error && text_equal_nocase(json_string(error, "code"), code);
}

/* Of an answer that Resource Manager gave. */
static ReasonId reason_of_status(const HttpResponse *response, const Error *err, ReasonId otherwise)
{
        if (response->status == 401 || response->status == 403)
                return REASON_AZURE_ACCESS;
        return err->kind == ERROR_NETWORK ? REASON_AZURE_UNREACHABLE : otherwise;
}

/* Of one that it did not give, or none. */
static ReasonId reason_of_way(const HttpResponse *response, const Error *err, ReasonId otherwise)
{
        if (response->starts_in_s > 0)
                return REASON_CLOCK_WRONG;
        if (err->kind == ERROR_MISSING)
                return REASON_TLS_MISSING;
        if (err->kind == ERROR_NETWORK || err->kind == ERROR_TIMEOUT)
                return REASON_AZURE_UNREACHABLE;
        return response->status == 404 ? otherwise : REASON_AZURE_BLOCKED;
}

int azure_manager_failed(const AzureManager *manager, const HttpResponse *response, const Error *err,
                         ReasonId otherwise, Failure *failure)
{
        _cleanup_free_ char *words = azure_manager_words(response);

        if (!words || (err->kind != ERROR_INPUT && err->kind != ERROR_NETWORK)) /* of a try before */
                failure_by_kind(failure, reason_of_way(response, err, otherwise), err);
        else
                failure_set(failure, reason_of_status(response, err, otherwise),
                            "%s answered %ld for subscription %s, %s", manager->cloud.arm_url, response->status,
                            manager->machine->subscription, words);
        failure->asked_ms = response->asked_ms;
        return -1;
}

int azure_manager_garbled(const AzureManager *manager, const char *body, const Error *err, ReasonId otherwise,
                          Failure *failure)
{
        _cleanup_free_ char *page = http_body_is_html(body) ? http_body_words(body) : NULL;

        if (page)
                return failure_set(failure, REASON_AZURE_BLOCKED,
                                   "%s answered with %s: a captive portal, or a proxy's own page?",
                                   manager->cloud.arm_url, page);
        return failure_set(failure, otherwise, "What %s answered cannot be read: %s.", manager->cloud.arm_url,
                           err->text);
}
