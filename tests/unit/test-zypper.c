#include "tests/unit/package_stage.h"

#include "platform/fs.h"
#include "platform/packages/zypper.h"

#define PID_FILE "/run/zypp.pid"
#define RPM_LOCK "/var/lib/rpm/.rpm.lock"

static const Scratch machine = { .root = "" };
static const PackageSource ours = { .id = "ms-prod", .uri = "https://packages.example.test/sles/15/prod" };

static int stage_open(void **state)
{
        static const char *const folders[] = { "/run", "/var/lib/rpm", "/var/cache", NULL };
        static bool covered;

        if (!covered)
                package_stage_cover(folders);
        covered = true;
        return package_stage_open(state);
}

static int stage_close(void **state)
{
        unlink(PID_FILE);
        return package_stage_close(state);
}

static PackageResult refresh(PackageStage *stage, const PackageSource *source)
{
        PackageResult result;
        Error err = { 0 };

        if (manager_zypper.refresh(&stage->host, &stage->run, source, &result, &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

static PackageResult run_on(PackageStage *stage, const PackageWanted *wanted, bool transaction)
{
        PackageResult result;
        Error err = { 0 };

        if ((transaction ? manager_zypper.install : manager_zypper.download)(&stage->host, &stage->run, wanted, &result,
                                                                             &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

static void one_source_is_refreshed_alone_and_no_key_is_taken(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL, *environment = NULL;

        package_stage_program(stage, "zypper", "");
        stage->run.proxy = "http://proxy.test:3128";
        assert_int_equal(refresh(stage, &ours).trouble, TROUBLE_NONE);
        argv = package_stage_read(stage, "argv");
        assert_string_equal(argv, "zypper\n--non-interactive\nrefresh\n--repo\nms-prod\n");
        environment = package_stage_read(stage, "environment");
        assert_has(environment, "ZYPP_LOCK_TIMEOUT=0\n");
        assert_has(environment, "ZYPP_PCK_PRELOAD=0\n");
        assert_has(environment, "https_proxy=http://proxy.test:3128\n");
        assert_has(environment, "LC_ALL=C\n");
}

static void what_one_refresh_says_is_about_ours(void **state)
{
        PackageResult result;

        package_stage_program(*state, "zypper", "echo ' - Signature verification failed for repomd.xml'; exit 4");
        result = refresh(*state, &ours);
        assert_int_equal(result.trouble, TROUBLE_SIGNATURE);
        assert_true(result.ours);
}

static void a_full_refresh_tolerates_what_is_foreign(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageResult result;

        package_stage_program(stage, "zypper", "echo '[x|http://foreign.test/x] Valid metadata not found'; exit 4");
        result = refresh(stage, NULL);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        assert_has(result.text, "foreign.test");
        argv = package_stage_read(stage, "argv");
        assert_string_equal(argv, "zypper\n--non-interactive\nrefresh\n");
        stage->run.source = &ours;
        package_stage_program(stage, "zypper", "echo \"Skipping repository 'ms-prod' because\"; exit 4");
        assert_int_equal(refresh(stage, NULL).trouble, TROUBLE_NETWORK);
        package_stage_program(stage, "zypper", "echo 'x.repo: Section [x]: Line 10 contains garbage'; exit 1");
        assert_int_equal(refresh(stage, NULL).trouble, TROUBLE_SOURCES);
}

static void a_download_keeps_all_it_fetches_in_our_folder(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL, *environment = NULL, *expected = NULL, *temporary = NULL;

        package_stage_program(stage, "zypper", "");
        stage->run.source = &ours;
        assert_int_equal(
                run_on(stage, &(PackageWanted){ .package = "mdatp", .version = "101.25032.0006-1" }, false).trouble,
                TROUBLE_NONE);
        argv = package_stage_read(stage, "argv");
        expected = text_format(
                "zypper\n--non-interactive\n--no-refresh\n--pkg-cache-dir\n%s/packages\ninstall\n--no-recommends\n"
                "--download-only\n--from\nms-prod\n--\nmdatp=101.25032.0006-1\n",
                stage->scratch.root);
        assert_string_equal(argv, expected);
        environment = package_stage_read(stage, "environment");
        temporary = text_format("ZYPPTMPDIR=%s\n", stage->scratch.root);
        assert_has(environment, temporary);
        assert_int_equal(stage->started, 0); /* no transaction */
}

#define LIST "/var/cache/zypp/raw/ms-prod"

static void a_download_reads_a_list_that_is_not_there_yet(void **state)
{
        PackageStage *stage = *state;
        const PackageWanted wanted = { .package = "mdatp" };
        const PackageSource odd = { .id = "https://a.test/b" };
        _cleanup_free_ char *argv = NULL;
        PackageResult result;

        assert_int_equal(fs_remove_tree(&stage->host, "/var/cache/zypp", NULL), 0);
        assert_true(manager_zypper.reads_list(&stage->host, &ours));
        assert_false(manager_zypper.reads_list(&stage->host, &odd)); /* its folder has another name */
        stage->run.source = &ours;
        stage->run.refresh = true;
        package_stage_program(stage, "zypper", "mkdir -p " LIST);
        assert_int_equal(run_on(stage, &wanted, false).trouble, TROUBLE_NONE);
        argv = package_stage_read(stage, "argv");
        assert_has(argv, "\n--no-refresh\n"); /* of others' */
        assert_has(argv, "\n--download-only\n");
        assert_false(manager_zypper.reads_list(&stage->host, &ours));

        assert_int_equal(fs_remove_tree(&stage->host, "/var/cache/zypp", NULL), 0);
        package_stage_program(stage, "zypper", "");
        result = run_on(stage, &wanted, false);
        assert_int_equal(result.trouble, TROUBLE_STALE);
        assert_false(result.passing);
        assert_string_equal(result.text, "the package list of ms-prod was not read into /var/cache/zypp/raw");
        package_stage_program(stage, "zypper", "echo \"Skipping repository 'ms-prod' because\"; exit 104");
        assert_int_not_equal(run_on(stage, &wanted, false).trouble, TROUBLE_NONE);
        stage->run.refresh = false;
        package_stage_program(stage, "zypper", "");
        assert_int_equal(run_on(stage, &wanted, false).trouble, TROUBLE_NONE);
}

static void a_transaction_takes_what_was_downloaded(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL, *output = NULL, *folder = NULL;

        package_stage_program(stage, "zypper", "echo Installing; sleep 0.3; echo done");
        stage->run.deadline = deadline_in(100); /* far less than it needs: it is never signalled */
        assert_int_equal(run_on(stage, &(PackageWanted){ .package = "mdatp" }, true).trouble, TROUBLE_NONE);
        argv = package_stage_read(stage, "argv");
        folder = text_format("\n--pkg-cache-dir\n%s/packages\n", stage->scratch.root);
        assert_has(argv, folder);
        assert_has(argv, "\n--no-refresh\n");
        assert_true(text_ends_with(argv, "\n--\nmdatp\n"));
        assert_has_not(argv, "--download-only");
        assert_has_not(argv, "--oldpackage");
        assert_has_not(argv, "--force");
        assert_true(stage->started > 0);
        output = package_stage_read(stage, "output");
        assert_string_equal(output, "Installing\ndone\n");
}

static void an_older_or_the_same_version_comes_only_when_asked(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;

        package_stage_program(stage, "zypper", "");
        run_on(stage, &(PackageWanted){ .package = "mdatp", .version = "1-1", .action = PACKAGE_DOWNGRADE }, true);
        run_on(stage, &(PackageWanted){ .package = "mdatp", .version = "1-1", .action = PACKAGE_REINSTALL }, true);
        argv = package_stage_read(stage, "argv");
        assert_has(argv, "\n--oldpackage\n--\nmdatp=1-1\n");
        assert_has(argv, "\n--force\n--\nmdatp=1-1\n");
}

static void a_file_stands_for_what_the_sources_have(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;

        package_stage_program(stage, "zypper", "");
        stage->run.source = &ours;
        run_on(stage, &(PackageWanted){ .package = "mdatp", .file = "/root/mdatp.rpm" }, true);
        argv = package_stage_read(stage, "argv");
        assert_true(text_ends_with(argv, "\n--\n/root/mdatp.rpm\n"));
        assert_has_not(argv, "--from");
        assert_has_not(argv, "allow-unsigned");
}

static void a_name_that_would_be_read_as_something_else_is_refused(void **state)
{
        static const PackageWanted odd[] = { { .package = "mdatp", .version = "-1" },
                                             { .package = "-mdatp" },
                                             { .package = "mdatp", .version = "1 --force" },
                                             { .package = "mdatp>1" } };
        PackageStage *stage = *state;
        PackageResult result;
        size_t i;

        for (i = 0; i < ELEMENTSOF(odd); i++) {
                Error err = { 0 };

                assert_int_equal(manager_zypper.install(&stage->host, &stage->run, &odd[i], &result, &err), -1);
                assert_int_equal(err.kind, ERROR_INPUT);
        }
}

static void anothers_failing_script_is_no_failure_of_ours(void **state)
{
        const PackageWanted wanted = { .package = "mdatp" };
        PackageResult result;

        package_stage_program(*state, "zypper", "echo 'warning: %post(foo-1-1.noarch) scriptlet failed'; exit 107");
        result = run_on(*state, &wanted, true);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        package_stage_program(*state, "zypper", "echo 'warning: %post(mdatp-1-1.noarch) scriptlet failed'; exit 107");
        assert_int_equal(run_on(*state, &wanted, true).trouble, TROUBLE_SCRIPT);
        package_stage_program(*state, "zypper", "echo 'error: %prein(foo-1-1.noarch) scriptlet failed'; exit 8");
        assert_int_equal(run_on(*state, &wanted, true).trouble, TROUBLE_SCRIPT);
}

static void a_pid_file_of_a_living_holder_is_waited_for(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *pid = text_format("%d\n", (int)getpid()), *named = text_format("(pid %d", (int)getpid());

        package_stage_program(stage, "zypper", "");
        scratch_write(&machine, PID_FILE, pid);
        stage->remove = PID_FILE;
        assert_int_equal(refresh(stage, &ours).trouble, TROUBLE_NONE);
        assert_true(text_starts_with(stage->said.data, "waiting 0 s for zypper: "));
        assert_has(stage->said.data, named);
        assert_has(stage->said.data, " holds " PID_FILE);
}

static void a_pid_file_of_nobody_is_no_lock(void **state)
{
        PackageStage *stage = *state;

        package_stage_program(stage, "zypper", "");
        scratch_write(&machine, PID_FILE, "");
        assert_int_equal(refresh(stage, &ours).trouble, TROUBLE_NONE);
        scratch_write(&machine, PID_FILE, "4194305\n"); /* above any pid */
        assert_int_equal(refresh(stage, &ours).trouble, TROUBLE_NONE);
        assert_has_not(stage->said.data, "waiting");
}

static void only_a_transaction_waits_for_rpm(void **state)
{
        const PackageWanted wanted = { .package = "mdatp" };
        PackageStage *stage = *state;
        pid_t holder;

        if (access("/var/lib/rpm", F_OK) < 0)
                skip();
        package_stage_program(stage, "zypper", "");
        holder = hold_lock(&machine, RPM_LOCK, F_WRLCK);
        assert_int_equal(run_on(stage, &wanted, false).trouble, TROUBLE_NONE);
        assert_has_not(stage->said.data, "waiting");
        stage->holder = holder;
        assert_int_equal(run_on(stage, &wanted, true).trouble, TROUBLE_NONE);
        assert_has(stage->said.data, " holds " RPM_LOCK);
}

static void somebody_quicker_is_waited_for_as_well(void **state)
{
        PackageStage *stage = *state;

        package_stage_program(stage, "zypper",
                              "[ -e second ] && exit 0; touch second\n"
                              "echo 'System management is locked by the application with pid 7 (x).'; exit 7");
        assert_int_equal(refresh(stage, &ours).trouble, TROUBLE_NONE);
        assert_has(stage->said.data, "locked by the application with pid 7");
}

#define SOLVABLE "<solvable name=\"mdatp\" edition=\"1-1\" repository=\"a name\"/>"

static void offers_are_asked_of_our_source_alone_when_it_is_known(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageOffers offers;
        Error err = { 0 };

        package_stage_program(stage, "zypper", "echo '" SOLVABLE "'");
        stage->run.source = &ours;
        assert_int_equal(manager_zypper.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, 1);
        assert_string_equal(offers.offers[0].id, "ms-prod");
        argv = package_stage_read(stage, "argv");
        assert_string_equal(argv,
                            "zypper\n--non-interactive\n--no-refresh\n--xmlout\nsearch\n--details\n--match-exact\n"
                            "--type\npackage\n--repo\nms-prod\n--\nmdatp\n");
}

static void offers_of_all_sources_get_their_ids_from_a_list(void **state)
{
        PackageStage *stage = *state;
        PackageOffers offers;
        Error err = { 0 };

        package_stage_program(stage, "zypper",
                              "case \"$*\" in *repos) echo '<repo alias=\"x\" name=\"a name\" enabled=\"1\">';;\n"
                              "*) echo '" SOLVABLE "'; exit 106;; esac");
        assert_int_equal(manager_zypper.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, 1);
        assert_string_equal(offers.offers[0].id, "x");
        package_stage_program(stage, "zypper", "exit 104");
        assert_int_equal(manager_zypper.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, 0);
        package_stage_program(stage, "zypper", "echo '<message type=\"error\">Rpm Exception</message>'; exit 4");
        assert_int_equal(manager_zypper.offers(&stage->host, &stage->run, "mdatp", &offers, &err), -1);
        assert_string_equal(err.text, "zypper search ended with status 4: Rpm Exception");
}

static void a_lock_during_a_search_is_waited_out(void **state)
{
        PackageStage *stage = *state;
        PackageOffers offers;
        Error err = { 0 };

        package_stage_program(stage, "zypper", "[ -e second ] && exit 104; touch second; exit 7");
        assert_int_equal(manager_zypper.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        package_stage_program(stage, "zypper", "exit 7");
        stage->run.deadline = deadline_in(100);
        assert_int_equal(manager_zypper.offers(&stage->host, &stage->run, "mdatp", &offers, &err), -1);
        assert_int_equal(err.kind, ERROR_BUSY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

static void an_alias_that_would_be_an_option_or_several_is_refused(void **state)
{
        static const char *const ids[] = { "", "-x", "a,b", "a*" };
        PackageStage *stage = *state;
        PackageSource source = ours;
        PackageResult result;
        Error err = { 0 };
        size_t i;

        package_stage_program(stage, "zypper", "");
        for (i = 0; i < ELEMENTSOF(ids); i++) {
                snprintf(source.id, sizeof(source.id), "%s", ids[i]);
                assert_int_equal(manager_zypper.refresh(&stage->host, &stage->run, &source, &result, &err), -1);
                assert_int_equal(err.kind, ERROR_INPUT);
        }
        snprintf(source.id, sizeof(source.id), "Company (15.5) repo+more");
        assert_int_equal(refresh(stage, &source).trouble, TROUBLE_NONE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(one_source_is_refreshed_alone_and_no_key_is_taken),
                TEST(what_one_refresh_says_is_about_ours),
                TEST(an_alias_that_would_be_an_option_or_several_is_refused),
                TEST(a_full_refresh_tolerates_what_is_foreign),
                TEST(a_download_keeps_all_it_fetches_in_our_folder),
                TEST(a_download_reads_a_list_that_is_not_there_yet),
                TEST(a_transaction_takes_what_was_downloaded),
                TEST(an_older_or_the_same_version_comes_only_when_asked),
                TEST(a_file_stands_for_what_the_sources_have),
                TEST(a_name_that_would_be_read_as_something_else_is_refused),
                TEST(anothers_failing_script_is_no_failure_of_ours),
                TEST(a_pid_file_of_a_living_holder_is_waited_for),
                TEST(a_pid_file_of_nobody_is_no_lock),
                TEST(only_a_transaction_waits_for_rpm),
                TEST(somebody_quicker_is_waited_for_as_well),
                TEST(offers_are_asked_of_our_source_alone_when_it_is_known),
                TEST(offers_of_all_sources_get_their_ids_from_a_list),
                TEST(a_lock_during_a_search_is_waited_out),
        };

        return package_stage_run(tests);
}
