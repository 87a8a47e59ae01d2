#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "agent/judge.h"
#include "agent/machine/proxy_use.h"
#include "platform/base/text.h"

#define SERVER "packages.microsoft.com"

static Facts machine(const char *url)
{
        Facts facts = { .look = LOOK_SECOND, .package = { .state = PACKAGE_ABSENT } };

        snprintf(facts.proxy.server, sizeof(facts.proxy.server), SERVER);
        snprintf(facts.proxy.url, sizeof(facts.proxy.url), "%s", url);
        snprintf(facts.proxy.source, sizeof(facts.proxy.source), "/etc/waagent.conf");
        snprintf(facts.proxy.machine_url, sizeof(facts.proxy.machine_url), "%s", url);
        snprintf(facts.proxy.machine_source, sizeof(facts.proxy.machine_source), "/etc/waagent.conf");
        return facts;
}

static const PlanNote *note_of(const Plan *plan, const char *name)
{
        size_t i;

        for (i = 0; i < plan->n_notes; i++)
                if (text_equal(plan->notes[i].name, name))
                        return &plan->notes[i];
        return NULL;
}

static void the_setting_goes_first(void **state)
{
        Request q = { .proxy = "http://asked:1" };
        Facts f = machine("http://told:2");
        ProxyUse use;

        f.proxy.own = true;
        snprintf(f.proxy.exceptions, sizeof(f.proxy.exceptions), ".microsoft.com,.corp");
        proxy_use_make(&q, &f, &use);
        assert_string_equal(use.url, "http://asked:1");
        assert_string_equal(use.manager_url, "http://asked:1");
        assert_true(text_ends_with(use.exceptions, ",168.63.129.16,.corp"));
}

static void what_the_machine_is_told_goes_to_a_manager_without_one_of_its_own(void **state)
{
        Request q = { 0 };
        Facts f = machine("http://told:2");
        ProxyUse use;

        proxy_use_make(&q, &f, &use);
        assert_string_equal(use.url, "http://told:2");
        assert_string_equal(use.manager_url, "http://told:2");
        f.proxy.own = true;
        proxy_use_make(&q, &f, &use);
        assert_string_equal(use.url, "http://told:2");
        assert_null(use.manager_url);
}

static void exceptions_hold_for_our_own_downloads(void **state)
{
        Request q = { 0 };
        Facts f = machine("http://told:2");
        ProxyUse use;

        snprintf(f.proxy.exceptions, sizeof(f.proxy.exceptions), SERVER);
        proxy_use_make(&q, &f, &use);
        assert_null(use.url);
        assert_string_equal(use.manager_url, "http://told:2");
        assert_true(text_ends_with(use.exceptions, "," SERVER));
}

static void other_hosts_are_reached_by_their_own_name(void **state)
{
        static const char blob[] = "https://store.blob.example/x?sig=y";
        Request q = { 0 }, asked = { .proxy = "http://asked:1" };
        Facts f = machine("");
        ProxyUse use;

        /* the package server goes without, they do not */
        snprintf(f.proxy.machine_url, sizeof(f.proxy.machine_url), "http://told:2");
        snprintf(f.proxy.machine_source, sizeof(f.proxy.machine_source), "/etc/environment");
        snprintf(f.proxy.exceptions, sizeof(f.proxy.exceptions), SERVER);
        proxy_use_for(&q, &f, blob, &use);
        assert_string_equal(use.url, "http://told:2");
        assert_string_equal(use.source, "/etc/environment");
        /* and the other way round */
        snprintf(f.proxy.exceptions, sizeof(f.proxy.exceptions), ".blob.example");
        proxy_use_for(&q, &f, blob, &use);
        assert_null(use.url);
        proxy_use_for(&q, &f, NULL, &use);
        assert_string_equal(use.url, "http://told:2");
        assert_true(text_ends_with(use.exceptions, ",.blob.example"));
        proxy_use_for(&asked, &f, "https://management.azure.com", &use);
        assert_string_equal(use.url, "http://asked:1");
        assert_string_equal(use.source, "the setting proxy");
        proxy_use_for(&asked, &f, "https://169.254.169.254/x", &use);
        assert_null(use.url);
}

static void a_cache_of_packages_is_no_way_to_other_hosts(void **state)
{
        Request q = { 0 };
        Facts f = machine("");
        ProxyUse use;

        snprintf(f.proxy.url, sizeof(f.proxy.url), "http://apt-cacher:3142");
        f.proxy.own = true;
        proxy_use_for(&q, &f, "https://management.azure.com", &use);
        assert_null(use.url);
        assert_null(use.own_source);
}

