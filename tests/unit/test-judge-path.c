/*
 * What the judge says of installPath. Linked like test-plan.
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
static const DistroSupport support = { "debian", "12", "debian/12", MANAGER_APT, "microsoft.asc", true };

static Request q;
static Facts f;
static Plan plan;

static int fresh(void **state)
{
        q = (Request){ .onboarding = &package, .install_path = "/data/mdatp" };
        f = (Facts){ .look = LOOK_SECOND };
        f.machine.systemd = f.machine.distro_known = f.package.manager = TRI_YES;
        f.machine.support = &support;
        strcpy(f.machine.distro.architecture, "x86_64");
        f.package.state = PACKAGE_ABSENT;
        f.sensor.files = f.sensor.onboarded = f.sensor.offboarding_file = f.sensor.health.answering = TRI_NO;
        f.path = (InstallPath){ .fits = TRI_YES };
        return 0;
}

static bool plans(StepId id)
{
        size_t i;

        plan_make(&q, &f, &plan);
        for (i = 0; i < plan.n_steps; i++)
                if (plan.steps[i].id == id)
                        return true;
        return false;
}

static void must_accept(void)
{
        bool planned = plans(STEP_INSTALL_PATH);

        if (plan.refusal.reason)
                fail_msg("%s: %s", q.install_path, plan.refusal.found);
        assert_true(planned);
}

static void must_refuse(const char *words)
{
        assert_false(plans(STEP_INSTALL_PATH));
        if (plan.refusal.reason != REASON_INSTALL_PATH || !strstr(plan.refusal.found, words))
                fail_msg("%s: '%s' does not say '%s'", q.install_path, plan.refusal.found, words);
}

static void a_folder_that_fits_is_prepared_before_the_package(void **state)
{
        must_accept();
        assert_int_equal(plan.steps[0].id, STEP_REPOSITORY);
        assert_int_equal(plan.steps[1].id, STEP_INSTALL_PATH);
        assert_int_equal(plan.steps[2].id, STEP_PACKAGE);
        assert_int_equal(plan.n_notes, 0);
        q.install_path = NULL;
        assert_false(plans(STEP_INSTALL_PATH));
}

static void a_folder_of_the_system_is_refused(void **state)
{
        static const char *const refused[] = { "/",          "/usr",      "/usr/",   "/usr/local/mdatp",
                                               "/etc/x",     "/var",      "/var/",   "/var/lib/mdatp",
                                               "/var/tmp/x", "/tmp",      "/run/x",  "/opt/microsoft",
                                               "/lib64/x",   "/home/me",  "/root/x", "/opt/microsoft/mdatp/x",
                                               "/mnt",       "/dev/shm/x" };
        static const char *const accepted[] = { "/data", "/opt/security", "/usr2", "/mnt/disk", "/var/apps", "/srv/x" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(refused); i++) {
                q.install_path = refused[i];
                must_refuse("is a folder of the system");
        }
        for (i = 0; i < ELEMENTSOF(accepted); i++) {
                q.install_path = accepted[i];
                must_accept();
        }
}

static void what_the_look_found_is_refused_with_its_words(void **state)
{
        f.path.fits = TRI_NO;
        strcpy(f.path.trouble, "/data is a link to /elsewhere");
        must_refuse("installPath is /data/mdatp: /data is a link to /elsewhere.");
        fresh(NULL);
        strcpy(f.path.type, "tmpfs");
        must_refuse("type tmpfs");
}

static void what_is_not_known_refuses_nothing(void **state)
{
        f.path = (InstallPath){ .fits = TRI_UNKNOWN };
        must_accept();
        f.path = (InstallPath){ 0 };
        must_accept();
}

static void a_pin_has_to_know_other_folders(void **state)
{
        static const char *const old[] = { "101.24092.0002", "101.25062.0002", "101.25062", "99.30000.1",
                                           "101.9999.9999-1" };
        static const char *const fit[] = { "101.25062.0003", "101.25062.0003-1", "101.25072.0001", "102.1.1" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(old); i++) {
                q.version = old[i];
                must_refuse(old[i]);
        }
        for (i = 0; i < ELEMENTSOF(fit); i++) {
                q.version = fit[i];
                must_accept();
        }
}

static void a_sensor_that_is_there_stays_where_it_is(void **state)
{
        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = TRI_YES;
        f.path.fits = TRI_NO; /* of course: the sensor is in it */
        strcpy(f.sensor.folder, "/data/mdatp/microsoft_mdatp/opt/microsoft/mdatp");
        q.install_path = "/data/mdatp/";
        assert_false(plans(STEP_INSTALL_PATH));
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_int_equal(plan.n_notes, 0);
        strcpy(f.sensor.folder, SENSOR_HOME);
        assert_false(plans(STEP_INSTALL_PATH));
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_int_equal(plan.n_notes, 1);
        assert_non_null(strstr(plan.notes[0].text, "asks for /data/mdatp/, the sensor is in " SENSOR_HOME));
        /* half of one too */
        f.package.state = PACKAGE_BROKEN;
        f.sensor.files = TRI_NO;
        assert_false(plans(STEP_INSTALL_PATH));
        assert_true(plans(STEP_PACKAGE));
}

#define TEST(function) cmocka_unit_test_setup(function, fresh)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_folder_that_fits_is_prepared_before_the_package),
                TEST(a_folder_of_the_system_is_refused),
                TEST(what_the_look_found_is_refused_with_its_words),
                TEST(what_is_not_known_refuses_nothing),
                TEST(a_pin_has_to_know_other_folders),
                TEST(a_sensor_that_is_there_stays_where_it_is),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
