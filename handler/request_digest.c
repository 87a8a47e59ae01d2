#include "handler/request_digest.h"

#include <string.h>

#include "platform/base/text.h"

/* Lengths keep two values from being read as one. */
static void digest_value(Text *canon, const char *name, const char *value)
{
        text_append(canon, "%s=%zu:%s\n", name, value ? strlen(value) : 0, value ? value : "-");
}

static void digest_list(Text *canon, const char *name, const RequestList *list)
{
        size_t i;

        text_append(canon, "%s %zu\n", name, list->n);
        for (i = 0; i < list->n; i++)
                digest_value(canon, name, list->items[i]);
}

static void digest_package(Text *canon, const OnboardingPackage *package, const Failure *failure)
{
        digest_value(canon, package ? "package" : "failure",
                     package ? package->digest : reason_get(failure->reason)->id);
}

/* Of what this site's policy says too: what was refused under another one is looked at again. */
static void digest_policy(Text *canon, const Request *request)
{
        size_t i;

        for (i = 0; request->allowed_tenants && request->allowed_tenants[i]; i++)
                digest_value(canon, "allowed", request->allowed_tenants[i]);
}

void request_digest_make(Request *request)
{
        _cleanup_(text_clear) Text canon = { 0 };
        Json *managed = request->managed_config;

        digest_value(&canon, "resource", request->azure_resource_id);
        digest_value(&canon, "workspace", request->workspace_id);
        digest_value(&canon, "group", request->group_tag);
        digest_value(&canon, "channel", request->channel);
        digest_value(&canon, "version", request->version);
        digest_value(&canon, "path", request->install_path);
        digest_value(&canon, "tenant", request->expected_tenant_id);
        digest_value(&canon, "proxy", request->proxy);
        digest_value(&canon, "managed",
                     managed ? json_object_to_json_string_ext(managed, JSON_C_TO_STRING_PLAIN) : NULL);
        digest_list(&canon, "skip", &request->skip_checks);
        digest_list(&canon, "groups", &request->group_ids);
        text_append(&canon, "force=%d repair=%d strict=%d wait=%d change=%d passive=%d\n", request->force_reonboarding,
                    request->repair_package_manager, request->verify_strict, request->max_wait_minutes,
                    request->allow_tenant_change, request->passive);
        text_append(&canon, "conflict=%d refusal=%d drift=%d\n", request->on_conflict, request->refusal_as_report,
                    request->drift_as_error);
        digest_package(&canon, request->onboarding, &request->onboarding_failure);
        digest_package(&canon, request->offboarding, &request->offboarding_failure);
        digest_policy(&canon, request);
        crypto_sha256_hex(canon.data, canon.length, request->digest);
}