static void a_way_is_told_once(void **state)
{
        static const ReasonId reasons[] = { REASON_ONBOARDING_UNREACHABLE, REASON_ONBOARDING_CERTIFICATE,
                                            REASON_AZURE_UNREACHABLE, REASON_AZURE_BLOCKED, REASON_CONNECTIVITY };
        Request q = { 0 };
        Facts f = machine("http://told:2");
        Failure failure;
        ProxyUse use;
        size_t i;

        proxy_use_make(&q, &f, &use);
        for (i = 0; i < ELEMENTSOF(reasons); i++) {
                failure_set(&failure, reasons[i], "no name");
                proxy_use_tell(&use, &f, &failure);
                proxy_use_tell(&use, &f, &failure);
                assert_string_equal(failure.found, "Through the proxy http://told:2 of /etc/waagent.conf: no name");
                assert_int_equal(failure.reason, reasons[i]);
        }
}

static void a_server_on_the_link_is_reached_without(void **state)
{
        Request q = { .proxy = "http://asked:1" };
        Facts f = machine("");
        ProxyUse use;

        snprintf(f.proxy.server, sizeof(f.proxy.server), "169.254.1.1");
        proxy_use_make(&q, &f, &use);
        assert_null(use.url);
}

static void the_plan_tells_which_and_what_the_sensor_needs(void **state)
{
        Request q = { 0 };
        Facts f = machine("http://told:2");
        Plan plan = { 0 };

        judge_proxy(&q, &f, &plan);
        assert_string_equal(
                note_of(&plan, "package-proxy")->text,
                "The package repository is reached through the proxy http://told:2, which /etc/waagent.conf "
                "names (given to the package manager for this run only).");
        assert_string_equal(note_of(&plan, "sensor-proxy")->text,
                            "This machine is told of a proxy (in /etc/waagent.conf), and the sensor is not: "
                            "add the setting \"proxy\": \"http://told:2\" if the sensor has to go through it too.");
        assert_int_equal(note_of(&plan, "sensor-proxy")->level, PLAN_WARNING);
        q.proxy = "http://asked:1";
        plan = (Plan){ 0 };
        judge_proxy(&q, &f, &plan);
        assert_non_null(strstr(note_of(&plan, "package-proxy")->text, "http://asked:1, which the setting proxy names"));
        assert_null(note_of(&plan, "sensor-proxy"));
        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = TRI_YES;
        plan = (Plan){ 0 };
        judge_proxy(&q, &f, &plan);
        assert_int_equal(plan.n_notes, 0);
}

static void one_that_cannot_be_used_is_told_without_what_is_secret(void **state)
{
        Request q = { 0 };
        Facts f = machine("");
        Plan plan = { 0 };
        Failure failure;
        ProxyUse use;

        f.proxy.passed = PROXY_PASSWORD;
        f.proxy.own = true;
        snprintf(f.proxy.passed_source, sizeof(f.proxy.passed_source), "/etc/apt/apt.conf");
        judge_proxy(&q, &f, &plan);
        assert_non_null(strstr(note_of(&plan, "proxy-passed-over")->text,
                               "/etc/apt/apt.conf names a proxy with a name and password: it is not used"));
        assert_non_null(strstr(note_of(&plan, "proxy-passed-over")->text, "The package manager uses its own"));
        proxy_use_make(&q, &f, &use);
        failure_set(&failure, REASON_REPOSITORY_UNREACHABLE, "no name");
        proxy_use_tell(&use, &f, &failure);
        assert_string_equal(failure.found,
                            "Without the proxy that /etc/apt/apt.conf names, which wants a password: no name");
        f.proxy.passed = PROXY_UNUSABLE;
        snprintf(f.proxy.passed_scheme, sizeof(f.proxy.passed_scheme), "socks5");
        plan = (Plan){ 0 };
        judge_proxy(&q, &f, &plan);
        assert_non_null(strstr(note_of(&plan, "proxy-passed-over")->text, "(its kind is socks5)"));
}

static void a_failure_names_the_proxy_and_who_names_it(void **state)
{
        Request q = { 0 };
        Facts f = machine("http://told:2");
        Failure failure;
        ProxyUse use;

        proxy_use_make(&q, &f, &use);
        failure_set(&failure, REASON_PROXY, "the proxy told:2 answered 407");
        proxy_use_tell(&use, &f, &failure);
        assert_string_equal(failure.found,
                            "Through the proxy http://told:2 of /etc/waagent.conf: the proxy told:2 answered 407");
        failure_set(&failure, REASON_DISK_FULL, "no room");
        proxy_use_tell(&use, &f, &failure);
        assert_string_equal(failure.found, "no room");
}

