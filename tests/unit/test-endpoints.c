#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/onboarding/endpoints.h"
#include "agent/plan.h"
#include "platform/base/text.h"

/* "host" of what is needed, "(host)" of what can be done without. */
static char *hosts_of(const OnboardingPackage *package)
{
        Endpoints endpoints;
        Text text = { 0 };
        size_t i;

        endpoints_make(package, &endpoints);
        assert_true(endpoints.n <= ENDPOINTS_MAX);
        text_append(&text, "%s", endpoints.government ? "government:" : "");
        for (i = 0; i < endpoints.n; i++) {
                const Endpoint *endpoint = &endpoints.items[i];

                assert_true(*endpoint->path == '/' && *endpoint->what);
                text_append(&text, "%s%s%s%s", text.length ? " " : "", endpoint->needed ? "" : "(", endpoint->host,
                            endpoint->needed ? "" : ")");
        }
        return text_take(&text);
}

static void assert_hosts(const OnboardingPackage *package, const char *expected)
{
        _cleanup_free_ char *found = hosts_of(package);

        assert_string_equal(found, expected);
}

static void the_package_names_its_own_and_its_geography_the_rest(void **state)
{
        OnboardingPackage package = { .geo = "EU", .edr_host = "winatp-gw-weu.microsoft.com" };

        assert_hosts(&package, "winatp-gw-weu.microsoft.com eu-v20.events.data.microsoft.com "
                               "europe.x.cp.wd.microsoft.com (go.microsoft.com) (definitionupdates.microsoft.com)");
        package = (OnboardingPackage){ .geo = "uk",
                                       .edr_host = "winatp-gw-uks.microsoft.com",
                                       .events_host = "uk-v20.events.data.microsoft.com",
                                       .ticket_host = "events.data.microsoft.com" };
        assert_hosts(&package, "winatp-gw-uks.microsoft.com uk-v20.events.data.microsoft.com "
                               "(events.data.microsoft.com) unitedkingdom.x.cp.wd.microsoft.com (go.microsoft.com) "
                               "(definitionupdates.microsoft.com)");
}

static void streamlined_packages_use_the_hosts_of_one_domain(void **state)
{
        OnboardingPackage package = { .geo = "US",
                                      .streamlined = true,
                                      .edr_host = "edr-eus.us.endpoint.security.microsoft.com" };

        assert_hosts(&package, "edr-eus.us.endpoint.security.microsoft.com "
                               "us-v20.events.endpoint.security.microsoft.com mdav.us.endpoint.security.microsoft.com "
                               "(go.microsoft.com)");
}

static void of_an_unknown_geography_only_what_the_package_names_is_asked(void **state)
{
        OnboardingPackage package = { .geo = "CH", .edr_host = "edr-chn.ch.endpoint.security.microsoft.com" };

        assert_hosts(&package, "edr-chn.ch.endpoint.security.microsoft.com");
        package.geo[0] = package.edr_host[0] = '\0';
        assert_hosts(&package, "");
}

static void government_clouds_are_never_sent_to_the_public_one(void **state)
{
        OnboardingPackage package = { .geo = "US", .edr_host = "winatp-gw-usgt.microsoft.com" };

        assert_hosts(&package, "government: winatp-gw-usgt.microsoft.com");
        strcpy(package.edr_host, "gateway.endpoint.security.microsoft.us");
        assert_hosts(&package, "government: gateway.endpoint.security.microsoft.us");
        package = (OnboardingPackage){ .geo = "FFL4", .events_host = "pf.events.data.microsoft.com" };
        assert_hosts(&package, "government: pf.events.data.microsoft.com");
}

static void a_host_that_is_named_twice_is_asked_once(void **state)
{
        OnboardingPackage package = { .edr_host = "a.test", .events_host = "A.test", .ticket_host = "a.test" };

        assert_hosts(&package, "a.test");
}

static void an_issuer_that_is_not_the_vendors_is_noticed_at_the_vendors_hosts(void **state)
{
        static const struct {
                const char *host, *issuer;
                bool needed, known;
        } rows[] = {
                { "edr-weu.eu.endpoint.security.microsoft.com", "Microsoft Azure RSA TLS Issuing CA 07", true, true },
                { "europe.x.cp.wd.microsoft.com", "DigiCert SHA2 Secure Server CA", true, true },
                { "europe.x.cp.wd.microsoft.com", "Contoso Inspection CA", true, false },
                { "gateway.endpoint.security.microsoft.us", "Contoso Inspection CA", true, false },
                { "europe.x.cp.wd.microsoft.com", "", true, true },
                { "go.microsoft.com", "Some CDN's CA", false, true },
                { "edr.stand-in.test", "Stand-in CA", true, true },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Endpoint endpoint = { .needed = rows[i].needed };

                strcpy(endpoint.host, rows[i].host);
                assert_int_equal(endpoint_knows_issuer(&endpoint, rows[i].issuer), rows[i].known);
        }
}

