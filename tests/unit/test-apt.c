/*
 * Programs named apt-get and dpkg stand first in PROCESS_PATH, and apt's state folders are empty: both in a mount
 * namespace of this test's own, so that the machine it runs on is never touched. Without the right to make one
 * (not root), those tests are skipped.
 */
#include "tests/unit/own_mounts.h"
#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lock_holder.h"
#include "platform/fs.h"
#include "platform/packages/apt.h"
#include "platform/host_init.h"

#define PROGRAMS "/usr/local/sbin"
#define LISTS_LOCK "/var/lib/apt/lists/lock"
#define FRONTEND_LOCK "/var/lib/dpkg/lock-frontend"

static const Scratch machine = { .root = "" };

typedef struct Stage {
        Scratch scratch;
        Host host;
        PackageRun run;
        char *output; /* path of the transaction's output */
        Text said;
        pid_t started, told;
        int n_starts;
        bool may_not_start;
        pid_t holder; /* let go when the first wait is told */
        volatile sig_atomic_t stop;
        bool stop_when_told;
} Stage;

static bool cover(const char *path)
{
        return access(path, F_OK) == 0 && mount("none", path, "tmpfs", 0, "mode=755") == 0;
}

/* Once; false: not permitted. */
static bool have_own_namespace(void)
{
        static int have = -1;

        if (have < 0)
                have = own_mounts() && cover(PROGRAMS) && cover("/var/lib/dpkg") && cover("/var/lib/apt");
        return have;
}

static void hear(const PackageProgress *now, void *userdata)
{
        Stage *stage = userdata;

        stage->told = now->pid;
        text_append(&stage->said, "%s\n", now->text);
        if (stage->holder > 0)
                release_lock(stage->holder);
        stage->holder = 0;
        if (stage->stop_when_told)
                stage->stop = 1;
}

static int note_start(pid_t pid, void *userdata, Error *err)
{
        Stage *stage = userdata;

        stage->n_starts++;
        stage->started = pid;
        return stage->may_not_start ? error_set(err, ERROR_SPACE, "no space to remember it") : 0;
}

static int stage_open(void **state)
{
        Stage *stage = text_allocate(sizeof(*stage));
        void *scratch;

        assert_int_equal(scratch_open(&scratch), 0);
        stage->scratch = *(Scratch *)scratch;
        free(scratch);
        host_init(&stage->host);
        stage->host.packages_url = "https://packages.example.test";
        stage->host.stop = &stage->stop;
        stage->output = text_format("%s/output", stage->scratch.root);
        stage->run = (PackageRun){
                .deadline = deadline_in(20000),
                .output_fd = open(stage->output, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600),
                .archives = stage->scratch.root,
                .any_source = true,
                .on_progress = hear,
                .on_start = note_start,
                .userdata = stage,
        };
        *state = stage;
        return 0;
}

static int stage_close(void **state)
{
        Stage *stage = *state;
        void *scratch = text_allocate(sizeof(Scratch));

        *(Scratch *)scratch = stage->scratch;
        scratch_close(&scratch);
        unlink(PROGRAMS "/apt-get");
        unlink(PROGRAMS "/dpkg");
        unlink(PROGRAMS "/dpkg-query");
        close(stage->run.output_fd);
        text_clear(&stage->said);
        free(stage->output);
        free(stage);
        return 0;
}

/* A program that notes its arguments and environment below the scratch root, then runs the script there. */
static void program(const Stage *stage, const char *name, const char *script)
{
        _cleanup_free_ char *path = text_format(PROGRAMS "/%s", name);
        _cleanup_free_ char *text = text_format("#!/bin/sh\ncd %s\nprintf '%%s\\n' \"$@\" > argv\nenv > environment\n"
                                                "echo run >> runs\n%s\n",
                                                stage->scratch.root, script);

        if (!have_own_namespace())
                skip();
        scratch_write(&machine, path, text);
        assert_int_equal(chmod(path, 0755), 0);
}

static char *recorded(const Stage *stage, const char *name)
{
        _cleanup_free_ char *path = text_format("/%s", name);
        char *text = scratch_read(&stage->scratch, path);

        return text ? text : text_copy("");
}

static void assert_has(const char *text, const char *words)
{
        if (!strstr(text, words))
                fail_msg("\"%s\" is not in: %s", words, text);
}