/* The package manager has one that we cannot use; our own downloads have another. */
static Facts of_two_minds(void)
{
        Facts f = machine("http://told:2");

        f.proxy.own = true;
        f.proxy.passed = PROXY_PASSWORD;
        snprintf(f.proxy.own_source, sizeof(f.proxy.own_source), "/etc/apt/apt.conf");
        snprintf(f.proxy.passed_source, sizeof(f.proxy.passed_source), "/etc/apt/apt.conf");
        return f;
}

static const char *told(const Facts *facts, const Request *request, bool by_manager, const char *found)
{
        static Failure failure;
        ProxyUse use;

        proxy_use_make(request, facts, &use);
        failure_set(&failure, REASON_REPOSITORY_REFRESH, "%s", found);
        failure.by_manager = by_manager;
        proxy_use_tell(&use, facts, &failure);
        assert_int_equal(failure.by_manager, by_manager);
        return failure.found;
}

static void the_proxy_that_is_named_is_that_of_who_failed(void **state)
{
        static const char said[] = "The package manager said: 407";
        Request q = { 0 }, asked = { .proxy = "http://asked:1" };
        Facts f = of_two_minds();

        assert_string_equal(told(&f, &q, false, "no name"),
                            "Through the proxy http://told:2 of /etc/waagent.conf: no name");
        assert_string_equal(told(&f, &q, true, said),
                            "The package manager goes by its own proxy of /etc/apt/apt.conf. It said: 407");
        assert_string_equal(told(&f, &q, true, "apt-get took too long"),
                            "The package manager goes by its own proxy of /etc/apt/apt.conf: apt-get took too long");
        assert_string_equal(told(&f, &asked, true, said),
                            "Through the proxy http://asked:1 of the setting proxy: The package manager said: 407");
        f.proxy.own = false;
        assert_string_equal(told(&f, &q, true, said),
                            "Through the proxy http://told:2 of /etc/waagent.conf: The package manager said: 407");
        f = of_two_minds();
        f.proxy.passed = PROXY_NONE;
        f.proxy.url[0] = '\0';
        assert_string_equal(
                told(&f, &q, true, said),
                "The package manager goes by its own setting, no proxy, of /etc/apt/apt.conf. It said: 407");
        assert_string_equal(told(&f, &q, false, "no name"), "no name");
}

static void what_a_manager_may_go_by_all_the_same_is_told(void **state)
{
        static const char said[] = "The package manager said: 403",
                          way[] = "Through the proxy http://asked:1 of the setting proxy";
        Request asked = { .proxy = "http://asked:1" }, q = { 0 };
        Facts f = machine("http://told:2");
        Plan plan = { 0 };

        snprintf(f.proxy.source, sizeof(f.proxy.source), "/etc/sysconfig/proxy");
        snprintf(f.proxy.firm_url, sizeof(f.proxy.firm_url), "http://told:2");
        snprintf(f.proxy.firm_source, sizeof(f.proxy.firm_source), "/etc/sysconfig/proxy");
        assert_string_equal(told(&f, &asked, true, said),
                            "Through the proxy http://asked:1 of the setting proxy, or the other one of "
                            "/etc/sysconfig/proxy, which the package manager may go by all the same: "
                            "The package manager said: 403");
        assert_true(text_starts_with(told(&f, &asked, false, "no name"), way));
        assert_null(strstr(told(&f, &asked, false, "no name"), "sysconfig"));
        assert_string_equal(told(&f, &q, true, said),
                            "Through the proxy http://told:2 of /etc/sysconfig/proxy: The package manager said: 403");
        judge_proxy(&asked, &f, &plan);
        assert_int_equal(note_of(&plan, "package-proxy")->level, PLAN_WARNING);
        assert_non_null(strstr(note_of(&plan, "package-proxy")->text, "/etc/sysconfig/proxy names another"));
        asked.proxy = "http://told:2";
        plan = (Plan){ 0 };
        judge_proxy(&asked, &f, &plan);
        assert_int_equal(note_of(&plan, "package-proxy")->level, PLAN_INFORMATION);
}

