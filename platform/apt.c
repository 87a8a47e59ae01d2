/*
 * Downloading runs without apt's lock: it writes to our folder only, and 160 MB over a slow line must not
 * keep the machine's own updates out. The lock is held by the transaction alone, which finds all it needs
 * on disk. Packages are never removed for ours, and nothing unsigned is taken even where the machine's
 * configuration would.
 */
#include "platform/apt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define LOOK_MS 250 /* between two looks at a lock */
#define SAY_MS 1000 /* between two reports */
#define ARGV_MAX 64
#define OWNED_MAX 4
#define SHOWN_MAX 160
#define TAIL_BYTES 1024 /* of the output: enough for its last line */

static const char *const lists_lock[] = { "/var/lib/apt/lists/lock", NULL };
static const char *const dpkg_locks[] = { "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", NULL };
static const char *const all_locks[] = { "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock",
                                         "/var/cache/apt/archives/lock", NULL };

/* Nobody is there to answer, and needrestart would restart services that are not ours. */
static const char *const quiet_environment[] = {
        "DEBIAN_FRONTEND=noninteractive",
        "DEBIAN_PRIORITY=critical",
        "NEEDRESTART_SUSPEND=1",
        "APT_LISTCHANGES_FRONTEND=none",
        "APT_LISTBUGS_FRONTEND=none",
        "UCF_FORCE_CONFFOLD=1",
        NULL,
};

static const char *const refresh_argv[] = { "apt-get", "-q", "update", NULL };

/* Only one source: a failure counts even when an old index is there, and nothing but its packages is asked for. */
static const char *const refresh_one_options[] = {
        "-oDir::Etc::sourceparts=-",
        "-oAPT::Get::List-Cleanup=false",
        "-oAPT::Update::Error-Mode=any",
        "-oAcquire::Languages=none",
        "-oAcquire::AllowInsecureRepositories=false",
        "-oAcquire::AllowWeakRepositories=false",
        "-oAcquire::AllowDowngradeToInsecureRepositories=false",
        "-opkgCacheFile::Generate=false",
        NULL,
};

static const char *const fetch_options[] = {
        "-oAcquire::Retries=2",
        "-oAcquire::http::Timeout=30",
        "-oAcquire::https::Timeout=30",
        NULL,
};

static const char *const install_argv[] = {
        "apt-get",
        "-q",
        "-y",
        "install",
        "--no-install-recommends",
        "--no-remove",
        "-oAPT::Get::AutomaticRemove=false",
        "-oAPT::Get::AllowUnauthenticated=false",
        "-oDPkg::Lock::Timeout=0",
        "-oDpkg::Progress-Fancy=false",
        "-oDpkg::Options::=--force-confdef",
        "-oDpkg::Options::=--force-confold",
        NULL,
};

static const char *const configure_argv[] = { "dpkg", "--force-confdef", "--force-confold", "--configure", "-a", NULL };

/* One command: what is run, and how it is spoken of. */
typedef struct Command {
        const char *argv[ARGV_MAX];
        size_t n;
        char *owned[OWNED_MAX];
        size_t n_owned;
        const char *const *locks; /* to be free before it starts */
        bool transaction;
        bool warnings_count; /* else success is success, whatever a script printed */
        const char *doing;   /* "downloading mdatp" */
        const char *package; /* NULL: none in particular */
} Command;

static void command_clear(Command *command)
{
        while (command->n_owned > 0)
                free(command->owned[--command->n_owned]);
}

static void add(Command *command, const char *word)
{
        if (command->n + 1 >= ARGV_MAX)
                abort(); /* the tables above are all there is */
        command->argv[command->n++] = word;
}

static void add_all(Command *command, const char *const *words)
{
        for (; *words; words++)
                add(command, *words);
}

/* word is the command's from now on. */
static const char *own(Command *command, char *word)
{
        if (command->n_owned >= OWNED_MAX)
                abort();
        return command->owned[command->n_owned++] = word;
}

static void say(const AptRun *run, const char *text, pid_t transaction)
{
        if (run->on_progress)
                run->on_progress(text, transaction, run->userdata);
}

static void say_waiting(const AptRun *run, int64_t since, const char *who)
{
        _cleanup_free_ char *text =
                text_format("waiting %lld s for apt: %s", (long long)(deadline_now_ms() - since) / 1000, who);

        say(run, text, 0);
}

static int wait_for(const Host *host, const AptRun *run, const char *const *locks, Error *err)
{
        int64_t since = deadline_now_ms(), next = since;
        Error wait = { 0 };
        LockHolder holder;
        bool held;

        while (locks_look(host, locks, &held, &holder, err) == 0) {
                _cleanup_free_ char *who = held ? locks_describe(&holder) : NULL;

                if (!held)
                        return 0;
                if (deadline_now_ms() >= next) {
                        say_waiting(run, since, who);
                        next += SAY_MS;
                }
                if (host_wait(host, LOOK_MS, run->deadline, &wait) == 0)
                        continue;
                if (wait.kind == ERROR_TIMEOUT)
                        return error_set(err, ERROR_BUSY, "%s; we waited %lld s", who,
                                         (long long)(deadline_now_ms() - since) / 1000);
                return error_set(err, wait.kind, "%s while waiting: %s", wait.text, who);
        }
        return -1;
}

