/* tdnf itself was not to be had: its words are those of its public sources. */
#include "tests/unit/package_stage.h"

#include "platform/packages/tdnf.h"

#define LOCK "/run/.tdnf-instance-lockfile"

static const Scratch machine = { .root = "" };
static const PackageSource ours = { .id = "azurelinux-official-ms-non-oss",
                                    .uri = "https://packages.example.test/azurelinux/3.0/prod/ms-non-oss/x86_64" };

static int stage_open(void **state)
{
        static const char *const folders[] = { "/run", "/var/lib/rpm", NULL };
        static bool covered;

        if (!covered)
                package_stage_cover(folders);
        covered = true;
        return package_stage_open(state);
}

static PackageResult refresh(PackageStage *stage, const PackageSource *source)
{
        PackageResult result;
        Error err = { 0 };

        if (manager_tdnf.refresh(&stage->host, &stage->run, source, &result, &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

static void run_both(PackageStage *stage, const PackageWanted *wanted)
{
        PackageResult result;
        Error err = { 0 };

        if (manager_tdnf.download(&stage->host, &stage->run, wanted, &result, &err) < 0 ||
            manager_tdnf.install(&stage->host, &stage->run, wanted, &result, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(result.trouble, TROUBLE_NONE);
}

static void one_source_is_refreshed_alone(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;

        package_stage_program(stage, "tdnf", "");
        assert_int_equal(refresh(stage, &ours).trouble, TROUBLE_NONE);
        assert_int_equal(refresh(stage, NULL).trouble, TROUBLE_NONE);
        argv = package_stage_read(stage, "argv");
        assert_string_equal(argv, "tdnf\n-y\n--disablerepo=*\n--enablerepo=azurelinux-official-ms-non-oss\nmakecache\n"
                                  "tdnf\n-y\nmakecache\n");
}

static void a_transaction_follows_its_download(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;

        package_stage_program(stage, "tdnf", "");
        run_both(stage, &(PackageWanted){ .package = "mdatp", .version = "101.25032.0006-1" });
        run_both(stage, &(PackageWanted){ .package = "mdatp", .version = "1-1", .action = PACKAGE_DOWNGRADE });
        run_both(stage, &(PackageWanted){ .package = "mdatp", .action = PACKAGE_REINSTALL });
        argv = package_stage_read(stage, "argv");
        assert_string_equal(argv, "tdnf\n-y\n--noautoremove\n--downloadonly\ninstall\nmdatp-101.25032.0006-1\n"
                                  "tdnf\n-y\n--noautoremove\n--cacheonly\ninstall\nmdatp-101.25032.0006-1\n"
                                  "tdnf\n-y\n--noautoremove\n--downloadonly\ndowngrade\nmdatp-1-1\n"
                                  "tdnf\n-y\n--noautoremove\n--cacheonly\ndowngrade\nmdatp-1-1\n"
                                  "tdnf\n-y\n--noautoremove\n--downloadonly\nreinstall\nmdatp\n"
                                  "tdnf\n-y\n--noautoremove\n--cacheonly\nreinstall\nmdatp\n");
        assert_true(stage->started > 0);
}

static void a_name_that_would_be_read_as_something_else_is_refused(void **state)
{
        const PackageWanted odd = { .package = "--nogpgcheck" };
        PackageStage *stage = *state;
        PackageResult result;
        Error err = { 0 };

        assert_int_equal(manager_tdnf.install(&stage->host, &stage->run, &odd, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
}

/* A newer tdnf waits without end, and an older one does not look. */
static void the_holder_of_its_lock_is_named_and_waited_for(void **state)
{
        PackageStage *stage = *state;

        package_stage_program(stage, "tdnf", "");
        stage->holder = hold_lock(&machine, LOCK, F_WRLCK);
        assert_int_equal(refresh(stage, &ours).trouble, TROUBLE_NONE);
        assert_has(stage->said.data, "waiting 0 s for tdnf: ");
        assert_has(stage->said.data, " holds " LOCK);
}

#define LIST                                                                                                           \
        "[{\"Name\":\"mdatp\",\"Arch\":\"x86_64\",\"Evr\":\"101.9.1-1\",\"Repo\":\"@System\"},"                        \
        "{\"Name\":\"mdatp\",\"Arch\":\"x86_64\",\"Evr\":\"101.9.1-1\",\"Repo\":\"a\"},"                               \
        "{\"Name\":\"mdatp-tools\",\"Arch\":\"x86_64\",\"Evr\":\"999-1\",\"Repo\":\"a\"},"                             \
        "{\"Name\":\"mdatp\",\"Arch\":\"x86_64\",\"Evr\":\"101.10.0-1\",\"Repo\":\"b\"}]"

static void versions_are_ordered_and_what_is_only_installed_is_none(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageOffers offers;
        Error err = { 0 };

        package_stage_program(stage, "tdnf", "echo Loaded plugin: tdnfrepogpgcheck; echo '" LIST "'");
        assert_int_equal(manager_tdnf.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, 2);
        assert_string_equal(offers.candidate, "101.10.0-1");
        assert_string_equal(offers.offers[0].id, "b");
        assert_string_equal(offers.offers[1].version, "101.9.1-1");
        assert_string_equal(offers.offers[1].id, "a");
        argv = package_stage_read(stage, "argv");
        assert_string_equal(argv, "tdnf\n--cacheonly\n--json\nlist\nmdatp\n");
}

static void versions_of_other_sources_do_not_count_beside_ours(void **state)
{
        const PackageSource a = { .id = "a" }, c = { .id = "c" };
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageOffers offers;
        Error err = { 0 };

        package_stage_program(stage, "tdnf", "echo '" LIST "'");
        stage->run.source = &a;
        assert_int_equal(manager_tdnf.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_string_equal(offers.candidate, "101.9.1-1");
        assert_int_equal(offers.n_offers, 1);
        argv = package_stage_read(stage, "argv");
        assert_string_equal(argv, "tdnf\n--cacheonly\n--disablerepo=*\n--enablerepo=a\n--json\nlist\nmdatp\n");
        stage->run.source = &c;
        assert_int_equal(manager_tdnf.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_string_equal(offers.candidate, "");
        assert_true(manager_tdnf.unbound);
}

static void an_id_that_means_others_as_well_is_refused(void **state)
{
        static const char *const ids[] = { "", "*", "a,b", "-x", "a b", "a?", "[ab]" };
        PackageStage *stage = *state;
        PackageResult result;
        Error err = { 0 };
        size_t i;

        package_stage_program(stage, "tdnf", "touch started");
        for (i = 0; i < ELEMENTSOF(ids); i++) {
                PackageSource source = { 0 };

                snprintf(source.id, sizeof(source.id), "%s", ids[i]);
                assert_int_equal(manager_tdnf.refresh(&stage->host, &stage->run, &source, &result, &err), -1);
                assert_int_equal(err.kind, ERROR_INPUT);
        }
        assert_null(scratch_read(&stage->scratch, "/started"));
}

static void a_list_that_cannot_be_had_is_an_error(void **state)
{
        PackageStage *stage = *state;
        PackageOffers offers;
        Error err = { 0 };

        package_stage_program(stage, "tdnf", "echo 'Error(1034) : cache only is set, but no repo data found'; exit 10");
        assert_int_equal(manager_tdnf.offers(&stage->host, &stage->run, "mdatp", &offers, &err), -1);
        assert_has(err.text, "status 10: Error(1034)");
}

static void odd_lists_are_refused(void **state)
{
        static const char *const rows[] = {
                "", "{}", "[1]", "[{\"Name\":\"mdatp\"}]", "[{\"Name\":\"mdatp\",\"Evr\":1}]", "[", "nothing\nat all\n"
        };
        PackageOffers offers;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Error err = { 0 };

                if (tdnf_offers_parse(rows[i], strlen(rows[i]), "mdatp", &offers, &err) == 0)
                        fail_msg("%s", rows[i]);
                assert_int_equal(err.kind, ERROR_INPUT);
        }
}

static void the_newest_are_kept_of_more_than_there_is_room_for(void **state)
{
        _cleanup_(text_clear) Text text = { 0 };
        PackageOffers offers;
        Error err = { 0 };
        int i;

        for (i = 0; i < 2 * PACKAGE_OFFERS_MAX; i++)
                text_append(&text, "%s{\"Name\":\"mdatp\",\"Evr\":\"%d-1\",\"Repo\":\"a\"}", i ? "," : "[", i);
        text_append(&text, "]");
        assert_int_equal(tdnf_offers_parse(text.data, text.length, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, PACKAGE_OFFERS_MAX);
        assert_int_equal(atoi(offers.offers[0].version), 2 * PACKAGE_OFFERS_MAX - 1);
        assert_int_equal(atoi(offers.offers[PACKAGE_OFFERS_MAX - 1].version), PACKAGE_OFFERS_MAX);
}

static void its_words_are_understood(void **state)
{
        static const struct {
                const char *output;
                int status;
                PackageTrouble trouble;
                bool ours, passing;
        } rows[] = {
                { "Complete!\n", 0, TROUBLE_NONE, false, false },
                { "mdatp package not found or not installed\nError(1011) : No matching packages\n", 243,
                  TROUBLE_NOT_FOUND, true, false },
                { "Found 1 problem(s) while resolving\n1. nothing provides libmnl needed by mdatp-101.1-1.x86_64\n"
                  "Error(1301) : Solv general runtime error\n",
                  21, TROUBLE_DEPENDENCY, true, false },
                { "Error: 404 when downloading https://packages.example.test/x/mdatp-101.1-1.x86_64.rpm\n. Please "
                  "check "
                  "repo url or refresh metadata with 'tdnf makecache'.\nError processing package: mdatp\n"
                  "Error(1622) : Invalid argument\n",
                  86, TROUBLE_STALE, true, false },
                { "curl#6: Couldn't resolve host name\nError: Failed to synchronize cache for repo 'X' from "
                  "'https://packages.example.test/x'\nError(1207) : Couldn't resolve host name\n",
                  183, TROUBLE_NETWORK, true, false },
                { "curl#6: Couldn't resolve host name\nError(1207) : Couldn't resolve host name\n", 183,
                  TROUBLE_NETWORK, false, true },
                { "Error: 403 when downloading https://packages.example.test/x/repodata/repomd.xml\n", 86,
                  TROUBLE_NETWORK, true, false },
                { "Error: 503 when downloading https://packages.example.test/x/repodata/repomd.xml\n", 86,
                  TROUBLE_NETWORK, true, true },
                { "repo md signature check: Bad signature\nError(2004) : repogpgcheck plugin error: signature check\n",
                  212, TROUBLE_SIGNATURE, false, false },
                { "Error processing package: mdatp-101.1-1.x86_64.rpm\nError(1514) : RPM is signed but failed to match "
                  "with known keys. Use --nogpgcheck to ignore.\n",
                  234, TROUBLE_KEY, false, false },
                { "package mdatp-101.1-1.x86_64 does not verify: no digest. Use --skipdigest to ignore\n"
                  "Error(1525) : rpm transaction failed\n",
                  245, TROUBLE_DIGEST, true, false },
                { "No space left on device\npackage mdatp-101.1-1.x86_64: script error in %prein\n"
                  "Error(1525) : rpm transaction failed\n",
                  245, TROUBLE_SCRIPT, true, false },
                { "\tinstalling package mdatp-101.1-1.x86_64 needs 400MB more space on the / filesystem\n"
                  "Error(1525) : rpm transaction failed\n",
                  245, TROUBLE_DISK, true, false },
                { "Error(1003) : Error loading tdnf repo (normally under /etc/yum.repos.d/)\n", 235, TROUBLE_SOURCES,
                  false, false },
                { "Error(1525) : rpm transaction failed\n", 245, TROUBLE_OTHER, false, false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                const ClassifyOurs whose = { .package = "mdatp", .url = "https://packages.example.test" };
                PackageResult result;

                package_classify(&tdnf_words, rows[i].output, strlen(rows[i].output), rows[i].status, &whose, &result);
                if (result.trouble != rows[i].trouble || result.ours != rows[i].ours ||
                    result.passing != rows[i].passing)
                        fail_msg("%s: trouble %d%s%s: %s", rows[i].output, result.trouble, result.ours ? ", ours" : "",
                                 result.passing ? ", passing" : "", result.text);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, package_stage_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(one_source_is_refreshed_alone),
                TEST(a_transaction_follows_its_download),
                TEST(a_name_that_would_be_read_as_something_else_is_refused),
                TEST(the_holder_of_its_lock_is_named_and_waited_for),
                TEST(versions_are_ordered_and_what_is_only_installed_is_none),
                TEST(versions_of_other_sources_do_not_count_beside_ours),
                TEST(an_id_that_means_others_as_well_is_refused),
                TEST(a_list_that_cannot_be_had_is_an_error),
                cmocka_unit_test(odd_lists_are_refused),
                cmocka_unit_test(the_newest_are_kept_of_more_than_there_is_room_for),
                cmocka_unit_test(its_words_are_understood),
        };

        return package_stage_run(tests);
}
