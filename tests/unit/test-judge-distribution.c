/*
 * What the judge says of the distribution and its architecture. Linked like test-plan. tests/hosts has the words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/plan.h"
#include "platform/base/text.h"

static const OnboardingPackage package = { .org_id = "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01" };

static Request q;
static Facts f;
static Plan plan;

static void take_distro(const char *id, const char *version, const char *platform)
{
        Distro *d = &f.machine.distro;

        snprintf(d->id, sizeof(d->id), "%s", id);
        snprintf(d->version, sizeof(d->version), "%s", version);
        snprintf(d->platform, sizeof(d->platform), "%s", platform);
        f.machine.support = distro_support(d);
        f.machine.derived = distro_derived(d);
}

static int fresh(void **state)
{
        q = (Request){ .onboarding = &package };
        f = (Facts){ .look = LOOK_SECOND };
        f.machine.systemd = f.machine.distro_known = f.package.manager = TRI_YES;
        strcpy(f.machine.distro.architecture, "x86_64");
        strcpy(f.machine.distro.name, "Some Linux");
        f.package.state = PACKAGE_ABSENT;
        f.sensor.files = f.sensor.onboarded = f.sensor.offboarding_file = f.sensor.health.answering = TRI_NO;
        take_distro("rhel", "9.4", "platform:el9");
        return 0;
}

static void must_refuse(ReasonId reason, const char *words)
{
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, reason);
        if (!strstr(plan.refusal.found, words))
                fail_msg("'%s' does not say '%s'", plan.refusal.found, words);
}

static void must_accept(void)
{
        plan_make(&q, &f, &plan);
        if (plan.refusal.reason)
                fail_msg("%s", plan.refusal.found);
}

static bool is_told(void)
{
        size_t i;

        for (i = 0; i < plan.n_notes; i++)
                if (text_equal(plan.notes[i].name, "distribution"))
                        return plan.notes[i].level == PLAN_WARNING;
        return false;
}

static void a_derivative_is_taken_only_when_allowed_and_that_is_told(void **state)
{
        take_distro("circle", "9.4", "platform:el9");
        must_refuse(REASON_DISTRIBUTION_UNSUPPORTED, "It is derived from RHEL 9 (PLATFORM_ID platform:el9): set "
                                                     "allowUnsupportedDistro to true");
        assert_false(is_told());
        q.allow_unsupported_distro = true;
        must_accept();
        assert_true(is_told());
        assert_int_equal(plan.steps[0].id, STEP_REPOSITORY);
        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = TRI_YES;
        must_accept();
        assert_true(is_told());
}

static void what_is_allowed_still_needs_its_architecture_and_manager(void **state)
{
        take_distro("circle", "9.4", "platform:el9");
        q.allow_unsupported_distro = true;
        strcpy(f.machine.distro.architecture, "aarch64");
        must_accept();
        strcpy(f.machine.distro.programs, "armv7l");
        must_refuse(REASON_ARCHITECTURE_UNSUPPORTED, "Found: armv7l programs with a kernel for aarch64 on Some Linux.");
        strcpy(f.machine.distro.programs, "aarch64");
        f.package.manager = TRI_NO;
        must_refuse(REASON_PACKAGE_MANAGER_MISSING, "Looked for /usr/bin/dnf, /usr/bin/rpm.");
}

static void what_is_missing_of_a_package_manager_is_named(void **state)
{
        static const struct {
                const char *id, *version, *missing, *told;
        } rows[] = {
                { "rhel", "9.4", "/usr/bin/dnf", "/usr/bin/dnf is missing (dnf5 or yum would do too)." },
                { "rhel", "9.4", "/usr/bin/rpm", "/usr/bin/rpm is missing." },
                { "rhel", "7.9", "/usr/bin/yum", "/usr/bin/yum is missing (dnf would do too)." },
                { "debian", "12", "/usr/bin/dpkg", "/usr/bin/dpkg is missing." },
                { "debian", "12", "/usr/bin/apt-get", "/usr/bin/apt-get is missing." },
                { "sles", "15.5", "/usr/bin/zypper", "/usr/bin/zypper is missing." },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                take_distro(rows[i].id, rows[i].version, "");
                f.package.manager = TRI_NO;
                snprintf(f.package.missing, sizeof(f.package.missing), "%s", rows[i].missing);
                must_refuse(REASON_PACKAGE_MANAGER_MISSING, rows[i].told);
        }
}

static void the_setting_changes_nothing_for_a_release_that_is_too_old(void **state)
{
        q.allow_unsupported_distro = true;
        take_distro("rocky", "8.4", "platform:el8");
        must_refuse(REASON_DISTRIBUTION_UNSUPPORTED, "Its minor version is older");
}

static void a_machine_without_systemd_is_first_told_its_distribution(void **state)
{
        f.machine.systemd = TRI_NO;
        f.look = LOOK_FIRST;
        take_distro("centos", "6.10", "");
        must_refuse(REASON_DISTRIBUTION_UNSUPPORTED, "It is older than any that is supported: upgrade it.");
        take_distro("centos", "9", "");
        f.package.manager = TRI_NOT_ASKED;
        must_refuse(REASON_SYSTEMD_MISSING, "/run/systemd/system");
}

static void nothing_is_concluded_from_what_is_not_known(void **state)
{
        take_distro("", "", "");
        f.machine.distro_known = TRI_UNKNOWN;
        must_accept();
        f.machine.distro_known = TRI_NOT_ASKED;
        must_accept();
        f.machine.distro_known = TRI_NO;
        must_refuse(REASON_DISTRIBUTION_UNSUPPORTED, "Nothing tells which distribution this is");
}

static void a_sensor_that_is_there_stays_manageable(void **state)
{
        take_distro("arch", "", "");
        must_refuse(REASON_DISTRIBUTION_UNSUPPORTED, "ID=arch, VERSION_ID=none");
        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = TRI_YES;
        must_accept();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(a_derivative_is_taken_only_when_allowed_and_that_is_told, fresh),
                cmocka_unit_test_setup(what_is_allowed_still_needs_its_architecture_and_manager, fresh),
                cmocka_unit_test_setup(what_is_missing_of_a_package_manager_is_named, fresh),
                cmocka_unit_test_setup(the_setting_changes_nothing_for_a_release_that_is_too_old, fresh),
                cmocka_unit_test_setup(a_machine_without_systemd_is_first_told_its_distribution, fresh),
                cmocka_unit_test_setup(nothing_is_concluded_from_what_is_not_known, fresh),
                cmocka_unit_test_setup(a_sensor_that_is_there_stays_manageable, fresh),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