static void assert_has_not(const char *text, const char *words)
{
        if (strstr(text, words))
                fail_msg("\"%s\" is in: %s", words, text);
}

/* What dpkg says after a transaction. */
static void dpkg_has(const char *state)
{
        _cleanup_free_ char *text = text_format("#!/bin/sh\necho 'state=%s'\n", state);

        if (!have_own_namespace())
                skip();
        scratch_write(&machine, PROGRAMS "/dpkg-query", text);
        assert_int_equal(chmod(PROGRAMS "/dpkg-query", 0755), 0);
}

static int apt_download(Stage *stage, const char *package, const char *version, PackageAction action,
                        PackageResult *ret, Error *err)
{
        const PackageWanted wanted = { .package = package, .version = version, .action = action };

        return manager_apt.download(&stage->host, &stage->run, &wanted, ret, err);
}

static int apt_install(Stage *stage, const char *package, PackageResult *ret, Error *err)
{
        return manager_apt.install(&stage->host, &stage->run, &(PackageWanted){ .package = package }, ret, err);
}

static PackageResult refresh(Stage *stage, const char *file)
{
        PackageSource source = { 0 };
        PackageResult result;
        Error err = { 0 };

        if (file)
                snprintf(source.file, sizeof(source.file), "%s", file);
        if (manager_apt.refresh(&stage->host, &stage->run, file ? &source : NULL, &result, &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

static PackageResult download(Stage *stage, const char *version)
{
        PackageResult result;
        Error err = { 0 };

        if (apt_download(stage, "mdatp", version, PACKAGE_INSTALL, &result, &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

static PackageResult install(Stage *stage)
{
        PackageResult result;
        Error err = { 0 };

        dpkg_has("ii  101.1");
        if (apt_install(stage, "mdatp", &result, &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

static void one_source_is_refreshed_alone_and_signed_or_not_at_all(void **state)
{
        _cleanup_free_ char *argv = NULL, *environment = NULL;

        program(*state, "apt-get", "");
        assert_int_equal(refresh(*state, "/etc/apt/sources.list.d/x.list").trouble, TROUBLE_NONE);
        argv = recorded(*state, "argv");
        assert_has(argv, "-q\nupdate\n");
        assert_has(argv, "\n-oDir::Etc::sourcelist=/etc/apt/sources.list.d/x.list\n");
        assert_has(argv, "\n-oDir::Etc::sourceparts=-\n");
        assert_has(argv, "\n-oAPT::Get::List-Cleanup=false\n");
        assert_has(argv, "\n-oAcquire::AllowInsecureRepositories=false\n");
        environment = recorded(*state, "environment");
        assert_has(environment, "DEBIAN_FRONTEND=noninteractive\n");
        assert_has(environment, "NEEDRESTART_SUSPEND=1\n");
        assert_has(environment, "LC_ALL=C\n");
}

static void a_warning_of_an_old_apt_is_trouble_in_a_refresh(void **state)
{
        PackageResult result;

        program(*state, "apt-get",
                "echo 'W: Failed to fetch https://packages.example.test/x  503 Service Unavailable'");
        result = refresh(*state, "/x.list");
        assert_int_equal(result.trouble, TROUBLE_NETWORK);
        assert_true(result.ours);
}

static void a_full_refresh_tolerates_what_is_foreign(void **state)
{
        _cleanup_free_ char *argv = NULL;
        PackageResult result;

        program(*state, "apt-get", "echo 'E: Failed to fetch http://foreign.test/x  Could not resolve' >&2; exit 100");
        result = refresh(*state, NULL);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        assert_has(result.text, "foreign.test");
        argv = recorded(*state, "argv");
        assert_has_not(argv, "Dir::Etc");
        assert_has_not(argv, "AllowInsecure");
        program(*state, "apt-get", "echo 'E: Failed to fetch https://packages.example.test/x  404'; exit 100");
        assert_int_equal(refresh(*state, NULL).trouble, TROUBLE_NETWORK);
        program(*state, "apt-get",
                "echo 'E: Malformed entry 1 in list file /etc/apt/sources.list.d/bad.list (Suite)'; exit 100");
        assert_int_equal(refresh(*state, NULL).trouble, TROUBLE_SOURCES);
}

static void a_download_takes_no_lock_and_removes_nothing(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *argv = NULL,
                            *archives = text_format("\n-oDir::Cache::archives=%s/\n", stage->scratch.root);

        program(stage, "apt-get", "echo 'W: Failed to fetch something, says a script'");
        assert_int_equal(download(stage, "101.25032.0006").trouble, TROUBLE_NONE);
        argv = recorded(stage, "argv");
        assert_has(argv, "\ninstall\n");
        assert_has(argv, "\n--download-only\n");
        assert_has(argv, "\n--no-remove\n");
        assert_has(argv, "\n-oDebug::NoLocking=true\n");
        assert_has(argv, "\n-oAPT::Get::AllowUnauthenticated=false\n");
        assert_has(argv, archives);
        assert_true(text_ends_with(argv, "\n--\nmdatp=101.25032.0006\n"));
        assert_has_not(argv, "--no-download");
        assert_has_not(argv, "--reinstall");
        assert_int_equal(stage->n_starts, 0); /* no transaction */
        assert_has(stage->said.data, "downloading mdatp: 0 MB so far");
}

static PackageResult download_from_ours(Stage *stage, const char *version, const char *shown)
{
        PackageSource source = { .uri = "https://bob:s3cr3t@packages.example.test/debian/12/prod",
                                 .suite = "bookworm",
                                 .component = "main" };
        PackageResult result;

        program(stage, "apt-cache", shown);
        stage->run.source = &source;
        stage->run.any_source = false;
        result = download(stage, version);
        stage->run.source = NULL;
        return result;
}

/* printf x | sha256sum */
#define LISTED "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
#define STANZAS                                                                                                        \
        "printf 'Package: mdatp\nVersion: 1:101.1\nSHA256: " LISTED "\n\n"                                             \
        "Package: mdatp\nVersion: 1:100.1\nSHA256: 00\n'"
#define OTHER_BYTES "printf 'Package: mdatp\nVersion: 1:101.1\nSHA256: 3d\n'"

/* The newest of all sources is another's, or whose it is cannot be told: asked for by its version it will be ours. */
static void the_newest_is_ours_or_told_not_to_be(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageResult result;

        program(stage, "apt-get", "printf x > mdatp_1%3a101.1_amd64.deb");
        result = download_from_ours(stage, NULL, STANZAS);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        assert_string_equal(result.version, "1:101.1");
        argv = recorded(stage, "argv");
        assert_true(text_ends_with(argv, "\nshow\n--\nmdatp\n"));
        assert_int_equal(download_from_ours(stage, NULL, OTHER_BYTES).trouble, TROUBLE_ELSEWHERE);
        assert_int_equal(download_from_ours(stage, NULL, "exit 100").trouble, TROUBLE_ELSEWHERE);
        assert_int_equal(download_from_ours(stage, NULL, "echo 'Package: mdatp'").trouble, TROUBLE_ELSEWHERE);
        /* which of two came is not guessed */
        program(stage, "apt-get", "printf x > mdatp_101.99999.0001_amd64.deb");
        assert_int_equal(download_from_ours(stage, NULL, STANZAS).trouble, TROUBLE_ELSEWHERE);
}

static void of_two_sources_with_one_version_the_bytes_of_ours_count(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *argv = NULL, *asked = NULL, *list = NULL;
        PackageResult result;

        program(stage, "apt-get", "printf x > mdatp_1%3a101.1_amd64.deb; printf y > mdatp_9.1%3a101.1_amd64.deb");
        result = download_from_ours(stage, "1:101.1", "cp source.list asked; " STANZAS);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        argv = recorded(stage, "argv");
        assert_has(argv, "\n-oDir::Etc::sourceparts=-\n");
        assert_has(argv, "\n--\nmdatp=1:101.1\n");
        asked = recorded(stage, "asked");
        assert_string_equal(asked, "deb https://bob:s3cr3t@packages.example.test/debian/12/prod bookworm main\n");
        result = download_from_ours(stage, "1:101.1", OTHER_BYTES);
        assert_int_equal(result.trouble, TROUBLE_ELSEWHERE);
        assert_has(result.text, "another source of this machine offers it, too");
        assert_has_not(result.text, "s3cr3t");
        list = text_format("%s/source.list", stage->run.archives);
        assert_false(fs_exists(&stage->host, list));
        /* nor what cannot be told */
        result = download_from_ours(stage, "1:101.1", "exit 100");
        assert_int_equal(result.trouble, TROUBLE_ELSEWHERE);
        assert_has(result.text, "may be another source's");
        assert_int_equal(download_from_ours(stage, "1:101.1", "echo 'Package: mdatp'").trouble, TROUBLE_ELSEWHERE);
}

/* Nothing lies where downloads go. */
static void what_apt_reads_where_it_lies_is_compared_too(void **state)
{
        static const char at[] =
                "case \"$*\" in *--print-uris*) echo \"'file:%s/x.deb' mdatp_1%%3a101.1_amd64.deb 1 SHA256:00\";; "
                "*) printf %s > x.deb;; esac";
        Stage *stage = *state;
        const char *root = stage->scratch.root;
        _cleanup_free_ char *ours = text_format(at, root, "x"), *theirs = text_format(at, root, "y");

        program(stage, "apt-get", ours);
        assert_int_equal(download_from_ours(stage, "1:101.1", STANZAS).trouble, TROUBLE_NONE);
        program(stage, "apt-get", theirs);
        assert_int_equal(download_from_ours(stage, "1:101.1", STANZAS).trouble, TROUBLE_ELSEWHERE);
        assert_int_equal(download_from_ours(stage, NULL, STANZAS).trouble, TROUBLE_ELSEWHERE);
        program(stage, "apt-get", "echo \"'https://x.test/x.deb' mdatp_1%3a101.1_amd64.deb 1 SHA256:00\"");
        assert_int_equal(download_from_ours(stage, "1:101.1", STANZAS).trouble, TROUBLE_ELSEWHERE);
        program(stage, "apt-get", "test \"$*\" = \"${*#*--print-uris}\"");
        assert_int_equal(download_from_ours(stage, "1:101.1", STANZAS).trouble, TROUBLE_ELSEWHERE);
        /* there is nothing to do */
        program(stage, "apt-get", "echo 'mdatp is already the newest version (101.1).'");
        assert_int_equal(download_from_ours(stage, "1:101.1", STANZAS).trouble, TROUBLE_NONE);
}

static void where_it_has_to_come_from_is_told_or_nothing_is_taken(void **state)
{
        Stage *stage = *state;
        PackageResult result;
        Error err = { 0 };

        program(stage, "apt-get", "true");
        stage->run.any_source = false;
        assert_int_equal(apt_download(stage, "mdatp", "101.1", PACKAGE_INSTALL, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
}

/* It ends well, whatever of it was done: the preferences of the machine, for one, may leave nothing to do. */
static void a_transaction_did_what_was_asked_of_it(void **state)
{
        static const struct {
                const char *state, *version;
                PackageTrouble trouble;
        } rows[] = {
                { "ii  101.1", "101.1", TROUBLE_NONE },  { "iW  101.1", NULL, TROUBLE_NONE },
                { "ii  101.0", "101.1", TROUBLE_OTHER }, { "iF  101.1", "101.1", TROUBLE_OTHER },
                { "un  ", NULL, TROUBLE_OTHER },
        };
        Stage *stage = *state;
        size_t i;

        program(stage, "apt-get", "true");
        for (i = 0; i < ELEMENTSOF(rows); i++) {
                const PackageWanted wanted = { .package = "mdatp", .version = rows[i].version };
                PackageResult result;
                Error err = { 0 };

                dpkg_has(rows[i].state);
                assert_int_equal(manager_apt.install(&stage->host, &stage->run, &wanted, &result, &err), 0);
                assert_int_equal(result.trouble, rows[i].trouble);
        }
}

static void what_is_installed_already_comes_again_only_when_asked(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageResult result;
        Error err = { 0 };

        program(stage, "apt-get", "true");
        assert_int_equal(apt_download(stage, "mdatp", NULL, PACKAGE_REINSTALL, &result, &err), 0);
        argv = recorded(stage, "argv");
        assert_has(argv, "\n--reinstall\n");
        assert_has_not(argv, "--allow-downgrades");
}

static void an_older_version_comes_only_when_asked(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageResult result;
        Error err = { 0 };

        program(stage, "apt-get", "true");
        assert_int_equal(apt_download(stage, "mdatp", "101.1", PACKAGE_DOWNGRADE, &result, &err), 0);
        argv = recorded(stage, "argv");
        assert_has(argv, "\n--allow-downgrades\n");
        assert_has(argv, "\nmdatp=101.1\n");
}

static void a_download_ends_at_the_deadline(void **state)
{
        Stage *stage = *state;
        PackageResult result;
        Error err = { 0 };

        program(stage, "apt-get", "exec sleep 60");
        stage->run.deadline = deadline_in(300);
        assert_int_equal(apt_download(stage, "mdatp", NULL, PACKAGE_INSTALL, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_TIMEOUT);
}

static void a_download_ends_when_asked_to_stop(void **state)
{
        Stage *stage = *state;
        PackageResult result;
        Error err = { 0 };

        program(stage, "apt-get", "exec sleep 60");
        stage->stop_when_told = true;
        assert_int_equal(apt_download(stage, "mdatp", NULL, PACKAGE_INSTALL, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_STOPPED);
}

static void an_installation_uses_no_network_and_is_never_signalled(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *argv = NULL, *output = NULL;

        program(stage, "apt-get", "echo Setting up mdatp; sleep 0.4; echo done");
        stage->run.deadline = deadline_in(100); /* far less than it needs */
        assert_int_equal(install(stage).trouble, TROUBLE_NONE);
        argv = recorded(stage, "argv");
        assert_has(argv, "\n--no-download\n");
        assert_has(argv, "\n--no-remove\n");
        assert_has(argv, "\n-oDpkg::Options::=--force-confold\n");
        assert_true(text_ends_with(argv, "\n--\nmdatp\n"));
        assert_has_not(argv, "NoLocking");
        assert_has_not(argv, "download-only");
        assert_true(stage->started > 0);
        assert_int_equal(stage->told, stage->started); /* whose progress it is */
        assert_has(stage->said.data, "installing mdatp");
        output = recorded(stage, "output");
        assert_string_equal(output, "Setting up mdatp\ndone\n");
}

static void scripts_get_the_temporary_folder_and_downloads_do_not(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *installing = NULL, *downloading = NULL;

        program(stage, "apt-get", "");
        stage->run.temporary = "/var/cache/ours";
        assert_int_equal(install(stage).trouble, TROUBLE_NONE);
        installing = recorded(stage, "environment");
        assert_has(installing, "TMPDIR=/var/cache/ours\n");
        assert_int_equal(download(stage, NULL).trouble, TROUBLE_NONE);
        downloading = recorded(stage, "environment");
        assert_has_not(downloading, "TMPDIR");
}

static void a_transaction_that_cannot_be_remembered_is_not_started(void **state)
{
        Stage *stage = *state;
        PackageResult result;
        Error err = { 0 };

        program(stage, "apt-get", "echo started");
        stage->may_not_start = true;
        assert_int_equal(apt_install(stage, "mdatp", &result, &err), -1);
        assert_int_equal(err.kind, ERROR_SPACE);
        assert_int_equal(stage->n_starts, 1);
        assert_int_equal(lseek(stage->run.output_fd, 0, SEEK_END), 0);
}

static void only_this_runs_output_is_judged(void **state)
{
        const Stage *stage = *state;
        PackageResult result;

        assert_true(dprintf(stage->run.output_fd, "E: dpkg was interrupted, says an earlier run\n") > 0);
        program(*state, "apt-get", "echo 'E: Unable to locate package mdatp'; exit 100");
        result = install(*state);
        assert_int_equal(result.trouble, TROUBLE_NOT_FOUND);
        assert_has_not(result.text, "interrupted");
}

static void success_is_success_whatever_a_script_printed(void **state)
{
        program(*state, "apt-get", "echo 'W: GPG error: https://packages.example.test/x NO_PUBKEY'");
        assert_int_equal(install(*state).trouble, TROUBLE_NONE);
}

static void the_holder_of_a_lock_is_named_and_waited_for(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *pid = NULL, *runs = NULL;

        program(stage, "apt-get", "");
        stage->holder = hold_lock(&machine, FRONTEND_LOCK, F_WRLCK);
        pid = text_format("(pid %d", (int)stage->holder);
        assert_int_equal(install(stage).trouble, TROUBLE_NONE);
        assert_true(text_starts_with(stage->said.data, "waiting 0 s for apt: "));
        assert_has(stage->said.data, pid);
        assert_has(stage->said.data, " holds " FRONTEND_LOCK);
        runs = recorded(stage, "runs");
        assert_string_equal(runs, "run\n");
}

static void a_lock_held_for_ever_is_told_at_the_deadline(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *runs = NULL;
        PackageResult result;
        Error err = { 0 };
        pid_t pid;

        program(stage, "apt-get", "");
        pid = hold_lock(&machine, "/var/lib/dpkg/lock", F_WRLCK);
        stage->run.deadline = deadline_in(400);
        result = install(stage);
        assert_int_equal(result.trouble, TROUBLE_LOCKED);
        assert_has(result.text, " holds /var/lib/dpkg/lock; we waited ");
        runs = recorded(stage, "runs");
        assert_string_equal(runs, "");
        assert_int_equal(manager_apt.wait_for_locks(&stage->host, &stage->run, &err), -1);
        assert_int_equal(err.kind, ERROR_BUSY);
        assert_has(err.text, " holds /var/lib/dpkg/lock");
        release_lock(pid);
}

static void waiting_ends_when_asked_to_stop(void **state)
{
        Stage *stage = *state;
        PackageResult result;
        Error err = { 0 };
        pid_t pid;

        program(stage, "apt-get", "");
        pid = hold_lock(&machine, FRONTEND_LOCK, F_WRLCK);
        stage->stop_when_told = true;
        assert_int_equal(apt_install(stage, "mdatp", &result, &err), -1);
        assert_int_equal(err.kind, ERROR_STOPPED);
        release_lock(pid);
}

static void a_refresh_waits_for_the_lists_only(void **state)
{
        Stage *stage = *state;
        pid_t pid;

        program(stage, "apt-get", "");
        pid = hold_lock(&machine, FRONTEND_LOCK, F_WRLCK);
        stage->holder = hold_lock(&machine, LISTS_LOCK, F_WRLCK);
        assert_int_equal(refresh(stage, "/x.list").trouble, TROUBLE_NONE);
        assert_has(stage->said.data, " holds " LISTS_LOCK);
        assert_has_not(stage->said.data, FRONTEND_LOCK);
        release_lock(pid);
}

#define LOCKED "echo 'E: Could not get lock " FRONTEND_LOCK ". It is held by process 1 (x)'; exit 100"

static void a_lock_lost_in_a_race_is_waited_for_again(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *runs = NULL;

        program(stage, "apt-get", "test $(grep -c . runs) -ge 3 || { " LOCKED "; }");
        assert_int_equal(install(stage).trouble, TROUBLE_NONE);
        runs = recorded(stage, "runs");
        assert_string_equal(runs, "run\nrun\nrun\n");
        assert_has(stage->said.data, "E: Could not get lock");
}

static void a_race_lost_for_ever_ends_at_the_deadline(void **state)
{
        Stage *stage = *state;

        program(stage, "apt-get", LOCKED);
        stage->run.deadline = deadline_in(700);
        assert_int_equal(install(stage).trouble, TROUBLE_LOCKED);
}

static void what_apt_would_read_as_something_else_is_refused(void **state)
{
        static const char *const odd[] = { "",        "-o",        "mdatp-",  "mdatp+", "mdatp ",
                                           "./mdatp", "mdatp/sid", "mdatp=1", "mdatp*", "md\natp" };
        static const char *const odd_versions[] = { "", "1-", "1+", "1 2", "1/sid", "*", "1.0\n" };
        Stage *stage = *state;
        PackageResult result;
        size_t i;

        for (i = 0; i < ELEMENTSOF(odd); i++) {
                Error err = { 0 };

                assert_int_equal(apt_install(stage, odd[i], &result, &err), -1);
                assert_int_equal(err.kind, ERROR_INPUT);
        }
        for (i = 0; i < ELEMENTSOF(odd_versions); i++) {
                Error err = { 0 };

                assert_int_equal(apt_download(stage, "mdatp", odd_versions[i], PACKAGE_INSTALL, &result, &err), -1);
                assert_int_equal(err.kind, ERROR_INPUT);
        }
}

static void pending_configuration_is_a_transaction(void **state)
{
        Stage *stage = *state;
        _cleanup_free_ char *argv = NULL;
        PackageResult result;
        Error err = { 0 };

        program(stage, "dpkg", "exit 0");
        assert_int_equal(manager_apt.repair(&stage->host, &stage->run, "mdatp", &result, &err), 0);
        assert_int_equal(result.trouble, TROUBLE_NONE);
        argv = recorded(stage, "argv");
        assert_string_equal(argv, "--force-confdef\n--force-confold\n--configure\n-a\n");
        assert_true(stage->started > 0);
}

/* By the real dpkg-query, on a database of the test's own. */
static void the_state_of_a_package_is_read_from_dpkg(void **state)
{
        static const struct {
                const char *status;
                PackageState state;
                const char *version;
        } rows[] = {
                { "install ok installed", PACKAGE_INSTALLED, "101.1" },
                { "hold ok installed", PACKAGE_INSTALLED, "101.1" },
                { "install ok triggers-pending", PACKAGE_INSTALLED, "101.1" },
                { "install ok unpacked", PACKAGE_BROKEN, "101.1" },
                { "install ok half-configured", PACKAGE_BROKEN, "101.1" },
                { "install reinstreq half-installed", PACKAGE_BROKEN, "101.1" },
                { "deinstall ok config-files", PACKAGE_CONFIG_FILES, "101.1" },
                { "install ok not-installed", PACKAGE_ABSENT, "" },
        };
        Stage *stage = *state;
        size_t i;

        if (!have_own_namespace() || access("/usr/bin/dpkg-query", X_OK) != 0)
                skip();
        scratch_folder(&machine, "/var/lib/dpkg/info");
        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *status =
                        text_format("Package: mdatp\nStatus: %s\nArchitecture: amd64\n%s%s\n", rows[i].status,
                                    *rows[i].version ? "Version: 101.1\n" : "",
                                    strstr(rows[i].status, "triggers") ? "Triggers-Pending: x\n" : "");
                PackageState found = PACKAGE_UNKNOWN;
                char version[64] = "x";
                Error err = { 0 };

                scratch_write(&machine, "/var/lib/dpkg/status", status);
                if (dpkg_state(&stage->host, "mdatp", &found, version, &err) < 0)
                        fail_msg("%s: %s", rows[i].status, err.text);
                if (found != rows[i].state || !text_equal(version, rows[i].version))
                        fail_msg("%s: state %d, version %s", rows[i].status, found, version);
        }
}

static void a_package_nobody_knows_is_absent(void **state)
{
        Stage *stage = *state;
        PackageState found = PACKAGE_UNKNOWN;
        char version[64] = "x";
        Error err = { 0 };

        if (!have_own_namespace() || access("/usr/bin/dpkg-query", X_OK) != 0)
                skip();
        scratch_write(&machine, "/var/lib/dpkg/status", "");
        assert_int_equal(dpkg_state(&stage->host, "mdatp", &found, version, &err), 0);
        assert_int_equal(found, PACKAGE_ABSENT);
        assert_string_equal(version, "");
        scratch_write(&machine, "/var/lib/dpkg/status", "garbage\n");
        assert_int_equal(dpkg_state(&stage->host, "mdatp", &found, version, &err), -1);
        assert_int_equal(err.kind, ERROR_COMMAND);
}

#define PACKAGE(name, status, more)                                                                                    \
        "Package: " name "\nStatus: install " status "\nArchitecture: amd64\nVersion: 1\n" more "\n"

static void what_is_half_installed_beside_a_package_and_its_needs_is_named(void **state)
{
        static const struct {
                const char *status;
                const char *names;
        } rows[] = {
                { "", "" },
                { PACKAGE("mdatp", "ok installed", "") PACKAGE("a", "ok triggers-pending", "Triggers-Pending: x\n"),
                  "" },
                { PACKAGE("mdatp", "ok half-configured", "Depends: a (>= 1) | b, libc\n")
                          PACKAGE("libc", "ok installed", ""),
                  "" },
                /* what it needs, and what that needs; not what needs it */
                { PACKAGE("mdatp", "ok unpacked", "Depends: near (>= 1), other\n")
                          PACKAGE("near", "ok unpacked", "Pre-Depends: far | farther\n")
                                  PACKAGE("farther", "reinstreq half-installed", "")
                                          PACKAGE("user", "ok half-configured", "Depends: mdatp\n"),
                  "user" },
                { PACKAGE("mdatp-tools", "ok unpacked", "") PACKAGE("slow", "ok half-configured", ""),
                  "mdatp-tools, slow" },
        };
        Stage *stage = *state;
        size_t i;

        if (!have_own_namespace() || access("/usr/bin/dpkg-query", X_OK) != 0)
                skip();
        scratch_folder(&machine, "/var/lib/dpkg/info");
        for (i = 0; i < ELEMENTSOF(rows); i++) {
                char names[PACKAGE_NAMES_MAX] = "x";
                Error err = { 0 };

                scratch_write(&machine, "/var/lib/dpkg/status", rows[i].status);
                if (dpkg_broken_others(&stage->host, "mdatp", names, &err) < 0)
                        fail_msg("%s: %s", rows[i].status, err.text);
                assert_string_equal(names, rows[i].names);
        }
}

static void more_half_installed_packages_than_fit_are_still_told(void **state)
{
        _cleanup_(text_clear) Text status = { 0 };
        char names[PACKAGE_NAMES_MAX];
        Stage *stage = *state;
        Error err = { 0 };
        int i;

        if (!have_own_namespace() || access("/usr/bin/dpkg-query", X_OK) != 0)
                skip();
        for (i = 0; i < 100; i++)
                text_append(
                        &status,
                        "Package: some-package-%02d\nStatus: install ok unpacked\nVersion: 1\nArchitecture: all\n\n",
                        i);
        scratch_write(&machine, "/var/lib/dpkg/status", status.data);
        if (dpkg_broken_others(&stage->host, "mdatp", names, &err) < 0)
                fail_msg("%s", err.text);
        assert_true(text_starts_with(names, "some-package-00, some-package-01, "));
        assert_true(text_ends_with(names, " and more"));
}

static void an_interrupted_dpkg_leaves_numbers_behind(void **state)
{
        Stage *stage = *state;
        Host host = stage->host;
        char sign[PACKAGE_SIGN_MAX];
        pid_t at_work;

        host.root = stage->scratch.root;
        assert_false(dpkg_is_broken(&host, sign));
        scratch_write(&stage->scratch, "/var/lib/dpkg/updates/tmp.i", "");
        assert_false(dpkg_is_broken(&host, sign));
        scratch_write(&stage->scratch, "/var/lib/dpkg/updates/0003", "");
        assert_true(dpkg_is_broken(&host, sign));
        at_work = hold_lock(&stage->scratch, FRONTEND_LOCK, F_WRLCK); /* it has them too while it runs */
        assert_false(dpkg_is_broken(&host, sign));
        release_lock(at_work);
        assert_true(dpkg_is_broken(&host, sign));
}

#define STAGED(f) cmocka_unit_test_setup_teardown(f, stage_open, stage_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                STAGED(one_source_is_refreshed_alone_and_signed_or_not_at_all),
                STAGED(a_warning_of_an_old_apt_is_trouble_in_a_refresh),
                STAGED(a_full_refresh_tolerates_what_is_foreign),
                STAGED(a_download_takes_no_lock_and_removes_nothing),
                STAGED(the_newest_is_ours_or_told_not_to_be),
                STAGED(of_two_sources_with_one_version_the_bytes_of_ours_count),
                STAGED(what_apt_reads_where_it_lies_is_compared_too),
                STAGED(where_it_has_to_come_from_is_told_or_nothing_is_taken),
                STAGED(a_transaction_did_what_was_asked_of_it),
                STAGED(what_is_installed_already_comes_again_only_when_asked),
                STAGED(an_older_version_comes_only_when_asked),
                STAGED(a_download_ends_at_the_deadline),
                STAGED(a_download_ends_when_asked_to_stop),
                STAGED(an_installation_uses_no_network_and_is_never_signalled),
                STAGED(scripts_get_the_temporary_folder_and_downloads_do_not),
                STAGED(a_transaction_that_cannot_be_remembered_is_not_started),
                STAGED(only_this_runs_output_is_judged),
                STAGED(success_is_success_whatever_a_script_printed),
                STAGED(the_holder_of_a_lock_is_named_and_waited_for),
                STAGED(a_lock_held_for_ever_is_told_at_the_deadline),
                STAGED(waiting_ends_when_asked_to_stop),
                STAGED(a_refresh_waits_for_the_lists_only),
                STAGED(a_lock_lost_in_a_race_is_waited_for_again),
                STAGED(a_race_lost_for_ever_ends_at_the_deadline),
                STAGED(what_apt_would_read_as_something_else_is_refused),
                STAGED(pending_configuration_is_a_transaction),
                STAGED(the_state_of_a_package_is_read_from_dpkg),
                STAGED(a_package_nobody_knows_is_absent),
                STAGED(what_is_half_installed_beside_a_package_and_its_needs_is_named),
                STAGED(more_half_installed_packages_than_fit_are_still_told),
                STAGED(an_interrupted_dpkg_leaves_numbers_behind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
