/* Which version is taken: with a row of a test's own in place of a package manager. */
#include "tests/unit/scratch.h"

#include "agent/mission.h"
#include "agent/steps/package_choice.h"
#include "agent/steps/package_offers.h"
#include "platform/host_init.h"

#define OLD "101.24082.0004-1"
#define THIS "101.24092.0002-1"
#define NEW "101.25042.0003-1"
#define FOREIGN "101.99999.0001-1"
#define PLACE "https://packages.microsoft.com/debian/12/prod"

static int offer_all(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret, Error *err)
{
        *ret = (PackageOffers){ .candidate = NEW, .n_offers = 3 };
        snprintf(ret->offers[0].version, PACKAGE_VERSION_MAX, NEW);
        snprintf(ret->offers[1].version, PACKAGE_VERSION_MAX, THIS);
        snprintf(ret->offers[2].version, PACKAGE_VERSION_MAX, OLD);
        return 0;
}

static const PackageManager row = { .id = MANAGER_DNF, .silent = true, .offers = offer_all };

static void add_offer(PackageOffers *offers, const char *version, const char *uri)
{
        PackageOffer *offer = &offers->offers[offers->n_offers++];

        snprintf(offer->version, sizeof(offer->version), "%s", version);
        snprintf(offer->uri, sizeof(offer->uri), "%s", uri);
        snprintf(offer->suite, sizeof(offer->suite), "bookworm");
}

/* As apt tells: without logins. */
static int offer_mixed(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret, Error *err)
{
        static const char theirs[] = "https://repository.foreign.test/debian";

        *ret = (PackageOffers){ .candidate = FOREIGN };
        add_offer(ret, FOREIGN, theirs);
        add_offer(ret, NEW, PLACE);
        add_offer(ret, THIS, PLACE);
        add_offer(ret, OLD, theirs);
        return 0;
}

static const PackageManager unbound = { .id = MANAGER_APT, .unbound = true, .offers = offer_mixed };
static const PackageManager comparing = { .id = MANAGER_APT, .unbound = true, .compares = true, .offers = offer_mixed };

static int offer_nothing_by_a_pin(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret,
                                  Error *err)
{
        *ret = (PackageOffers){ 0 };
        add_offer(ret, NEW, PLACE);
        return 0;
}

static const PackageManager pinned_away = { .id = MANAGER_APT, .unbound = true, .offers = offer_nothing_by_a_pin };

static int offer_this_by_a_pin(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret,
                               Error *err)
{
        offer_mixed(host, run, package, ret, err);
        snprintf(ret->candidate, sizeof(ret->candidate), THIS);
        return 0;
}

static const PackageManager pinned_to_this = { .id = MANAGER_APT, .unbound = true, .offers = offer_this_by_a_pin };

static int offer_hidden(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret, Error *err)
{
        *ret = (PackageOffers){ .excluded = true };
        return 0;
}

static const PackageManager hiding = { .id = MANAGER_DNF, .offers = offer_hidden };

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

static void use_unbound(Stage *stage)
{
        PackageSource *source = &stage->mission.source;

        stage->mission.manager = &unbound;
        snprintf(source->uri, sizeof(source->uri), "https://bob@packages.microsoft.com/debian/12/prod");
        snprintf(source->suite, sizeof(source->suite), "bookworm");
}

static void a_pin_is_met_from_our_source_alone(void **state)
{
        Stage *stage = *state;
        PackageChoice choice;
        Failure failure = { 0 };

        use_unbound(stage);
        stage->request.version = NEW;
        choice = choose(stage);
        assert_string_equal(choice.version, NEW);
        stage->request.version = FOREIGN;
        assert_int_equal(package_choice_make(&stage->mission, &choice, &failure), -1);
        assert_int_equal(failure.reason, REASON_VERSION_NOT_FOUND);
        assert_non_null(strstr(failure.found, "the repository has: " NEW ", " THIS "."));
        stage->request.version = OLD;
        stage->request.allow_downgrade = true;
        failure = (Failure){ 0 };
        assert_int_equal(package_choice_make(&stage->mission, &choice, &failure), -1);
        assert_int_equal(failure.reason, REASON_VERSION_NOT_FOUND);
        /* what the site has configured is all that is asked for then */
        stage->request.use_existing_repo = true;
        stage->request.version = FOREIGN;
        choice = choose(stage);
        assert_string_equal(choice.version, FOREIGN);
}

static void what_is_better_is_so_in_our_source(void **state)
{
        Stage *stage = *state;
        Mission *mission = &stage->mission;
        PackageChoice choice;
        Failure failure = { 0 };

        use_unbound(stage);
        mission->facts.sensor.files = TRI_NO;
        choice = choose(stage);
        assert_int_equal(choice.action, PACKAGE_INSTALL);
        assert_string_equal(choice.version, NEW);
        mission->manager = &comparing;
        choice = choose(stage);
        assert_string_equal(choice.version, NEW);
        snprintf(mission->facts.package.version, PACKAGE_VERSION_MAX, NEW);
        choice = choose(stage);
        assert_int_equal(choice.action, PACKAGE_REINSTALL);
        assert_string_equal(choice.version, NEW);
        mission->facts.sensor.files = TRI_YES;
        assert_int_equal(package_choice_make(mission, &choice, &failure), -1);
        assert_int_equal(failure.reason, REASON_SENSOR_EXPIRED);
}

