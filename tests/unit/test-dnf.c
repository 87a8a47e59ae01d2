#include "tests/unit/package_stage.h"

#include "platform/packages/dnf_family.h"

#define ID "packages-microsoft-com-prod"
#define KEY_FILE "/etc/pki/rpm-gpg/RPM-GPG-KEY-microsoft-prod"
#define METADATA_LOCK "/var/cache/dnf/metadata_lock.pid"
#define RPM_LOCK "/var/lib/rpm/.rpm.lock"
#define ABSENT "echo 'package mdatp is not installed'; exit 1"
#define PRESENT(version) "echo 'state=" version " 1700000000'"

static const Scratch machine = { .root = "" };
static const PackageSource ours = { .id = ID,
                                    .uri = "https://packages.example.test/rhel/9.0/prod",
                                    .signed_by = KEY_FILE };

static int stage_open(void **state)
{
        static const char *const folders[] = { "/var/lib", "/var/cache", "/run", NULL };
        static bool covered;
        PackageStage *stage;

        if (!covered)
                package_stage_cover(folders);
        covered = true;
        if (package_stage_open(state) < 0)
                return -1;
        stage = *state;
        stage->run.source = &ours;
        package_stage_program(stage, "rpm", ABSENT);
        return 0;
}

static PackageResult do_refresh(PackageStage *stage, const PackageManager *manager, const PackageSource *source)
{
        PackageResult result;
        Error err = { 0 };

        if (manager->refresh(&stage->host, &stage->run, source, &result, &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

static PackageResult do_download(PackageStage *stage, const PackageManager *manager, PackageWanted wanted)
{
        PackageResult result;
        Error err = { 0 };

        wanted.package = "mdatp";
        if (manager->download(&stage->host, &stage->run, &wanted, &result, &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

static PackageResult do_install(PackageStage *stage, const PackageManager *manager, PackageWanted wanted)
{
        PackageResult result;
        Error err = { 0 };

        wanted.package = "mdatp";
        if (manager->install(&stage->host, &stage->run, &wanted, &result, &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

/* Of the last run of a program, and only it. */
static char *argv_of(const PackageStage *stage, const char *program)
{
        _cleanup_free_ char *all = package_stage_read(stage, "argv"), *first = text_format("%s\n-y\n", program);
        char *at, *found = NULL;

        for (at = strstr(all, first); at; at = strstr(at + 1, first))
                found = at;
        return text_copy(found ? found : "");
}

static void assert_trust(const char *argv)
{
        assert_has(argv, "\n--setopt=*.skip_if_unavailable=1\n");
        assert_has(argv, "\n--setopt=" ID ".skip_if_unavailable=0\n");
        assert_has(argv, "\n--setopt=" ID ".gpgcheck=1\n");
        assert_has(argv, "\n--setopt=" ID ".sslverify=1\n");
        assert_has(argv, "\n--setopt=" ID ".gpgkey=\n");
        assert_has(argv, "\n--setopt=localpkg_gpgcheck=1\n");
        assert_has_not(argv, "nogpgcheck");
        assert_has_not(argv, "noplugins");
        assert_has_not(argv, "allowerasing");
}

static void one_source_is_refreshed_alone_and_trusted_as_we_say(void **state)
{
        _cleanup_free_ char *argv = NULL, *argv5 = NULL, *environment = NULL;

        package_stage_program(*state, "dnf", "echo Metadata cache created.");
        assert_int_equal(do_refresh(*state, &manager_dnf, &ours).trouble, TROUBLE_NONE);
        argv = argv_of(*state, "dnf");
        assert_trust(argv);
        assert_has(argv, "\n--setopt=" ID ".priority=-1000\n");
        assert_true(text_ends_with(argv, "\n--disablerepo=*\n--enablerepo=" ID "\nmakecache\n"));
        environment = package_stage_read(*state, "environment");
        assert_has(environment, "LC_ALL=C\n");
        package_stage_program(*state, "dnf5", "");
        assert_int_equal(do_refresh(*state, &manager_dnf5, &ours).trouble, TROUBLE_NONE);
        argv5 = argv_of(*state, "dnf5");
        assert_trust(argv5);
        assert_true(text_ends_with(argv5, "\n--refresh\nmakecache\n")); /* else it keeps what is not too old */
}

static void a_source_with_a_signed_index_has_a_file_of_pinned_keys_alone(void **state)
{
        PackageSource with_index = ours;
        _cleanup_free_ char *argv = NULL;

        snprintf(with_index.index_keys, sizeof(with_index.index_keys), "/var/cache/mde-linux/index-keys.asc");
        package_stage_program(*state, "dnf", "");
        assert_int_equal(do_refresh(*state, &manager_dnf, &with_index).trouble, TROUBLE_NONE);
        argv = argv_of(*state, "dnf");
        assert_has(argv, "\n--setopt=" ID ".gpgkey=file:///var/cache/mde-linux/index-keys.asc\n");
        assert_has_not(argv, KEY_FILE);
}

static void a_full_refresh_tolerates_what_is_foreign(void **state)
{
        PackageResult result;
        _cleanup_free_ char *argv = NULL;

        package_stage_program(*state, "dnf",
                              "echo \"Errors during downloading metadata for repository 'foreign':\"; "
                              "echo \"  - Curl error (7): Couldn't connect to server for http://foreign.test/x\"; "
                              "echo 'Ignoring repositories: foreign'");
        result = do_refresh(*state, &manager_dnf, NULL);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        assert_has(result.text, "http://foreign.test/x");
        argv = argv_of(*state, "dnf");
        assert_trust(argv);
        assert_has_not(argv, "--disablerepo");
        assert_true(text_ends_with(argv, "\n--refresh\nmakecache\n"));
        package_stage_program(*state, "dnf",
                              "echo \"Error: Failed to download metadata for repo '" ID "': x\"; exit 1");
        result = do_refresh(*state, &manager_dnf, NULL);
        assert_int_equal(result.trouble, TROUBLE_NETWORK);
        assert_true(result.ours);
}

static void packages_come_into_our_folder_and_lists_are_used_as_they_are(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL, *folder = text_format("\n--setopt=destdir=%s\n", stage->scratch.root);

        package_stage_program(stage, "dnf", "");
        assert_int_equal(do_download(stage, &manager_dnf, (PackageWanted){ .version = "101.25032.0006-1" }).trouble,
                         TROUBLE_NONE);
        argv = argv_of(stage, "dnf");
        assert_trust(argv);
        assert_has(argv, folder);
        assert_has(argv, "\n--setopt=*.metadata_expire=never\n");
        assert_has_not(argv, ID ".metadata_expire");
        assert_has(argv, "\n--setopt=best=1\n");
        assert_has(argv, "\n--setopt=install_weak_deps=0\n");
        assert_true(text_ends_with(argv, "\ninstall\n--downloadonly\nmdatp-101.25032.0006-1\n"));
        assert_int_equal(stage->started, 0); /* no transaction */
        assert_has(stage->said.data, "downloading mdatp: ");
        assert_has_not(stage->said.data, "refreshing");
}

/* Of our source alone, and never of what is installed. */
static void only_a_download_that_is_judged_later_goes_without_a_look_at_signatures(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *download = NULL, *transaction = NULL, *another = NULL;

        package_stage_program(stage, "dnf", "");
        package_stage_program(stage, "dnf5", "");
        package_stage_program(stage, "rpm", PRESENT("2.0-1"));
        stage->run.judged_later = true;
        assert_int_equal(do_download(stage, &manager_dnf, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
        download = argv_of(stage, "dnf");
        assert_has(download, "\n--setopt=" ID ".gpgcheck=0\n");
        assert_has(download, "\n--setopt=localpkg_gpgcheck=1\n");
        assert_has_not(download, "nogpgcheck");
        assert_has_not(download, "*.gpgcheck");
        assert_int_equal(do_install(stage, &manager_dnf, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
        transaction = argv_of(stage, "dnf");
        assert_trust(transaction);
        assert_has_not(transaction, "gpgcheck=0");
        assert_int_equal(do_download(stage, &manager_dnf5, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
        another = argv_of(stage, "dnf5");
        assert_trust(another); /* it does not look then */
}

/* The index answers for what else comes of our source; without its signature each package has to. */
static void a_transaction_of_what_was_judged_does_not_judge_again_where_the_index_is_signed(void **state)
{
        static const PackageManager *const managers[] = { &manager_dnf, &manager_dnf5 };
        PackageStage *stage = *state;
        static PackageSource source;
        size_t i;

        source = *stage->run.source;
        stage->run.source = &source;
        package_stage_program(stage, "dnf", "");
        package_stage_program(stage, "dnf5", "");
        package_stage_program(stage, "rpm", PRESENT("2.0-1"));
        for (i = 0; i < ELEMENTSOF(managers); i++) {
                const char *program = i == 0 ? "dnf" : "dnf5";
                _cleanup_free_ char *judged = NULL, *not_judged = NULL, *not_signed = NULL;

                stage->run.judged = true;
                source.index_keys[0] = '\0';
                assert_int_equal(do_install(stage, managers[i], (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
                not_signed = argv_of(stage, program);
                assert_trust(not_signed);
                snprintf(source.index_keys, sizeof(source.index_keys), "/x/pinned.asc");
                assert_int_equal(do_install(stage, managers[i], (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
                judged = argv_of(stage, program);
                assert_has(judged, "\n--setopt=" ID ".gpgcheck=0\n");
                assert_has(judged, "\n--setopt=localpkg_gpgcheck=1\n");
                assert_has_not(judged, "*.gpgcheck");
                stage->run.judged = false;
                assert_int_equal(do_install(stage, managers[i], (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
                not_judged = argv_of(stage, program);
                assert_has(not_judged, "\n--setopt=" ID ".gpgcheck=1\n");
        }
}

static void a_download_reads_the_list_of_its_source_when_asked(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;

        /* lists may come into the same folder: they are not told as the package's first bytes */
        package_stage_program(stage, "dnf", "printf 1234 > list; sleep 1.2");
        assert_true(manager_dnf.reads_list(&stage->host, &ours));
        stage->run.refresh = true;
        assert_int_equal(do_download(stage, &manager_dnf, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
        argv = argv_of(stage, "dnf");
        assert_trust(argv);
        assert_has(argv, "\n--setopt=*.metadata_expire=never\n");
        assert_has(argv, "\n--setopt=" ID ".metadata_expire=0\n");
        assert_true(strstr(argv, ID ".metadata_expire") > strstr(argv, "*.metadata_expire")); /* the last one counts */
        assert_has(stage->said.data, "refreshing the package list, then downloading mdatp\n");
        assert_has_not(stage->said.data, "0 MB so far");
        assert_null(manager_yum.reads_list);
}

static void a_transaction_uses_no_network_and_is_never_signalled(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL, *output = NULL;

        package_stage_program(stage, "dnf", "echo Running transaction; sleep 0.4; touch done; echo Complete!");
        package_stage_program(stage, "rpm", "test -e done || { " ABSENT "; }; " PRESENT("2.0-1"));
        stage->run.deadline = deadline_in(100); /* far less than it needs */
        assert_int_equal(do_install(stage, &manager_dnf, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
        argv = argv_of(stage, "dnf");
        assert_trust(argv);
        assert_has(argv, "\ninstall\n-C\nmdatp\n");
        assert_has_not(argv, "downloadonly");
        assert_true(stage->started > 0);
        output = package_stage_read(stage, "output");
        assert_string_equal(output, "Running transaction\nComplete!\n");
}

static void what_is_there_comes_again_or_older_only_when_asked(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *none = NULL, *again = NULL, *older = NULL;
        PackageResult result;

        package_stage_program(stage, "dnf5", "");
        package_stage_program(stage, "rpm", PRESENT("2.0-1"));
        result = do_download(stage, &manager_dnf5, (PackageWanted){ .version = "1.0-1" });
        assert_int_equal(result.trouble, TROUBLE_NEWER);
        assert_true(result.ours && result.own_words);
        assert_string_equal(result.text, "mdatp 2.0-1 is installed, which is newer than 1.0-1");
        assert_int_equal(do_install(stage, &manager_dnf5, (PackageWanted){ .version = "1.0-1" }).trouble,
                         TROUBLE_NEWER);
        none = argv_of(stage, "dnf5");
        assert_string_equal(none, "");
        do_download(stage, &manager_dnf5, (PackageWanted){ .version = "1.0-1", .action = PACKAGE_DOWNGRADE });
        older = argv_of(stage, "dnf5");
        assert_true(text_ends_with(older, "\ndowngrade\n--downloadonly\nmdatp-1.0-1\n"));
        do_download(stage, &manager_dnf5, (PackageWanted){ .action = PACKAGE_REINSTALL });
        again = argv_of(stage, "dnf5");
        assert_true(text_ends_with(again, "\nreinstall\n--downloadonly\nmdatp\n"));
}

static void a_file_is_installed_by_its_path(void **state)
{
        PackageStage *stage = *state;
        const PackageWanted relative = { .package = "mdatp", .file = "x.rpm" };
        _cleanup_free_ char *argv = NULL;
        PackageResult result;
        Error err = { 0 };

        package_stage_program(stage, "dnf", "");
        package_stage_program(stage, "rpm",
                              "case \"$*\" in *-p*) " PRESENT("3.0-1") ";; *) " PRESENT("2.0-1") ";; esac");
        do_download(stage, &manager_dnf, (PackageWanted){ .file = "/srv/mdatp.rpm", .version = "3.0-1" });
        argv = argv_of(stage, "dnf");
        assert_trust(argv);
        assert_has(argv, "\ninstall\n--downloadonly\n/srv/mdatp.rpm\n");
        package_stage_program(stage, "rpm",
                              "case \"$*\" in *-p*) " PRESENT("1.0-1") ";; *) " PRESENT("2.0-1") ";; esac");
        result = do_download(stage, &manager_dnf, (PackageWanted){ .file = "/srv/mdatp.rpm" });
        assert_int_equal(result.trouble, TROUBLE_NEWER);
        assert_has(result.text, "newer than 1.0-1");
        assert_int_equal(manager_dnf.install(&stage->host, &stage->run, &relative, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
}

static void a_success_that_installed_nothing_is_told(void **state)
{
        PackageStage *stage = *state;
        PackageResult result;

        package_stage_program(stage, "dnf5", "echo 'Nothing to do.'");
        result = do_install(stage, &manager_dnf5, (PackageWanted){ 0 });
        assert_int_equal(result.trouble, TROUBLE_OTHER);
        assert_string_equal(result.text, "dnf5 ended well, but rpm has mdatp not installed");
        package_stage_program(stage, "rpm", PRESENT("1.0-1"));
        result = do_install(stage, &manager_dnf5, (PackageWanted){ .version = "2.0-1" });
        assert_int_equal(result.trouble, TROUBLE_OTHER);
        assert_has(result.text, "but rpm has mdatp 1.0-1");
        assert_int_equal(do_install(stage, &manager_dnf5, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
}

#define POST_FAILED(package) "%post(" package "-2.0-1.x86_64) scriptlet failed, exit status 7"
#define DNF4_POST_FAILED(package) "echo 'warning: " POST_FAILED(package) "'; echo 'Complete!'"
#define DNF5_POST_FAILED(package)                                                                                      \
        "echo '>>> [RPM] " POST_FAILED(package) "'; echo 'Transaction failed: Rpm transaction failed.'; exit 1"

/* dnf 4 ends with 0 then, dnf 5 with 1. */
static void a_script_of_the_package_that_fails_afterwards_is_a_failure(void **state)
{
        PackageStage *stage = *state;
        PackageResult result;

        package_stage_program(stage, "rpm", PRESENT("2.0-1"));
        package_stage_program(stage, "dnf", DNF4_POST_FAILED("mdatp"));
        result = do_install(stage, &manager_dnf, (PackageWanted){ .version = "2.0-1" });
        assert_int_equal(result.trouble, TROUBLE_SCRIPT);
        assert_has(result.text, POST_FAILED("mdatp"));
        package_stage_program(stage, "dnf5", DNF5_POST_FAILED("mdatp"));
        result = do_install(stage, &manager_dnf5, (PackageWanted){ .version = "2.0-1" });
        assert_int_equal(result.trouble, TROUBLE_SCRIPT);
        package_stage_program(stage, "yum", DNF4_POST_FAILED("mdatp"));
        assert_int_equal(do_install(stage, &manager_yum, (PackageWanted){ 0 }).trouble, TROUBLE_SCRIPT);
}

static void a_script_of_another_that_fails_afterwards_is_none(void **state)
{
        PackageStage *stage = *state;

        package_stage_program(stage, "rpm", PRESENT("2.0-1"));
        package_stage_program(stage, "dnf", DNF4_POST_FAILED("libmnl"));
        assert_int_equal(do_install(stage, &manager_dnf, (PackageWanted){ .version = "2.0-1" }).trouble, TROUBLE_NONE);
        package_stage_program(stage, "dnf5", DNF5_POST_FAILED("libmnl"));
        assert_int_equal(do_install(stage, &manager_dnf5, (PackageWanted){ .version = "2.0-1" }).trouble, TROUBLE_NONE);
        package_stage_program(stage, "rpm", ABSENT);
        assert_int_equal(do_install(stage, &manager_dnf5, (PackageWanted){ 0 }).trouble, TROUBLE_SCRIPT);
        package_stage_program(
                stage, "dnf5",
                "echo '>>> [RPM] " POST_FAILED(
                        "libmnl") "'; "
                                  "echo '>>> [RPM] %prein(mdatp-2.0-1.x86_64) scriptlet failed, exit status 7'; "
                                  "echo 'Transaction failed: Rpm transaction failed.'; exit 1");
        package_stage_program(stage, "rpm", PRESENT("1.0-1"));
        assert_int_equal(do_install(stage, &manager_dnf5, (PackageWanted){ 0 }).trouble, TROUBLE_SCRIPT);
}

static void the_holder_of_a_lock_is_named_and_waited_for(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *pid = NULL;
        pid_t holder = hold_lock(&machine, "/run/nothing", F_WRLCK);

        package_stage_program(stage, "dnf", "");
        package_stage_program(stage, "rpm", PRESENT("2.0-1"));
        pid = text_format("%d", (int)holder);
        scratch_write(&machine, METADATA_LOCK, pid);
        stage->remove = METADATA_LOCK;
        assert_int_equal(do_refresh(stage, &manager_dnf, &ours).trouble, TROUBLE_NONE);
        assert_true(text_starts_with(stage->said.data, "waiting 0 s for dnf: "));
        assert_has(stage->said.data, pid);
        assert_has(stage->said.data, " holds " METADATA_LOCK);
        release_lock(holder);
        stage->holder = hold_lock(&machine, RPM_LOCK, F_WRLCK);
        assert_int_equal(do_install(stage, &manager_dnf, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
        assert_has(stage->said.data, " holds " RPM_LOCK);
}

static void a_download_does_not_wait_for_somebody_elses_transaction(void **state)
{
        PackageStage *stage = *state;
        pid_t holder = hold_lock(&machine, RPM_LOCK, F_WRLCK);

        package_stage_program(stage, "dnf", "");
        assert_int_equal(do_download(stage, &manager_dnf, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
        assert_has_not(stage->said.data, "waiting");
        release_lock(holder);
}

static void a_lock_lost_in_a_race_is_waited_for_again(void **state)
{
        PackageStage *stage = *state;

        package_stage_program(stage, "dnf",
                              "test -e second && exit 0; touch second; echo 'RPMDB already locked by 1'; exit 200");
        package_stage_program(stage, "rpm", PRESENT("2.0-1"));
        assert_int_equal(do_install(stage, &manager_dnf, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
        assert_has(stage->said.data, "RPMDB already locked by 1");
}

#define FAIL "echo 'Transaction failed: Rpm transaction failed.'; exit 1"

/* dnf 5 says no more than that it failed: the lock is what tells. */
static void a_lock_that_is_not_said_is_seen(void **state)
{
        static const char somebody[] = "test -e held && exit 0\n"
                                       "python3 -c 'import fcntl, time; f = open(\"" RPM_LOCK "\", \"a\"); "
                                       "fcntl.lockf(f, 2); open(\"held\", \"w\"); time.sleep(1)' >/dev/null 2>&1 &\n"
                                       "until test -e held; do sleep 0.05; done\n" FAIL;
        PackageStage *stage = *state;

        scratch_write(&machine, RPM_LOCK, "");
        package_stage_program(stage, "rpm", PRESENT("2.0-1"));
        package_stage_program(stage, "dnf5", FAIL);
        assert_int_equal(do_install(stage, &manager_dnf5, (PackageWanted){ 0 }).trouble, TROUBLE_OTHER); /* nobody's */
        package_stage_program(stage, "dnf5", somebody);
        assert_int_equal(do_install(stage, &manager_dnf5, (PackageWanted){ 0 }).trouble, TROUBLE_NONE);
        assert_has(stage->said.data, " holds " RPM_LOCK);
}

static void what_was_cut_off_is_installed_again(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *all = NULL, *none = NULL;
        PackageResult result;
        Error err = { 0 };

        package_stage_program(stage, "dnf", "case \"$*\" in *-C*) touch done;; esac");
        assert_int_equal(manager_dnf.repair(&stage->host, &stage->run, "mdatp", &result, &err), 0);
        assert_int_equal(result.trouble, TROUBLE_NONE); /* absent: nothing is to be finished */
        none = argv_of(stage, "dnf");
        assert_string_equal(none, "");
        package_stage_program(stage, "rpm", PRESENT("3.0-1") "; test -e done || " PRESENT("2.0-1"));
        package_stage_program(stage, "rpm", "test -e done || echo 'state=2.0-1 1600000000'; " PRESENT("3.0-1"));
        assert_int_equal(manager_dnf.repair(&stage->host, &stage->run, "mdatp", &result, &err), 0);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        all = package_stage_read(stage, "argv");
        assert_has(all, "\nreinstall\n--downloadonly\nmdatp-3.0-1\n");
        assert_has(all, "\nreinstall\n-C\nmdatp-3.0-1\n");
        assert_true(stage->started > 0);
}

static void offers_come_newest_first_and_the_candidate_from_our_source(void **state)
{
        PackageStage *stage = *state;
        PackageOffers offers;
        _cleanup_free_ char *argv = NULL, *argv5 = NULL;
        Error err = { 0 };

        package_stage_program(stage, "dnf",
                              "echo 'offer=mdatp 101.9-1 " ID "'; echo 'offer=mdatp 101.10-1 " ID "'; "
                              "echo 'offer=mdatp 102.1-1 foreign'");
        assert_int_equal(manager_dnf.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, 3);
        assert_string_equal(offers.offers[0].version, "102.1-1");
        assert_string_equal(offers.offers[0].id, "foreign");
        assert_string_equal(offers.offers[1].version, "101.10-1");
        assert_string_equal(offers.candidate, "101.10-1");
        argv = argv_of(stage, "dnf");
        assert_has(argv, "\n-C\nrepoquery\n--available\n--showduplicates\n--qf\n");
        package_stage_program(stage, "dnf5", "echo nothing");
        assert_int_equal(manager_dnf5.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, 0);
        argv5 = argv_of(stage, "dnf5");
        assert_has_not(argv5, "showduplicates");
        assert_has(argv5, "%{repoid}\\n\n");
        package_stage_program(stage, "dnf", "echo 'Error: something'; exit 1");
        assert_int_equal(manager_dnf.offers(&stage->host, &stage->run, "mdatp", &offers, &err), -1);
        assert_has(err.text, "dnf ended with status 1: Error: something");
}

/* What excludepkgs hides is not what the repository lacks. */
static void what_is_excluded_is_seen_to_be_there(void **state)
{
        static const char script[] = "case \"$*\" in *%s*) printf '\\noffer=mdatp 101.9-1 " ID "\\n';; esac";
        _cleanup_free_ char *four = text_format(script, "--disableexcludes=all"),
                            *five = text_format(script, "disable_excludes=");
        PackageStage *stage = *state;
        PackageOffers offers;
        Error err = { 0 };

        package_stage_program(stage, "dnf", four);
        stage->run.source = &ours;
        assert_int_equal(manager_dnf.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, 0);
        assert_true(offers.excluded);
        package_stage_program(stage, "dnf5", five);
        assert_int_equal(manager_dnf5.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_true(offers.excluded);
        package_stage_program(stage, "dnf", "true");
        assert_int_equal(manager_dnf.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_false(offers.excluded);
}

static void offers_wait_for_a_lock_too(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *pid = NULL;
        PackageOffers offers;
        Error err = { 0 };
        pid_t holder = hold_lock(&machine, "/run/nothing", F_WRLCK);

        package_stage_program(stage, "dnf",
                              "test -e second && { echo 'offer=mdatp 101.9-1 " ID "'; exit 0; }; touch second; "
                              "echo 'metadata already locked by 1'; exit 200");
        pid = text_format("%d", (int)holder);
        scratch_write(&machine, METADATA_LOCK, pid);
        stage->remove = METADATA_LOCK;
        assert_int_equal(manager_dnf.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_has(stage->said.data, " holds " METADATA_LOCK);
        assert_string_equal(offers.candidate, "101.9-1");
        release_lock(holder);
        package_stage_program(stage, "yum",
                              "echo 'Existing lock /var/run/yum.pid: another copy is running as pid 1.'; "
                              "echo 'Another app is currently holding the yum lock; exiting as configured by "
                              "exit_on_lock'; exit 200");
        stage->run.deadline = deadline_in(100);
        assert_int_equal(manager_yum.offers(&stage->host, &stage->run, "mdatp", &offers, &err), -1);
        assert_int_equal(err.kind, ERROR_BUSY);
}

static void yum_is_told_in_its_own_way(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *refreshed = NULL, *downloaded = NULL, *folder = NULL;
        PackageOffers offers;
        Error err = { 0 };

        package_stage_program(stage, "yum", "");
        assert_int_equal(do_refresh(stage, &manager_yum, &ours).trouble, TROUBLE_NONE);
        refreshed = argv_of(stage, "yum");
        assert_trust(refreshed);
        assert_has_not(refreshed, "priority");
        assert_true(text_ends_with(refreshed, "\nmakecache\nfast\n"));
        do_download(stage, &manager_yum, (PackageWanted){ 0 });
        downloaded = argv_of(stage, "yum");
        folder = text_format("\n--downloaddir=%s\n", stage->scratch.root);
        assert_has(downloaded, folder);
        assert_has_not(downloaded, "destdir");
        package_stage_program(stage, "yum", "echo 'Error: No matching Packages to list'; exit 1");
        assert_int_equal(manager_yum.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, 0);
}

static void yum_is_asked_for_the_version_that_ours_offers(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageOffers offers;
        Error err = { 0 };

        package_stage_program(stage, "yum",
                              "echo Available Packages; echo mdatp.x86_64 101.2-1 elsewhere; "
                              "echo mdatp.x86_64 101.1-1 " ID);
        stage->run.source = &ours;
        assert_int_equal(manager_yum.offers(&stage->host, &stage->run, "mdatp", &offers, &err), 0);
        assert_string_equal(offers.candidate, "101.1-1");
        assert_int_equal(offers.n_offers, 1);
        assert_true(manager_yum.unbound);
        argv = argv_of(stage, "yum");
        assert_has(argv, "\n--disablerepo=*\n--enablerepo=" ID "\n-C\n");
        assert_has(argv, "\n--setopt=" ID ".cost=1\n");
}

static void a_proxy_is_for_this_run(void **state)
{
        PackageStage *stage = *state;
        _cleanup_free_ char *argv = NULL, *environment = NULL;

        stage->run.proxy = "http://proxy.example.test:3128";
        package_stage_program(stage, "dnf", "");
        assert_int_equal(do_refresh(stage, &manager_dnf, &ours).trouble, TROUBLE_NONE);
        argv = argv_of(stage, "dnf");
        assert_has(argv, "\n--setopt=proxy=http://proxy.example.test:3128\n");
        assert_has(argv, "\n--setopt=" ID ".proxy=http://proxy.example.test:3128\n");
        assert_has(argv, "\n--setopt=proxy_password=\n");
        assert_has(argv, "\n--setopt=" ID ".proxy_password=\n");
        environment = package_stage_read(stage, "environment");
        assert_has(environment, "https_proxy=http://proxy.example.test:3128\n");
}

static void what_would_be_read_as_something_else_is_refused(void **state)
{
        static const char *const ids[] = { "", "*", "a b", "a,b", "-x", "x.gpgcheck=0 y" };
        static const PackageWanted wanted[] = { { .package = "-x" }, { .package = "mdatp", .version = "1 2" } };
        PackageStage *stage = *state;
        PackageSource source = ours;
        PackageResult result;
        Error err = { 0 };
        size_t i;

        package_stage_program(stage, "dnf", "touch started");
        for (i = 0; i < ELEMENTSOF(ids); i++) {
                snprintf(source.id, sizeof(source.id), "%s", ids[i]);
                assert_int_equal(manager_dnf.refresh(&stage->host, &stage->run, &source, &result, &err), -1);
                assert_int_equal(err.kind, ERROR_INPUT);
        }
        source = ours;
        snprintf(source.index_keys, sizeof(source.index_keys), "/k,http://elsewhere.test/key");
        assert_int_equal(manager_dnf.refresh(&stage->host, &stage->run, &source, &result, &err), -1);
        for (i = 0; i < ELEMENTSOF(wanted); i++)
                assert_int_equal(manager_dnf.install(&stage->host, &stage->run, &wanted[i], &result, &err), -1);
        assert_null(scratch_read(&stage->scratch, "/started"));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_open, package_stage_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                STAGED(one_source_is_refreshed_alone_and_trusted_as_we_say),
                STAGED(a_source_with_a_signed_index_has_a_file_of_pinned_keys_alone),
                STAGED(a_full_refresh_tolerates_what_is_foreign),
                STAGED(packages_come_into_our_folder_and_lists_are_used_as_they_are),
                STAGED(only_a_download_that_is_judged_later_goes_without_a_look_at_signatures),
                STAGED(a_transaction_of_what_was_judged_does_not_judge_again_where_the_index_is_signed),
                STAGED(a_download_reads_the_list_of_its_source_when_asked),
                STAGED(a_transaction_uses_no_network_and_is_never_signalled),
                STAGED(what_is_there_comes_again_or_older_only_when_asked),
                STAGED(a_file_is_installed_by_its_path),
                STAGED(a_success_that_installed_nothing_is_told),
                STAGED(a_script_of_the_package_that_fails_afterwards_is_a_failure),
                STAGED(a_script_of_another_that_fails_afterwards_is_none),
                STAGED(the_holder_of_a_lock_is_named_and_waited_for),
                STAGED(a_download_does_not_wait_for_somebody_elses_transaction),
                STAGED(a_lock_lost_in_a_race_is_waited_for_again),
                STAGED(a_lock_that_is_not_said_is_seen),
                STAGED(what_was_cut_off_is_installed_again),
                STAGED(offers_come_newest_first_and_the_candidate_from_our_source),
                STAGED(what_is_excluded_is_seen_to_be_there),
                STAGED(offers_wait_for_a_lock_too),
                STAGED(yum_is_told_in_its_own_way),
                STAGED(yum_is_asked_for_the_version_that_ours_offers),
                STAGED(a_proxy_is_for_this_run),
                STAGED(what_would_be_read_as_something_else_is_refused),
        };

        return package_stage_run(tests);
}