int apt_wait_for_locks(const Host *host, const AptRun *run, Error *err)
{
        return wait_for(host, run, all_locks, err);
}

typedef struct Ticker {
        const Host *host;
        const AptRun *run;
        const Command *command;
        off_t from; /* where this command's part of the output begins */
        bool started;
} Ticker;

/* Reads through another descriptor: the caller's may be open for writing only. NULL: cannot. */
static char *read_output(int fd, off_t from, size_t max, size_t *ret_length)
{
        _cleanup_free_ char *path = text_format("/proc/self/fd/%d", fd);
        _cleanup_close_ int again = open(path, O_RDONLY | O_CLOEXEC);
        _cleanup_free_ char *bytes = text_allocate(max + 1);
        struct stat st;
        ssize_t n;

        if (again < 0 || fstat(again, &st) < 0)
                return NULL;
        if (st.st_size - from > (off_t)max)
                from = st.st_size - (off_t)max;
        n = pread(again, bytes, max, from);
        if (n < 0)
                return NULL;
        bytes[n] = '\0';
        *ret_length = (size_t)n;
        return TAKE_PTR(bytes);
}

/* Of all files in a folder. */
static int64_t folder_bytes(const Host *host, const char *folder)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        int64_t bytes = 0;
        struct stat st;
        char **name;

        if (fs_list(host, folder, &names, NULL) < 0)
                return 0;
        for (name = names; *name; name++) {
                _cleanup_free_ char *below = text_format("%s/%s", folder, *name), *path = host_path(host, below);

                if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
                        bytes += st.st_size;
        }
        return bytes;
}

static char *describe_transaction(const Ticker *ticker)
{
        _cleanup_free_ char *tail = NULL, *line = NULL;
        size_t length = 0;

        tail = read_output(ticker->run->output_fd, ticker->from, TAIL_BYTES, &length);
        line = process_last_line(tail, SHOWN_MAX);
        return text_format("%s%s%s", ticker->command->doing, *line ? ": " : "", line);
}

static char *describe_download(const Ticker *ticker)
{
        _cleanup_free_ char *partial = text_format("%s/partial", ticker->run->archives);
        int64_t bytes = folder_bytes(ticker->host, ticker->run->archives) + folder_bytes(ticker->host, partial);

        return text_format("%s: %lld MB so far", ticker->command->doing, (long long)bytes / 1000000);
}

static void tick(pid_t pid, void *userdata)
{
        Ticker *ticker = userdata;
        const AptRun *run = ticker->run;
        _cleanup_free_ char *text = NULL;

        Error err = { 0 };

        if (!ticker->started && ticker->command->transaction && run->on_start &&
            run->on_start(pid, run->userdata, &err) < 0)
                log_warning("%s", err.text);
        ticker->started = true;
        if (!run->on_progress)
                return;
        if (ticker->command->transaction)
                text = describe_transaction(ticker);
        else
                text = run->archives ? describe_download(ticker) : text_copy(ticker->command->doing);
        say(run, text, ticker->command->transaction ? pid : 0);
}

/* Downloads run as another user, who could not use the folder. */
static void add_temporary(const AptRun *run, const Command *command, const char *word, const char *environment[])
{
        size_t i;

        for (i = 0; quiet_environment[i]; i++)
                environment[i] = quiet_environment[i];
        if (run->temporary && command->transaction)
                environment[i] = word;
}

static int run_once(const Host *host, const AptRun *run, const Command *command, AptResult *ret, Error *err)
{
        const char *environment[ELEMENTSOF(quiet_environment) + 1] = { 0 };
        _cleanup_free_ char *temporary = text_format("TMPDIR=%s", run->temporary ? run->temporary : "");
        Ticker ticker = { .host = host, .run = run, .command = command };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *output = NULL;
        ProcessSpec spec = {
                .argv = command->argv,
                .environment = environment,
                .deadline = run->deadline,
                .transaction = command->transaction,
                .stoppable = !command->transaction,
                .output_fd = command->transaction ? run->output_fd : -1,
                .on_tick = tick,
                .userdata = &ticker,
                .tick_ms = SAY_MS,
        };
        struct stat st;

        if (command->transaction && fstat(run->output_fd, &st) < 0)
                return error_errno(err, errno, "look at the file for the output of %s", command->argv[0]);
        add_temporary(run, command, temporary, environment);
        ticker.from = command->transaction ? st.st_size : 0;
        if (command->transaction && run->on_start && run->on_start(0, run->userdata, err) < 0)
                return -1;
        if (process_run(host, &spec, &result, err) < 0)
                return -1;
        if (command->transaction)
                output = read_output(run->output_fd, ticker.from, PROCESS_OUTPUT_MAX, &result.output_length);
        apt_classify(output ? output : result.output, result.output_length, result.exit_status, command->package,
                     run->url ? run->url : host->packages_url, ret);
        if (result.exit_status == 0 && !command->warnings_count)
                *ret = (AptResult){ .trouble = APT_OK };
        return 0;
}

