#include "agent/azure/arm.h"

#include <string.h>
#include <strings.h>

#include "platform/base/text.h"
#include "platform/json.h"

#define PLACE "/providers/Microsoft.Security/mdeOnboardings"
#define VERSION "?api-version=2021-10-01-preview"
#define WITHIN_MS (5 * 60 * 1000)
#define TRIES 7 /* the first call for a tenant makes its service, which takes a minute or two */

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

static int take_script(const AzureManager *manager, const HttpResponse *response, Secret *ret, Failure *failure)
{
        const char *body = (const char *)response->secret.data, *script;
        _cleanup_json_wipe_ Json *json = NULL;
        Error err = { 0 };

        if (json_parse(body, response->secret.length, &json, &err) < 0)
                return azure_manager_garbled(manager, body, &err, REASON_AZURE_ONBOARDING, failure);
        script = script_in(json);
        if (!script)
                return failure_set(failure, REASON_AZURE_ONBOARDING,
                                   "%s has no onboarding package for Linux for subscription %s.",
                                   manager->cloud.arm_url, manager->machine->subscription);
        secret_allocate(ret, strlen(script));
        memcpy(ret->data, script, strlen(script));
        return 0;
}

/* name: of the one, with its slash; "": the list. */
static int get(const AzureManager *manager, const char *name, HttpResponse *ret, Error *err)
{
        _cleanup_free_ char *path =
                text_format("/subscriptions/%s" PLACE "%s" VERSION, manager->machine->subscription, name);

        return azure_manager_get(manager, path, ret, err);
}

int azure_onboarding_fetch(const AzureManager *manager, Secret *ret, Failure *failure)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };
        int result = get(manager, "/default", &response, &err);

        if (result < 0 && response.status == 404) {
                err = (Error){ 0 };
                result = get(manager, "", &response, &err);
        }
        if (result < 0)
                return azure_manager_failed(manager, &response, &err, REASON_AZURE_ONBOARDING, failure);
        return take_script(manager, &response, ret, failure);
}

/* ---- the whole way ---------------------------------------------------------------------------------------------- */

static int with_token(const AzureSession *session, const AzureOnboardingAsk *ask, const AzureMachine *machine,
                      Secret *ret, Failure *failure)
{
        _cleanup_(azure_manager_close) AzureManager manager = {
                .session = session,
                .machine = machine,
                .proxy = ask->proxy,
                .no_proxy = ask->no_proxy,
                .tries = TRIES,
        };

        if (azure_manager_open(&manager, ask->identity, failure) < 0)
                return -1;
        return azure_onboarding_fetch(&manager, ret, failure);
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