static void two_proxies_are_told_as_two(void **state)
{
        Request q = { 0 };
        Facts f = of_two_minds();
        Plan plan = { 0 };

        judge_proxy(&q, &f, &plan);
        assert_string_equal(note_of(&plan, "package-proxy")->text,
                            "This extension's own downloads go through the proxy http://told:2, which "
                            "/etc/waagent.conf names; the package manager goes by its own, of /etc/apt/apt.conf.");
        snprintf(f.proxy.source, sizeof(f.proxy.source), "/etc/apt/apt.conf");
        plan = (Plan){ 0 };
        judge_proxy(&q, &f, &plan);
        assert_string_equal(note_of(&plan, "package-proxy")->text,
                            "The package repository is reached through the proxy http://told:2, which "
                            "/etc/apt/apt.conf names.");
}

static void a_cache_of_packages_is_not_what_the_sensor_is_to_go_through(void **state)
{
        Request q = { 0 };
        Facts f = machine("");
        const PlanNote *note;
        Plan plan = { 0 };

        snprintf(f.proxy.url, sizeof(f.proxy.url), "http://apt-cacher:3142");
        snprintf(f.proxy.source, sizeof(f.proxy.source), "/etc/apt/apt.conf");
        f.proxy.own = true;
        judge_proxy(&q, &f, &plan);
        note = note_of(&plan, "sensor-proxy");
        assert_int_equal(note->level, PLAN_INFORMATION);
        assert_non_null(strstr(note->text, "of its own, of /etc/apt/apt.conf, which may be a cache"));
        assert_null(strstr(note->text, "3142"));
        /* the machine's beside it is */
        snprintf(f.proxy.machine_url, sizeof(f.proxy.machine_url), "http://told:2");
        snprintf(f.proxy.machine_source, sizeof(f.proxy.machine_source), "/etc/environment");
        plan = (Plan){ 0 };
        judge_proxy(&q, &f, &plan);
        assert_non_null(strstr(note_of(&plan, "sensor-proxy")->text, "\"proxy\": \"http://told:2\""));
}

static bool is_sensor_warned_of(const Request *request, char *managed)
{
        Facts f = machine("http://told:2");
        Plan plan = { 0 };

        f.sensor.managed_json = managed;
        f.sensor.managed_length = managed ? strlen(managed) : 0;
        judge_proxy(request, &f, &plan);
        return note_of(&plan, "sensor-proxy") != NULL;
}

static void a_sensor_whose_managed_configuration_has_a_proxy_needs_none(void **state)
{
        char with[] = "{\"cloudService\": {\"proxy\": \"http://p:1\"}}", without[] = "{\"cloudService\": {}}",
             not_json[] = "{";
        _cleanup_json_ Json *asks = NULL, *asks_else = NULL;
        Request q = { 0 };

        assert_true(is_sensor_warned_of(&q, NULL));
        assert_true(is_sensor_warned_of(&q, without));
        assert_true(is_sensor_warned_of(&q, not_json));
        assert_false(is_sensor_warned_of(&q, with));
        assert_int_equal(json_parse(with, strlen(with), &asks, NULL), 0);
        assert_int_equal(json_parse(without, strlen(without), &asks_else, NULL), 0);
        q.managed_config = asks;
        assert_false(is_sensor_warned_of(&q, NULL));
        q.managed_config = asks_else;
        assert_true(is_sensor_warned_of(&q, NULL));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_setting_goes_first),
                cmocka_unit_test(what_the_machine_is_told_goes_to_a_manager_without_one_of_its_own),
                cmocka_unit_test(exceptions_hold_for_our_own_downloads),
                cmocka_unit_test(other_hosts_are_reached_by_their_own_name),
                cmocka_unit_test(a_cache_of_packages_is_no_way_to_other_hosts),
                cmocka_unit_test(a_way_is_told_once),
                cmocka_unit_test(a_server_on_the_link_is_reached_without),
                cmocka_unit_test(the_plan_tells_which_and_what_the_sensor_needs),
                cmocka_unit_test(a_cache_of_packages_is_not_what_the_sensor_is_to_go_through),
                cmocka_unit_test(one_that_cannot_be_used_is_told_without_what_is_secret),
                cmocka_unit_test(a_failure_names_the_proxy_and_who_names_it),
                cmocka_unit_test(the_proxy_that_is_named_is_that_of_who_failed),
                cmocka_unit_test(what_a_manager_may_go_by_all_the_same_is_told),
                cmocka_unit_test(two_proxies_are_told_as_two),
                cmocka_unit_test(a_sensor_whose_managed_configuration_has_a_proxy_needs_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
