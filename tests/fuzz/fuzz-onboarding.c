/*
 * Whatever the bytes are: no crash, no hang, and what is accepted makes a file that is accepted again as the
 * same package and comes out the same to the byte.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/onboarding/onboarding.h"
#include "platform/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

/* Nothing is run: what an input does here must not depend on programs. */
static const Host host = { .root = "" };

static void check_package(const OnboardingPackage *package)
{
        _cleanup_(onboarding_package_clear) OnboardingPackage again = { 0 };
        char org_id[37] = "";
        Failure failure;

        check(onboarding_read(&host, package->file.data, package->file.length, false, &again, &failure) == 0);
        check(again.kind == package->kind && strcmp(again.org_id, package->org_id) == 0);
        check(strcmp(again.digest, package->digest) == 0);
        check(again.file.length == package->file.length);
        check(memcmp(again.file.data, package->file.data, again.file.length) == 0);
        if (package->kind == ONBOARDING_ONBOARD) {
                check(onboarding_file_org_id((const char *)package->file.data, package->file.length, org_id));
                check(strcmp(org_id, package->org_id) == 0);
        }
}

/* json-c takes everything that the grammar has let through; unique is stricter. */
static void check_json(const char *text, size_t length)
{
        _cleanup_json_wipe_ Json *json = NULL, *unique = NULL;
        Error err = { 0 };

        if (json_parse_unique(text, length, &unique, &err) == 0)
                check(json_parse(text, length, &json, &err) == 0 && json_object_equal(json, unique));
        else
                check(!strstr(err.text, "json-c says"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(onboarding_package_clear) OnboardingPackage package = { 0 };
        Failure failure = { 0 };
        char org_id[37];

        if (onboarding_read(&host, data, size, false, &package, &failure) == 0)
                check_package(&package);
        else
                check(failure.reason != REASON_NONE && failure.found[0]);
        check_json((const char *)data, size);
        onboarding_file_org_id((const char *)data, size, org_id);
        return 0;
}
