#include "agent/azure/arm.h"

#include <string.h>
#include <strings.h>

#include "agent/azure/cloud.h"
#include "agent/azure/token.h"
#include "platform/base/text.h"
#include "platform/json.h"

#define PLACE "/providers/Microsoft.Security/mdeOnboardings"
#define VERSION "?api-version=2021-10-01-preview"
#define WITHIN_MS (5 * 60 * 1000)
#define TRIES 7 /* the first call for a tenant makes its service, which takes a minute or two */
#define WORDS_MAX 400

typedef struct Arm {
        const AzureSession *session;
        const AzureOnboardingAsk *ask;
        const AzureMachine *machine;
        const char *url; /* of Resource Manager */
        Secret token;
} Arm;

static int get(const Arm *arm, const char *name, HttpResponse *ret, Error *err)
{
        _cleanup_free_ char *url =
                text_format("%s/subscriptions/%s" PLACE "%s" VERSION, arm->url, arm->machine->subscription, name);
        const HttpSpec spec = {
                .url = url,
                .proxy = arm->ask->proxy,
                .no_proxy = arm->ask->no_proxy,
                .accept = "application/json",
                .authorization = &arm->token,
                .secret = true,
                .keep_refusal = true,
                .max_bytes = JSON_SIZE_MAX,
                .deadline = arm->session->deadline,
                .tries = TRIES,
                .on_wait = arm->session->on_wait,
                .userdata = arm->session->userdata,
        };

        http_response_clear(ret);
        return http_client_get(arm->session->http, &spec, ret, err);
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */

/* "CODE: MESSAGE", escaped; NULL: the body is not Resource Manager's. */
static char *refusal_words(const HttpResponse *response)
{
        _cleanup_free_ char *code = NULL, *message = NULL;
        _cleanup_json_ Json *json = NULL;
        Json *error;

        if (!response->refusal || json_parse(response->refusal, strlen(response->refusal), &json, NULL) < 0)
                return NULL;
        error = json_member(json, "error");
        if (!json_string(error, "code"))
                return NULL;
        code = text_escape(json_string(error, "code"), 60);
        if (!json_string(error, "message"))
                return TAKE_PTR(code);
        message = text_escape(json_string(error, "message"), WORDS_MAX);
        return text_format("%s: %s", code, message);
}

/* Of an answer that Resource Manager gave. */
static ReasonId reason_of_status(const HttpResponse *response, const Error *err)
{
        if (response->status == 401 || response->status == 403)
                return REASON_AZURE_ACCESS;
        return err->kind == ERROR_NETWORK ? REASON_AZURE_UNREACHABLE : REASON_AZURE_ONBOARDING;
}

/* Of one that it did not give, or none. */
static ReasonId reason_of_way(const HttpResponse *response, const Error *err)
{
        if (response->starts_in_s > 0)
                return REASON_CLOCK_WRONG;
        if (err->kind == ERROR_MISSING)
                return REASON_TLS_MISSING;
        if (err->kind == ERROR_NETWORK || err->kind == ERROR_TIMEOUT)
                return REASON_AZURE_UNREACHABLE;
        return response->status == 404 ? REASON_AZURE_ONBOARDING : REASON_AZURE_BLOCKED;
}

static int refused(const Arm *arm, const HttpResponse *response, const Error *err, Failure *failure)
{
        _cleanup_free_ char *words = refusal_words(response);

        if (!words || (err->kind != ERROR_INPUT && err->kind != ERROR_NETWORK)) /* of a try before */
                return failure_by_kind(failure, reason_of_way(response, err), err);
        return failure_set(failure, reason_of_status(response, err), "%s answered %ld for subscription %s, %s",
                           arm->url, response->status, arm->machine->subscription, words);
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static const char *script_of(Json *onboarding)
{
        const char *script = json_string(json_member(onboarding, "properties"), "onboardingPackageLinux");

        return text_is_empty(script) ? NULL : script;
}

/* Of a list the one called default, else the first with a package for Linux. */
static const char *script_in(Json *answer)
{
        Json *list = json_member(answer, "value");
        const char *first = NULL;
        size_t i;

        if (!json_object_is_type(list, json_type_array))
                return script_of(answer);
        for (i = 0; i < (size_t)json_object_array_length(list); i++) {
                Json *onboarding = json_object_array_get_idx(list, i);
                const char *script = script_of(onboarding);

                if (script && text_equal_nocase(json_string(onboarding, "name"), "default"))
                        return script;
                first = first ? first : script;
        }
        return first;
}

static int no_json(const Arm *arm, const char *body, const Error *err, Failure *failure)
{
        _cleanup_free_ char *page = http_body_is_html(body) ? http_body_words(body) : NULL;

        if (page)
                return failure_set(failure, REASON_AZURE_BLOCKED,
                                   "%s answered with %s: a captive portal, or a proxy's own page?", arm->url, page);
        return failure_set(failure, REASON_AZURE_ONBOARDING, "What %s answered cannot be read: %s.", arm->url,
                           err->text);
}

static int take_script(const Arm *arm, const HttpResponse *response, Secret *ret, Failure *failure)
{
        const char *body = (const char *)response->secret.data, *script;
        _cleanup_json_wipe_ Json *json = NULL;
        Error err = { 0 };

        if (json_parse(body, response->secret.length, &json, &err) < 0)
                return no_json(arm, body, &err, failure);
        script = script_in(json);
        if (!script)
                return failure_set(failure, REASON_AZURE_ONBOARDING,
                                   "%s has no onboarding package for Linux for subscription %s.", arm->url,
                                   arm->machine->subscription);
        secret_allocate(ret, strlen(script));
        memcpy(ret->data, script, strlen(script));
        return 0;
}

static int fetch(const Arm *arm, Secret *ret, Failure *failure)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };
        int result = get(arm, "/default", &response, &err);

        if (result < 0 && response.status == 404) {
                err = (Error){ 0 };
                result = get(arm, "", &response, &err);
        }
        return result < 0 ? refused(arm, &response, &err, failure) : take_script(arm, &response, ret, failure);
}