/* ---- when it is planned ------------------------------------------------------------------------------------------ */

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"

static const DistroSupport support = { "debian", "12", "debian/12", MANAGER_APT, "microsoft.asc", true };
static const OnboardingPackage streamlined = {
        .org_id = ORG, .root_pinned = true, .geo = "EU", .streamlined = true, .edr_host = "edr-weu.test"
};

static Facts fresh(void)
{
        Facts f = { .look = LOOK_SECOND, .now_s = 1800000000 };

        f.machine.systemd = f.machine.distro_known = f.package.manager = TRI_YES;
        f.machine.support = &support;
        strcpy(f.machine.distro.id, "debian");
        strcpy(f.machine.distro.architecture, "x86_64");
        f.package.broken = TRI_NO;
        f.package.state = PACKAGE_ABSENT;
        f.sensor.files = f.sensor.loaded = f.sensor.enabled = f.sensor.active = TRI_NO;
        f.sensor.onboarded = f.sensor.offboarding_file = f.sensor.health.answering = TRI_NO;
        return f;
}

static Facts healthy(void)
{
        Facts f = fresh();

        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = f.sensor.loaded = f.sensor.enabled = f.sensor.active = f.sensor.onboarded = TRI_YES;
        strcpy(f.sensor.onboarded_org, ORG);
        f.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_YES, .org_id = ORG };
        return f;
}

static bool is_first(const Request *request, const Facts *facts, Plan *plan)
{
        plan_make(request, facts, plan);
        return plan->n_steps > 0 && plan->steps[0].id == STEP_CONNECTIVITY;
}

static bool has_note(const Plan *plan, const char *words)
{
        size_t i;

        for (i = 0; i < plan->n_notes; i++)
                if (text_equal(plan->notes[i].name, "endpoints"))
                        return strstr(plan->notes[i].text, words);
        return false;
}

static void endpoints_are_asked_before_a_machine_is_changed(void **state)
{
        Request q = { .onboarding = &streamlined };
        Facts f = fresh();
        Plan plan;

        assert_true(is_first(&q, &f, &plan));
        assert_true(has_note(&plan, "(geography EU, streamlined)"));
        assert_true(has_note(&plan, "edr-weu.test (commands), eu-v20.events"));
        f = healthy();
        f.sensor.health.licensed = TRI_NO;
        f.sensor.onboarded = TRI_NO;
        assert_true(is_first(&q, &f, &plan));
}

static void nobody_is_asked_when_the_sensors_cloud_has_no_part_in_it(void **state)
{
        const OnboardingPackage bare = { .org_id = ORG, .root_pinned = true };
        Request q = { .onboarding = &streamlined };
        Facts f = healthy();
        Plan plan;

        assert_false(is_first(&q, &f, &plan));
        assert_int_equal(plan.n_steps, 0);
        assert_false(has_note(&plan, ""));
        f.sensor.enabled = TRI_NO;
        assert_false(is_first(&q, &f, &plan));
        f = fresh();
        f.acted = true;
        assert_false(is_first(&q, &f, &plan));
        f = fresh();
        f.machine.support = NULL; /* refused: not for the network's sake */
        assert_false(is_first(&q, &f, &plan));
        f = fresh();
        q.onboarding = &bare;
        assert_false(is_first(&q, &f, &plan));
        assert_true(plan.n_steps > 0);
}

static void what_a_hold_keeps_from_being_done_is_named_not_the_looking(void **state)
{
        Request q = { .onboarding = &streamlined };
        Facts f = fresh();
        Plan plan;

        f.hold.held = TRI_YES;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_HELD);
        assert_non_null(strstr(plan.refusal.found, "The step repository waits"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_package_names_its_own_and_its_geography_the_rest),
                cmocka_unit_test(streamlined_packages_use_the_hosts_of_one_domain),
                cmocka_unit_test(of_an_unknown_geography_only_what_the_package_names_is_asked),
                cmocka_unit_test(government_clouds_are_never_sent_to_the_public_one),
                cmocka_unit_test(a_host_that_is_named_twice_is_asked_once),
                cmocka_unit_test(an_issuer_that_is_not_the_vendors_is_noticed_at_the_vendors_hosts),
                cmocka_unit_test(endpoints_are_asked_before_a_machine_is_changed),
                cmocka_unit_test(nobody_is_asked_when_the_sensors_cloud_has_no_part_in_it),
                cmocka_unit_test(what_a_hold_keeps_from_being_done_is_named_not_the_looking),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