/* Somebody may be quicker than we between the look at the lock and apt: then the waiting goes on. */
static int run_command(const Host *host, const AptRun *run, const Command *command, AptResult *ret, Error *err)
{
        for (;;) {
                Error wait = { 0 };

                if (wait_for(host, run, command->locks, &wait) < 0) {
                        if (wait.kind != ERROR_BUSY)
                                return error_set(err, wait.kind, "%s", wait.text);
                        *ret = (AptResult){ .trouble = APT_LOCKED };
                        snprintf(ret->text, sizeof(ret->text), "%.*s", (int)sizeof(ret->text) - 1, wait.text);
                        return 0;
                }
                if (run_once(host, run, command, ret, err) < 0)
                        return -1;
                if (ret->trouble != APT_LOCKED)
                        return 0;
                say(run, ret->text, 0);
                if (host_wait(host, LOOK_MS, run->deadline, &wait) < 0)
                        return wait.kind == ERROR_TIMEOUT ? 0 : error_set(err, wait.kind, "%s", wait.text);
        }
}

int apt_refresh(const Host *host, const AptRun *run, const char *list_file, AptResult *ret, Error *err)
{
        _cleanup_(command_clear) Command command = { .locks = lists_lock, .warnings_count = true };
        AptRun here = *run;

        here.archives = NULL;
        command.doing = list_file ? "refreshing the package list of one source" : "refreshing all package lists";
        add_all(&command, refresh_argv);
        add_all(&command, fetch_options);
        if (list_file) {
                add(&command, own(&command, text_format("-oDir::Etc::sourcelist=%s", list_file)));
                add_all(&command, refresh_one_options);
        }
        if (run_command(host, &here, &command, ret, err) < 0)
                return -1;
        /* the file of an existing source may hold others too, and what is wrong with them is nothing to us */
        if (!ret->ours && (ret->trouble == APT_NETWORK || ret->trouble == APT_SIGNATURE || ret->trouble == APT_STALE ||
                           ret->trouble == APT_CLOCK)) {
                ret->trouble = APT_OK;
                ret->passing = false;
        }
        return 0;
}

/* What apt would take for something else than a name or version ("mdatp-" removes) is refused. */
static bool is_plain(const char *word)
{
        static const char bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~:-";
        size_t length = strlen(word);

        return length > 0 && strspn(word, bytes) == length && !strchr("+-.~:", word[0]) &&
               !strchr("+-.~:", word[length - 1]);
}

static int make_install(Command *command, const AptRun *run, const char *package, const char *version, Error *err)
{
        if (!is_plain(package) || (version && !is_plain(version))) {
                _cleanup_free_ char *shown = text_escape(version ? version : package, SHOWN_MAX);

                return error_set(err, ERROR_INPUT, "\"%s\" is no name or version of a package", shown);
        }
        command->package = package;
        command->locks = dpkg_locks;
        add_all(command, install_argv);
        add(command, own(command, text_format("-oDir::Cache::archives=%s/", run->archives)));
        if (run->reinstall)
                add(command, "--reinstall");
        if (command->transaction) {
                add(command, "--no-download");
        } else {
                add(command, "--download-only");
                add(command, "-oDebug::NoLocking=true");
                add_all(command, fetch_options);
        }
        add(command, "--");
        add(command, version ? own(command, text_format("%s=%s", package, version)) : package);
        return 0;
}

int apt_download(const Host *host, const AptRun *run, const char *package, const char *version, AptResult *ret,
                 Error *err)
{
        _cleanup_(command_clear) Command command = { 0 };

        if (make_install(&command, run, package, version, err) < 0)
                return -1;
        command.doing = own(&command, text_format("downloading %s", package));
        return run_command(host, run, &command, ret, err);
}

int apt_install(const Host *host, const AptRun *run, const char *package, const char *version, AptResult *ret,
                Error *err)
{
        _cleanup_(command_clear) Command command = { .transaction = true };

        if (make_install(&command, run, package, version, err) < 0)
                return -1;
        command.doing = own(&command, text_format("installing %s", package));
        return run_command(host, run, &command, ret, err);
}

int apt_configure_pending(const Host *host, const AptRun *run, AptResult *ret, Error *err)
{
        _cleanup_(command_clear) Command command = {
                .transaction = true,
                .locks = dpkg_locks,
                .doing = "finishing an interrupted installation",
        };

        add_all(&command, configure_argv);
        return run_command(host, run, &command, ret, err);
}
