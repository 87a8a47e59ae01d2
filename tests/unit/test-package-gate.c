/* What the pinned keys' own judgement is asked for. */
#include "tests/unit/scratch.h"

#include "agent/steps/package_gate.h"
#include "platform/base/text.h"
#include "platform/host_init.h"

static bool applies(const char *mirror, const char *uri)
{
        Request request = { 0 };
        Host host;
        Mission mission = { .host = &host, .request = &request, .manager = &manager_dnf };

        host_init(&host);
        snprintf(request.mirror_url, sizeof(request.mirror_url), "%s", mirror);
        snprintf(mission.source.uri, sizeof(mission.source.uri), "%s", uri);
        return package_gate_applies(&mission, &mission.source);
}

static void a_login_in_an_address_does_not_take_it_out_of_the_gate(void **state)
{
        assert_true(applies("", HOST_PACKAGES_URL "/rhel/9/prod"));
        assert_true(applies("", "https://bob:s3cr3t@packages.microsoft.com/rhel/9/prod"));
        assert_true(applies("", "HTTPS://x@y@Packages.Microsoft.com/rhel/9/prod/"));
        assert_true(applies("https://mirror.example.test/ms", "https://bob@mirror.example.test/ms/rhel/9/prod"));
        assert_true(applies("https://bob@mirror.example.test/ms", "https://mirror.example.test/ms/rhel/9/prod"));
}

static void what_only_looks_like_the_vendors_place_is_a_sites_own(void **state)
{
        assert_false(applies("", ""));
        assert_false(applies("", "https://packages.microsoft.com.evil.example/rhel/9/prod"));
        assert_false(applies("", "https://evil.example#@packages.microsoft.com/rhel/9/prod"));
        assert_false(applies("https://mirror.example.test/ms", "https://mirror.example.test/msx/rhel/9/prod"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_login_in_an_address_does_not_take_it_out_of_the_gate),
                cmocka_unit_test(what_only_looks_like_the_vendors_place_is_a_sites_own),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
