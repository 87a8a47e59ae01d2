#include "agent/azure/security.h"

#include <stdio.h>
#include <string.h>

#include "agent/azure/arm.h"
#include "agent/onboarding/onboarding_content.h"
#include "platform/base/text.h"
#include "platform/crypto.h"
#include "platform/json.h"

#define PROVIDER "/providers/Microsoft.Security/"
#define TRIES 2
#define TOKEN_PART_MAX 16384
#define DIRECTORY_SHOWN 8

typedef struct Look {
        AzureManager manager;
        char *subscription, *resource; /* paths; resource: NULL: not known */
        bool over;                     /* nobody answers: no more is asked */
        bool quiet;                    /* what is asked now may stay unknown */
        bool package;                  /* is asked as well */
        AzureSecurity *ret;
} Look;

/* The first one is told: those after it are mostly of the same kind. */
static void keep_trouble(Look *look, const Failure *failure)
{
        AzureSecurity *ret = look->ret;

        look->over |= failure->reason != REASON_AZURE_ACCESS && failure->reason != REASON_AZURE_ONBOARDING;
        if (ret->reason || look->quiet)
                return;
        ret->reason = failure->reason;
        snprintf(ret->trouble, sizeof(ret->trouble), "%.*s", (int)sizeof(ret->trouble) - 1, failure->found);
}

/* ---- a question ------------------------------------------------------------------------------------------------- */

/* It is there to ask, and has no such thing; not: where that thing would be is not there either. */
static bool is_missing(const HttpResponse *response)
{
        return response->status == 404 &&
               (azure_manager_has_code(response, "ResourceNotFound") || azure_manager_has_code(response, "NotFound"));
}

static Tri ask_version(Look *look, const char *place, const char *version, Json **ret, long *ret_status,
                       Failure *failure)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        _cleanup_free_ char *path = text_format("%s?api-version=%s", place, version);
        const AzureManager *manager = &look->manager;
        const char *body;
        Error err = { 0 };
        int result = azure_manager_get(manager, path, &response, &err);

        *ret_status = response.status;
        if (result < 0) {
                azure_manager_failed(manager, &response, &err, REASON_AZURE_ONBOARDING, failure);
                return is_missing(&response) ? TRI_NO : TRI_UNKNOWN;
        }
        body = (const char *)response.secret.data;
        if (json_parse(body, response.secret.length, ret, &err) == 0)
                return TRI_YES;
        azure_manager_garbled(manager, body, &err, REASON_AZURE_ONBOARDING, failure);
        return TRI_UNKNOWN;
}

/* NO: there is no such thing. versions: the newest first; an older one where that is not known. */
static Tri ask(Look *look, const char *place, const char *const versions[2], Json **ret)
{
        Failure failure = { 0 };
        Tri there = TRI_UNKNOWN;
        long status = 404;
        size_t i;

        if (look->over)
                return TRI_UNKNOWN;
        for (i = 0; i < 2 && versions[i] && there != TRI_YES && (status == 400 || status == 404); i++)
                there = ask_version(look, place, versions[i], ret, &status, &failure);
        if (there == TRI_UNKNOWN)
                keep_trouble(look, &failure);
        return there;
}

static void take_text(Json *object, const char *name, char *ret, size_t size)
{
        const char *value = json_string(object, name);
        _cleanup_free_ char *shown = value ? text_escape(value, size - 1) : NULL;

        snprintf(ret, size, "%s", shown ? shown : "");
}

/* ---- Defender for Cloud ----------------------------------------------------------------------------------------- */

static Tri ask_setting(Look *look, const char *name)
{
        static const char *const versions[2] = { "2022-05-01", "2021-06-01" };
        _cleanup_free_ char *place = text_format("%s" PROVIDER "settings/%s", look->subscription, name);
        _cleanup_json_ Json *json = NULL;
        Json *enabled;

        if (ask(look, place, versions, &json) != TRI_YES)
                return TRI_UNKNOWN;
        enabled = json_member(json_member(json, "properties"), "enabled");
        return json_object_is_type(enabled, json_type_boolean) ? tri(json_object_get_boolean(enabled)) : TRI_UNKNOWN;
}

/* of: the subscription, or the machine. */
static void ask_plan(Look *look, const char *of, bool of_machine)
{
        static const char *const versions[2] = { "2024-01-01" };
        _cleanup_free_ char *place = text_format("%s" PROVIDER "pricings/VirtualMachines", of);
        _cleanup_json_ Json *json = NULL;
        AzureSecurity *ret = look->ret;
        const char *tier;
        Json *properties;

        if (ask(look, place, versions, &json) != TRI_YES)
                return;
        properties = json_member(json, "properties");
        tier = json_string(properties, "pricingTier");
        if (!text_equal_nocase(tier, "Standard") && !text_equal_nocase(tier, "Free"))
                return;
        ret->plan = tri(text_equal_nocase(tier, "Standard"));
        ret->plan_of_machine = of_machine;
        take_text(properties, "subPlan", ret->sub_plan, sizeof(ret->sub_plan));
}

/* Whose it is; what else it says is not looked at. */
static void ask_package(Look *look)
{
        _cleanup_(onboarding_package_clear) OnboardingPackage package = { 0 };
        _cleanup_secret_ Secret script = { 0 };
        Failure failure = { 0 };

        if (look->over)
                return;
        if (azure_onboarding_fetch(&look->manager, &script, &failure) < 0) {
                if (failure.reason != REASON_AZURE_ONBOARDING) /* without the integration there may be none */
                        keep_trouble(look, &failure);
                return;
        }
        if (onboarding_content_read(look->manager.session->host, script.data, script.length, false, &package,
                                    &failure) == 0)
                snprintf(look->ret->org_id, sizeof(look->ret->org_id), "%s", package.org_id);
}