static void the_candidate_is_one_of_our_source(void **state)
{
        Stage *stage = *state;
        PackageOffers offers;
        Error err = { 0 };

        use_unbound(stage);
        assert_int_equal(package_offers_ask(&stage->mission, &offers, &err), 0);
        assert_int_equal(offers.n_offers, 2);
        assert_string_equal(offers.candidate, NEW);
        /* what the machine's own preferences chose among ours stays */
        assert_int_equal(offer_mixed(NULL, NULL, NULL, &offers, &err), 0);
        snprintf(offers.candidate, sizeof(offers.candidate), THIS);
        add_offer(&offers, THIS, "https://repository.foreign.test/debian");
        package_offers_keep(&offers, &stage->mission.source);
        assert_string_equal(offers.candidate, THIS);
        snprintf(stage->mission.source.suite, sizeof(stage->mission.source.suite), "bullseye");
        package_offers_keep(&offers, &stage->mission.source);
        assert_int_equal(offers.n_offers, 0);
        assert_string_equal(offers.candidate, "");
}

static void what_the_machine_keeps_out_is_not_asked_for(void **state)
{
        Stage *stage = *state;
        PackageChoice choice = { 0 };
        PackageOffers offers;
        Failure failure = { 0 };

        use_unbound(stage);
        assert_int_equal(offer_mixed(NULL, NULL, NULL, &offers, NULL), 0);
        snprintf(offers.candidate, sizeof(offers.candidate), "%s", "");
        package_offers_keep(&offers, &stage->mission.source);
        assert_string_equal(offers.candidate, "");
        assert_int_equal(package_choice_bind(&stage->mission, &choice, &failure), 0);
        assert_string_equal(choice.version, NEW);
        stage->mission.manager = &pinned_away;
        choice = (PackageChoice){ 0 };
        assert_int_equal(package_choice_bind(&stage->mission, &choice, &failure), -1);
        assert_int_equal(failure.reason, REASON_PACKAGE_KEPT);
        assert_non_null(strstr(failure.found, "this machine's configuration"));
        assert_non_null(strstr(failure.found, "apt-cache policy mdatp"));
        failure = (Failure){ 0 };
        assert_int_equal(package_choice_fail_kept(&stage->mission, &failure), -1);
        assert_int_equal(failure.reason, REASON_PACKAGE_KEPT);
}

/* What would be taken counts, not what there is: nothing would be done, and that is no success. */
static void what_a_pin_chooses_is_no_better(void **state)
{
        Stage *stage = *state;
        PackageChoice choice = { 0 };
        Failure failure = { 0 };

        use_unbound(stage);
        stage->mission.manager = &pinned_to_this;
        assert_int_equal(package_choice_make(&stage->mission, &choice, &failure), -1);
        assert_int_equal(failure.reason, REASON_PACKAGE_KEPT);
        assert_non_null(strstr(failure.found, "has mdatp " NEW ","));
        assert_non_null(strstr(failure.found, "installed is " THIS "."));
        /* one without its program comes again in the version that is there */
        stage->mission.facts.sensor.files = TRI_NO;
        choice = choose(stage);
        assert_int_equal(choice.action, PACKAGE_REINSTALL);
        assert_string_equal(choice.version, THIS);
}

static void what_is_excluded_is_told_as_that(void **state)
{
        Stage *stage = *state;
        PackageChoice choice = { 0 };
        Failure failure = { 0 };

        stage->mission.manager = &hiding;
        assert_int_equal(package_choice_make(&stage->mission, &choice, &failure), -1);
        assert_int_equal(failure.reason, REASON_PACKAGE_KEPT);
        stage->request.version = NEW;
        failure = (Failure){ 0 };
        assert_int_equal(package_choice_make(&stage->mission, &choice, &failure), -1);
        assert_int_equal(failure.reason, REASON_PACKAGE_KEPT);
        assert_non_null(strstr(failure.found, "excludepkgs in /etc/dnf/dnf.conf"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_pin_whose_program_is_missing_is_installed_again_in_its_version),
                TEST(a_pin_is_met_from_our_source_alone),
                TEST(what_is_better_is_so_in_our_source),
                TEST(the_candidate_is_one_of_our_source),
                TEST(what_the_machine_keeps_out_is_not_asked_for),
                TEST(what_a_pin_chooses_is_no_better),
                TEST(what_is_excluded_is_told_as_that),
                TEST(what_is_registered_twice_is_installed_again),
                TEST(a_file_with_an_expired_build_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
