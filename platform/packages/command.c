/*
 * A look at the locks and the command itself are two: somebody may be quicker than we in between, so that the manager's
 * own word counts as well, and the waiting goes on.
 */
#include "platform/packages/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/locks.h"
#include "platform/packages/download.h"
#include "platform/process.h"

#define LOOK_MS 250         /* between two looks at a lock */
#define LISTS_BYTES 1000000 /* of less than that nobody knows whether it is the package or its list */
#define SAY_MS 1000         /* between two reports */
#define SHOWN_MAX 160
#define TAIL_BYTES 1024 /* of the output: enough for its last line */
#define QUESTION_MS 60000
#define ENVIRONMENT_MAX 16

void command_clear(PackageCommand *command)
{
        while (command->n_owned > 0)
                free(command->owned[--command->n_owned]);
}

void command_add(PackageCommand *command, const char *word)
{
        if (command->n + 1 >= COMMAND_ARGV_MAX)
                abort(); /* the managers' tables are all there is */
        command->argv[command->n++] = word;
}

void command_add_all(PackageCommand *command, const char *const *words)
{
        for (; *words; words++)
                command_add(command, *words);
}

const char *command_own(PackageCommand *command, char *word)
{
        if (command->n_owned >= COMMAND_OWNED_MAX)
                abort();
        return command->owned[command->n_owned++] = word;
}

int command_check_word(const char *word, Error *err)
{
        static const char bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~:-_^";
        size_t length = strlen(word);
        _cleanup_free_ char *shown = NULL;

        if (length > 0 && strspn(word, bytes) == length && !strchr("+-.~:_^", word[0]) &&
            !strchr("+-.~:_^", word[length - 1]))
                return 0;
        shown = text_escape(word, SHOWN_MAX);
        return error_set(err, ERROR_INPUT, "\"%s\" is no name or version of a package", shown);
}

int command_check_source(const PackageSource *source, const char *also, Error *err)
{
        static const char bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:";
        _cleanup_free_ char *all = text_format("%s%s", bytes, also), *shown = NULL;
        const char *id = source->id;

        if (*id && *id != '-' && !id[strspn(id, all)])
                return 0;
        shown = text_escape(id, SHOWN_MAX);
        return error_set(err, ERROR_INPUT, "\"%s\" is no id of a repository", shown);
}

int command_add_only_source(PackageCommand *command, const PackageSource *source, Error *err)
{
        if (command_check_source(source, "", err) < 0)
                return -1;
        command_add(command, "--disablerepo=*");
        command_add(command, command_own(command, text_format("--enablerepo=%s", source->id)));
        return 0;
}

static void say(const PackageRun *run, const char *text)
{
        if (run->on_progress)
                run->on_progress(&(PackageProgress){ .text = text }, run->userdata);
}

static void say_waiting(const PackageRun *run, const PackageCommand *command, int64_t since, const char *who)
{
        _cleanup_free_ char *text = text_format("waiting %lld s for %s: %s",
                                                (long long)(deadline_now_ms() - since) / 1000, command->manager, who);

        say(run, text);
}

static int look(const Host *host, const PackageCommand *command, bool *ret_held, LockHolder *ret_holder, Error *err)
{
        *ret_held = false;
        if (command->locks && locks_look(host, command->locks, ret_held, ret_holder, err) < 0)
                return -1;
        if (*ret_held || !command->pid_files)
                return 0;
        return locks_look_pid_files(host, command->pid_files, ret_held, ret_holder, err);
}