/* ---- the extension ---------------------------------------------------------------------------------------------- */

/* Of a VM a list, of a machine of Azure Arc one. */
static const char *status_message(Json *view)
{
        Json *list = json_member(view, "statuses");

        if (json_object_is_type(list, json_type_array) && json_object_array_length(list) > 0)
                return json_string(json_object_array_get_idx(list, 0), "message");
        return json_string(json_member(view, "status"), "message");
}

static void ask_extension(Look *look)
{
        static const char *const of_vm[2] = { "2024-07-01&$expand=instanceView" };
        static const char *const of_arc[2] = { "2024-07-10" };
        _cleanup_free_ char *place = text_format("%s/extensions/MDE.Linux", look->resource), *shown = NULL;
        const char *const *versions = look->manager.machine->kind == AZURE_ARC ? of_arc : of_vm;
        _cleanup_json_ Json *json = NULL;
        AzureSecurity *ret = look->ret;
        const char *message;
        Json *properties;

        ret->extension = ask(look, place, versions, &json);
        if (ret->extension != TRI_YES)
                return;
        properties = json_member(json, "properties");
        take_text(properties, "provisioningState", ret->extension_state, sizeof(ret->extension_state));
        message = status_message(json_member(properties, "instanceView"));
        shown = text_escape(message ? message : "", sizeof(ret->extension_message) - 1);
        snprintf(ret->extension_message, sizeof(ret->extension_message), "%s", shown);
}

/* ---- whose the identity is -------------------------------------------------------------------------------------- */

/* The second of its parts, from the alphabet of URLs to the other. */
static char *claims_of(const Secret *authorization, size_t *ret_length)
{
        const char *start = authorization->data ? strchr((const char *)authorization->data, '.') : NULL, *end;
        size_t length, padded, i;
        char *text;

        end = start ? strchr(++start, '.') : NULL;
        if (!end || end - start > TOKEN_PART_MAX)
                return NULL;
        length = (size_t)(end - start);
        padded = (length + 3) / 4 * 4;
        text = text_allocate(padded + 1);
        for (i = 0; i < padded; i++)
                text[i] = i >= length ? '=' : start[i] == '-' ? '+' : start[i] == '_' ? '/' : start[i];
        *ret_length = padded;
        return text;
}

void azure_security_take_token(const Secret *authorization, AzureSecurity *ret)
{
        _cleanup_json_wipe_ Json *json = NULL;
        _cleanup_secret_ Secret claims = { 0 };
        size_t length = 0;
        char *text = claims_of(authorization, &length);
        const char *directory = NULL;

        if (!text)
                return;
        if (crypto_base64_decode(text, length, &claims, NULL) == 0 &&
            json_parse((const char *)claims.data, claims.length, &json, NULL) == 0)
                directory = json_string(json, "tid");
        if (directory && text_is_guid(directory))
                snprintf(ret->directory, sizeof(ret->directory), "%.*s", DIRECTORY_SHOWN, directory);
        secret_wipe(text, length);
        free(text);
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

static void ask_all(Look *look)
{
        AzureSecurity *ret = look->ret;

        ret->asked = TRI_YES;
        azure_security_take_token(&look->manager.token, ret);
        if (look->resource)
                ask_extension(look);
        ret->integration = ask_setting(look, "WDATP");
        ret->linux_out = ask_setting(look, "WDATP_EXCLUDE_LINUX_PUBLIC_PREVIEW");
        ret->unified = ask_setting(look, "WDATP_UNIFIED_SOLUTION");
        ask_plan(look, look->subscription, false);
        look->quiet = ret->plan != TRI_UNKNOWN;
        if (look->resource)
                ask_plan(look, look->resource, true);
        look->quiet = false;
        if (look->package)
                ask_package(look);
}

static void open_and_ask(Look *look, const char *identity)
{
        Failure failure = { 0 };

        if (azure_manager_open(&look->manager, identity, &failure) < 0) {
                look->ret->asked = TRI_NO;
                keep_trouble(look, &failure);
        } else {
                ask_all(look);
        }
        azure_manager_close(&look->manager);
}

void azure_security_unknown(AzureSecurity *ret)
{
        *ret = (AzureSecurity){ .asked = TRI_NO,
                                .integration = TRI_UNKNOWN,
                                .linux_out = TRI_UNKNOWN,
                                .unified = TRI_UNKNOWN,
                                .plan = TRI_UNKNOWN,
                                .extension = TRI_UNKNOWN };
}

void azure_security_look(const Host *host, const AzureSecurityAsk *ask, AzureSecurity *ret)
{
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(host);
        const AzureSession session = { .host = host, .http = http, .deadline = ask->deadline };
        _cleanup_free_ char *subscription = text_format("/subscriptions/%s", ask->machine->subscription);
        _cleanup_free_ char *resource = text_percent_encode(ask->machine->resource_id, "/");
        Look look = {
                .manager = { .session = &session,
                             .machine = ask->machine,
                             .proxy = ask->proxy,
                             .no_proxy = ask->no_proxy,
                             .tries = TRIES,
                             .token_tries = 1 },
                .subscription = subscription,
                .resource = *resource == '/' ? resource : NULL,
                .package = ask->package,
                .ret = ret,
        };

        azure_security_unknown(ret);
        if (!text_is_guid(ask->machine->subscription)) {
                ret->reason = REASON_AZURE_METADATA_DENIED;
                snprintf(ret->trouble, sizeof(ret->trouble), "%s does not tell this machine's subscription.",
                         azure_metadata_url(host, ask->machine->kind));
                return;
        }
        snprintf(ret->subscription, sizeof(ret->subscription), "%s", ask->machine->subscription);
        open_and_ask(&look, ask->identity);
}
