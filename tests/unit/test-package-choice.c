/* Which version is taken: with a row of a test's own in place of a package manager. */
#include "tests/unit/scratch.h"

#include "agent/mission.h"
#include "agent/steps/package_choice.h"

#define OLD "101.24082.0004-1"
#define THIS "101.24092.0002-1"
#define NEW "101.25042.0003-1"

static int offer_all(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret, Error *err)
{
        *ret = (PackageOffers){ .candidate = NEW, .n_offers = 3 };
        snprintf(ret->offers[0].version, PACKAGE_VERSION_MAX, NEW);
        snprintf(ret->offers[1].version, PACKAGE_VERSION_MAX, THIS);
        snprintf(ret->offers[2].version, PACKAGE_VERSION_MAX, OLD);
        return 0;
}

static const PackageManager row = { .id = MANAGER_DNF, .silent = true, .offers = offer_all };

typedef struct Stage {
        Host host;
        Request request;
        Mission mission;
} Stage;

static int stage_open(void **state)
{
        Stage *stage = text_allocate(sizeof(*stage));

        host_init(&stage->host);
        stage->mission.host = &stage->host;
        stage->mission.request = &stage->request;
        stage->mission.manager = &row;
        stage->mission.facts.look = LOOK_SECOND;
        stage->mission.facts.package.state = PACKAGE_INSTALLED;
        snprintf(stage->mission.facts.package.version, PACKAGE_VERSION_MAX, THIS);
        stage->mission.facts.sensor.files = TRI_YES;
        *state = stage;
        return 0;
}

static int stage_close(void **state)
{
        free(*state);
        return 0;
}

static PackageChoice choose(Stage *stage)
{
        PackageChoice choice;
        Failure failure = { 0 };

        if (package_choice_make(&stage->mission, &choice, &failure) < 0)
                fail_msg("%s", failure.found);
        return choice;
}

/* Newer ones are offered: what is pinned is not moved by the way. */
static void a_pin_whose_program_is_missing_is_installed_again_in_its_version(void **state)
{
        Stage *stage = *state;
        PackageChoice choice;

        stage->request.version = "101.24092.0002";
        stage->mission.facts.sensor.files = TRI_NO;
        choice = choose(stage);
        assert_int_equal(choice.action, PACKAGE_REINSTALL);
        assert_string_equal(choice.version, THIS);
        /* without a pin what is newer does it */
        stage->request.version = NULL;
        choice = choose(stage);
        assert_int_equal(choice.action, PACKAGE_INSTALL);
        assert_string_equal(choice.version, "");
}

static void what_is_registered_twice_is_installed_again(void **state)
{
        Stage *stage = *state;
        PackageChoice choice;

        stage->mission.facts.package.state = PACKAGE_BROKEN;
        choice = choose(stage);
        assert_int_equal(choice.action, PACKAGE_REINSTALL);
        assert_string_equal(choice.version, THIS);
}

static void a_file_with_an_expired_build_is_refused(void **state)
{
        Stage *stage = *state;
        Mission *mission = &stage->mission;
        PackageChoice choice;
        Failure failure = { 0 };

        stage->request.package_file = "/srv/mdatp.rpm";
        snprintf(mission->file.path, sizeof(mission->file.path), "/var/cache/mde-linux/file/mdatp.rpm");
        snprintf(mission->file.version, sizeof(mission->file.version), THIS);
        mission->facts.now_s = 1800000000;
        mission->facts.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_NO, .expires_s = 1 };
        assert_int_equal(package_choice_make(mission, &choice, &failure), -1);
        assert_int_equal(failure.reason, REASON_SENSOR_EXPIRED);
        assert_non_null(strstr(failure.found, "/srv/mdatp.rpm"));
        /* a newer one helps */
        snprintf(mission->file.version, sizeof(mission->file.version), NEW);
        choice = choose(stage);
        assert_int_equal(choice.action, PACKAGE_INSTALL);
        assert_string_equal(choice.version, NEW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_pin_whose_program_is_missing_is_installed_again_in_its_version),
                TEST(what_is_registered_twice_is_installed_again),
                TEST(a_file_with_an_expired_build_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