/* ---- the whole way ---------------------------------------------------------------------------------------------- */

static int with_token(const AzureSession *session, const AzureOnboardingAsk *ask, const AzureMachine *machine,
                      Secret *ret, Failure *failure)
{
        Arm arm = { .session = session, .ask = ask, .machine = machine };
        AzureTokenAsk token = { .machine = machine, .identity = ask->identity };
        AzureCloud cloud;
        int result;

        if (azure_cloud_choose(machine->cloud, session->host->arm_url, &cloud, failure) < 0)
                return -1;
        token.resource = cloud.resource;
        arm.url = cloud.arm_url;
        if (azure_token_get(session, &token, &arm.token, failure) < 0)
                return -1;
        result = fetch(&arm, ret, failure);
        secret_clear(&arm.token);
        return result;
}

/* What the metadata service tells decides whose package is had: it has to be the subscription that was asked for. */
static int check_subscription(const AzureOnboardingAsk *ask, const AzureMachine *machine, Failure *failure)
{
        static const char start[] = "/subscriptions/";
        _cleanup_free_ char *asked = NULL, *shown = NULL;

        if (text_is_empty(ask->resource_id))
                return 0;
        if (strncasecmp(ask->resource_id, start, strlen(start)) == 0) {
                const char *id = ask->resource_id + strlen(start);

                asked = text_copy_n(id, strcspn(id, "/"));
        }
        if (text_equal_nocase(asked, machine->subscription))
                return 0;
        shown = text_escape(asked ? asked : ask->resource_id, 80);
        return failure_set(failure, REASON_AZURE_METADATA_DENIED,
                           "azureResourceId is of subscription %s, but the metadata service says that this machine is "
                           "of subscription %s: no package is had of either.",
                           shown, machine->subscription);
}

int azure_onboarding_get(const Host *host, const AzureOnboardingAsk *ask, Secret *ret_script, Failure *failure)
{
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(host);
        const AzureSession session = {
                .host = host,
                .http = http,
                .deadline = ask->deadline ? ask->deadline : deadline_in(WITHIN_MS),
                .on_wait = ask->on_wait,
                .userdata = ask->userdata,
        };
        AzureMachine machine;

        if (azure_machine_look(&session, &machine, failure) < 0)
                return -1;
        if (!*machine.subscription)
                return failure_set(failure, REASON_AZURE_METADATA_DENIED,
                                   "%s does not tell this machine's subscription.",
                                   azure_metadata_url(host, machine.kind));
        if (check_subscription(ask, &machine, failure) < 0)
                return -1;
        return with_token(&session, ask, &machine, ret_script, failure);
}