int command_wait_for_locks(const Host *host, const PackageRun *run, const PackageCommand *command, Error *err)
{
        int64_t since = deadline_now_ms(), next = since;
        Error wait = { 0 };
        LockHolder holder;
        bool held;

        while (look(host, command, &held, &holder, err) == 0) {
                _cleanup_free_ char *who = held ? locks_describe(&holder) : NULL;

                if (!held)
                        return 0;
                if (deadline_now_ms() >= next) {
                        say_waiting(run, command, since, who);
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

typedef struct Ticker {
        const Host *host;
        const PackageRun *run;
        const PackageCommand *command;
        off_t from; /* where this command's part of the output begins */
        bool started;
        int64_t before; /* bytes that were there when a download began */
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

/* Bytes that were downloaded. */
static int64_t present(const Ticker *ticker)
{
        const char *arrives = ticker->command->arrives;

        return download_present(ticker->host, ticker->run->archives) +
               (arrives ? download_present_unless_mounted(ticker->host, arrives) : 0);
}

static char *describe_transaction(const Ticker *ticker)
{
        _cleanup_free_ char *tail = NULL, *line = NULL;
        size_t length = 0;

        tail = read_output(ticker->run->output_fd, ticker->from, TAIL_BYTES, &length);
        line = process_last_line(tail, SHOWN_MAX);
        return text_format("%s%s%s", ticker->command->doing, *line ? ": " : "", line);
}

static char *describe_download(const Ticker *ticker, int64_t bytes)
{
        if (ticker->run->refresh && bytes < LISTS_BYTES)
                return text_format("refreshing the package list, then %s", ticker->command->doing);
        return text_format("%s: %lld MB so far", ticker->command->doing, (long long)bytes / 1000000);
}

static void tell_transaction(const Ticker *ticker, pid_t pid)
{
        _cleanup_free_ char *text = describe_transaction(ticker);

        ticker->run->on_progress(&(PackageProgress){ .text = text, .pid = pid }, ticker->run->userdata);
}

static void tell_download(const Ticker *ticker, const char *output)
{
        const PackageRun *run = ticker->run;
        int64_t bytes = present(ticker);
        _cleanup_free_ char *text = describe_download(ticker, bytes);
        const PackageProgress now = { .text = text,
                                      .done = bytes > ticker->before ? bytes - ticker->before : 0,
                                      .total = download_size(ticker->command->sizes, output) };

        run->on_progress(&now, run->userdata);
}

static void begin(Ticker *ticker, pid_t pid)
{
        const PackageRun *run = ticker->run;
        Error err = { 0 };

        ticker->started = true;
        if (ticker->command->transaction && run->on_start && run->on_start(pid, run->userdata, &err) < 0)
                log_warning("%s", err.text);
}

static void tick(pid_t pid, const char *output, void *userdata)
{
        Ticker *ticker = userdata;
        const PackageRun *run = ticker->run;

        if (!ticker->started)
                begin(ticker, pid);
        if (!run->on_progress)
                return;
        if (ticker->command->transaction)
                tell_transaction(ticker, pid);
        else if (run->archives)
                tell_download(ticker, output);
        else
                say(run, ticker->command->doing);
}

typedef struct Environment {
        const char *items[ENVIRONMENT_MAX + 5];
        size_t n;
        char *temporary, *proxy[3];
} Environment;

static void environment_clear(Environment *environment)
{
        free(environment->temporary);
        free(environment->proxy[0]);
        free(environment->proxy[1]);
        free(environment->proxy[2]);
}

static void make_environment(const PackageRun *run, const PackageCommand *command, Environment *ret)
{
        const char *const *item;

        for (item = command->environment; item && *item && ret->n < ENVIRONMENT_MAX; item++)
                ret->items[ret->n++] = *item;
        /* downloads may run as another user, who could not use the folder */
        if (run->temporary && command->transaction)
                ret->items[ret->n++] = ret->temporary = text_format("TMPDIR=%s", run->temporary);
        if (run->proxy) {
                ret->items[ret->n++] = ret->proxy[0] = text_format("http_proxy=%s", run->proxy);
                ret->items[ret->n++] = ret->proxy[1] = text_format("https_proxy=%s", run->proxy);
                ret->items[ret->n++] = ret->proxy[2] = text_format("no_proxy=%s", run->no_proxy ? run->no_proxy : "");
        }
}

static void classify(const Host *host, const PackageRun *run, const PackageCommand *command, const char *output,
                     size_t length, int exit_status, PackageResult *ret)
{
        const ClassifyOurs ours = { .package = command->package,
                                    .url = run->url ? run->url : host->packages_url,
                                    .id = run->source ? run->source->id : NULL };

        package_classify(command->words, output, length, exit_status, &ours, ret);
}

/* -1: not held. */
static int take_courtesy(const Host *host, const PackageCommand *command)
{
        _cleanup_free_ char *full = command->courtesy ? host_path(host, command->courtesy) : NULL;
        _cleanup_close_ int fd = full ? open(full, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;

        return fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 ? -1 : TAKE_FD(fd);
}

static int run_once(const Host *host, const PackageRun *run, const PackageCommand *command, PackageResult *ret,
                    Error *err)
{
        _cleanup_(environment_clear) Environment environment = { 0 };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        Ticker ticker = { .host = host, .run = run, .command = command };
        _cleanup_free_ char *output = NULL;
        ProcessSpec spec = {
                .argv = command->argv,
                .environment = environment.items,
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
        make_environment(run, command, &environment);
        ticker.from = command->transaction ? st.st_size : 0;
        if (!command->transaction && run->archives && run->on_progress)
                ticker.before = present(&ticker);
        if (command->transaction && run->on_start && run->on_start(0, run->userdata, err) < 0)
                return -1;
        if (process_run(host, &spec, &result, err) < 0)
                return -1;
        if (command->transaction)
                output = read_output(run->output_fd, ticker.from, PROCESS_OUTPUT_MAX, &result.output_length);
        classify(host, run, command, output ? output : result.output, result.output_length, result.exit_status, ret);
        if (result.exit_status == 0 && !command->warnings_count && !(ret->trouble == TROUBLE_SCRIPT && ret->ours))
                *ret = (PackageResult){ .trouble = TROUBLE_NONE };
        return 0;
}

static int run_courteously(const Host *host, const PackageRun *run, const PackageCommand *command, PackageResult *ret,
                           Error *err)
{
        int courtesy = take_courtesy(host, command), result = run_once(host, run, command, ret, err);

        if (courtesy >= 0)
                close(courtesy);
        return result;
}

int command_run(const Host *host, const PackageRun *run, const PackageCommand *command, PackageResult *ret, Error *err)
{
        for (;;) {
                Error wait = { 0 };

                if (command_wait_for_locks(host, run, command, &wait) < 0) {
                        if (wait.kind != ERROR_BUSY)
                                return error_set(err, wait.kind, "%s", wait.text);
                        *ret = (PackageResult){ .trouble = TROUBLE_LOCKED, .own_words = true };
                        snprintf(ret->text, sizeof(ret->text), "%.*s", (int)sizeof(ret->text) - 1, wait.text);
                        return 0;
                }
                if (run_courteously(host, run, command, ret, err) < 0)
                        return -1;
                if (ret->trouble != TROUBLE_LOCKED)
                        return 0;
                say(run, ret->text);
                if (host_wait(host, LOOK_MS, run->deadline, &wait) < 0)
                        return wait.kind == ERROR_TIMEOUT ? 0 : error_set(err, wait.kind, "%s", wait.text);
        }
}

int command_ask(const Host *host, const PackageRun *run, const PackageCommand *command, char **ret_output,
                size_t *ret_length, int *ret_status, Error *err)
{
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        const ProcessSpec spec = { .argv = command->argv,
                                   .environment = command->environment,
                                   .deadline = deadline_in(QUESTION_MS),
                                   .stoppable = true,
                                   .output_fd = -1 };

        if (process_run(host, &spec, &result, err) < 0)
                return -1;
        if (result.truncated)
                return error_set(err, ERROR_INPUT, "%s said more than %d bytes", command->argv[0], PROCESS_OUTPUT_MAX);
        *ret_output = TAKE_PTR(result.output);
        *ret_length = result.output_length;
        *ret_status = result.exit_status;
        return 0;
}
