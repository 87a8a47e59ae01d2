#include "handler/request_digest.h"

#include <string.h>

#include "agent/situation.h"
#include "platform/base/text.h"

/*
 * What is not asked for leaves no trace, so that a version which knows more settings has the same digest for the same
 * request. Lengths keep two values from being read as one.
 */
static void digest_value(Text *canon, const char *name, const char *value)
{
        if (value)
                text_append(canon, "%s=%zu:%s\n", name, strlen(value), value);
}

/* Letter case has no meaning in it. */
static void digest_hex(Text *canon, const char *name, const char *value)
{
        _cleanup_free_ char *lower = text_copy(value);
        char *p;

        for (p = lower; p && *p; p++)
                *p = (char)(*p >= 'A' && *p <= 'F' ? *p | 0x20 : *p);
        digest_value(canon, name, lower);
}

static void digest_number(Text *canon, const char *name, int number)
{
        if (number)
                text_append(canon, "%s=%d\n", name, number);
}

static void digest_list(Text *canon, const char *name, const RequestList *list)
{
        size_t i;

        for (i = 0; i < list->n; i++)
                digest_value(canon, name, list->items[i]);
}

static void digest_package(Text *canon, const char *name, const OnboardingPackage *package, const Failure *failure)
{
        if (package)
                digest_value(canon, name, package->digest);
        else if (failure->reason)
                text_append(canon, "%s fails=%s\n", name, reason_get(failure->reason)->id);
}

/*
 * Of an address host and path: a login or a query is how one gets in, and is renewed (a SAS signature lives for days)
 * without another package being meant. Where the package is to be fetched it has no digest before it is there: the same
 * address and checksum are the same request.
 */
static void digest_sources(Text *canon, const RequestSources *sources)
{
        _cleanup_free_ char *place = sources->uri ? text_url_place(sources->uri) : NULL;

        digest_value(canon, "uri", place);
        digest_hex(canon, "sha256", sources->sha256);
        digest_number(canon, "azure", sources->from_azure);
        digest_value(canon, "identity", sources->identity);
}

/* Of what this site's policy says too: what was refused under another one is looked at again. */
static void digest_policy(Text *canon, const Request *request)
{
        size_t i;

        for (i = 0; request->allowed_tenants && request->allowed_tenants[i]; i++)
                digest_value(canon, "allowed", request->allowed_tenants[i]);
}

/* Of what decides: not how long is waited, nor how it is told. */
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
        digest_value(&canon, "file", request->package_file);
        digest_value(&canon, "tenant", request->expected_tenant_id);
        digest_value(&canon, "proxy", request->proxy);
        digest_value(&canon, "managed",
                     managed ? json_object_to_json_string_ext(managed, JSON_C_TO_STRING_PLAIN) : NULL);
        digest_list(&canon, "skip", &request->skip_checks);
        digest_list(&canon, "groups", &request->group_ids);
        digest_number(&canon, "force", request->force_reonboarding);
        digest_number(&canon, "repair", request->repair_package_manager);
        digest_number(&canon, "existing", request->use_existing_repo);
        digest_value(&canon, "mirror", *request->mirror_url ? request->mirror_url : NULL);
        digest_number(&canon, "strict", request->verify_strict);
        digest_number(&canon, "connectivity", request->require_connectivity);
        digest_number(&canon, "change", request->allow_tenant_change);
        digest_number(&canon, "derivative", request->allow_unsupported_distro);
        digest_number(&canon, "passive", request->passive);
        digest_number(&canon, "conflict", request->on_conflict);
        digest_number(&canon, "downgrade", request->allow_downgrade);
        digest_number(&canon, "offboard", request->offboard);
        if (request->onboarding || !situation_has_sources(request))
                digest_package(&canon, "package", request->onboarding, &request->onboarding_failure);
        else
                digest_sources(&canon, &request->sources);
        digest_package(&canon, "offboarding", request->offboarding, &request->offboarding_failure);
        digest_policy(&canon, request);
        crypto_sha256_hex(canon.data, canon.length, request->digest);
}
