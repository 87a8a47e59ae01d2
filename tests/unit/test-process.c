#include "tests/unit/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/process.h"
#include "platform/host_init.h"

#define SHELL(script) ((const char *const[]){ "/bin/sh", "-c", script, NULL })

static Host live(void)
{
        Host host;

        host_init(&host);
        return host;
}

static ProcessResult run_spec(const ProcessSpec *spec)
{
        Host host = live();
        ProcessResult result = { 0 };
        Error err = { 0 };

        if (process_run(&host, spec, &result, &err) < 0)
                fail_msg("%s", err.text);
        return result;
}

static ProcessResult run(const char *const *argv)
{
        return run_spec(&(ProcessSpec){ .argv = argv });
}

static void output_of_both_kinds_is_captured(void **state)
{
        _cleanup_(process_result_clear) ProcessResult result = run(SHELL("echo out; echo err >&2; printf end"));

        assert_string_equal(result.output, "out\nerr\nend");
        assert_int_equal(result.output_length, 11);
        assert_int_equal(result.exit_status, 0);
        assert_false(result.truncated);
}

static void a_failure_is_a_status_and_no_error(void **state)
{
        _cleanup_(process_result_clear) ProcessResult failed = run(SHELL("exit 7"));
        _cleanup_(process_result_clear) ProcessResult killed = run(SHELL("kill -9 $$"));

        assert_int_equal(failed.exit_status, 7);
        assert_string_equal(failed.output, "");
        assert_int_equal(killed.exit_status, 128 + SIGKILL);
}

static void a_program_that_is_not_there_is_missing(void **state)
{
        static const char *const names[] = { "no-such-program", "/nowhere/program", "/etc/passwd", "/etc" };
        Host host = live();
        size_t i;

        for (i = 0; i < ELEMENTSOF(names); i++) {
                const char *const argv[] = { names[i], NULL };
                ProcessResult result = { 0 };
                Error err = { 0 };

                assert_int_equal(process_run(&host, &(ProcessSpec){ .argv = argv }, &result, &err), -1);
                assert_int_equal(err.kind, ERROR_MISSING);
                assert_non_null(strstr(err.text, names[i]));
        }
}

static void no_shell_reads_the_arguments(void **state)
{
        const char *const argv[] = { "echo", "$(id) `id` ; id", "*", NULL };
        _cleanup_(process_result_clear) ProcessResult result = run(argv);

        assert_string_equal(result.output, "$(id) `id` ; id *\n");
}

static void nothing_of_our_environment_is_passed_on(void **state)
{
        const char *const argv[] = { "env", NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };

        setenv("MDE_TEST_SECRET", "x", 1);
        result = run(argv);
        assert_string_equal(result.output, "PATH=" PROCESS_PATH "\nLC_ALL=C\nHOME=/root\n");
}

static void a_given_setting_wins_over_ours(void **state)
{
        const char *const argv[] = { "/bin/sh", "-c", "echo $LC_ALL $EXTRA", NULL };
        const char *const environment[] = { "EXTRA=more", "LC_ALL=POSIX", NULL };
        _cleanup_(process_result_clear) ProcessResult result =
                run_spec(&(ProcessSpec){ .argv = argv, .environment = environment });

        assert_string_equal(result.output, "POSIX more\n");
}

static void stdin_is_empty(void **state)
{
        const char *const argv[] = { "cat", NULL };
        _cleanup_(process_result_clear) ProcessResult result = run(argv);

        assert_string_equal(result.output, "");
        assert_int_equal(result.exit_status, 0);
}

static bool child_sees(int fd)
{
        _cleanup_free_ char *script = text_format("test -e /proc/$$/fd/%d", fd);
        _cleanup_(process_result_clear) ProcessResult result = run(SHELL(script));

        return result.exit_status == 0;
}

static void what_is_passed_keeps_its_number_and_nothing_else_is(void **state)
{
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        int passed = open("/dev/null", O_RDONLY | O_CLOEXEC), other = open("/dev/null", O_RDONLY | O_CLOEXEC);
        _cleanup_free_ char *script =
                text_format("test -e /proc/self/fd/%d && test ! -e /proc/self/fd/%d && echo so", passed, other);

        result = run_spec(&(ProcessSpec){ .argv = SHELL(script), .passed = &passed, .n_passed = 1 });
        assert_string_equal(result.output, "so\n");
        assert_true(fcntl(passed, F_GETFD) & FD_CLOEXEC);
        close(passed);
        close(other);
}

static void no_descriptor_of_ours_leaks(void **state)
{
        _cleanup_close_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

        assert_true(fd >= 0);
        assert_false(child_sees(fd));
        assert_int_equal(fcntl(fd, F_SETFD, 0), 0);
        assert_false(child_sees(fd));
        assert_true(child_sees(STDOUT_FILENO)); /* so the check can fail */
}

static void remember_pid(pid_t pid, const char *output, void *userdata)
{
        *(pid_t *)userdata = pid;
}

static void it_leads_a_process_group_of_its_own(void **state)
{
        pid_t pid = 0;
        _cleanup_(process_result_clear) ProcessResult result = run_spec(&(ProcessSpec){
                .argv = SHELL("cut -d' ' -f5 /proc/$$/stat"), .on_tick = remember_pid, .userdata = &pid });

        assert_int_equal(atoi(result.output), pid);
        assert_int_not_equal(pid, getpgrp());
}

static void signals_are_as_by_default(void **state)
{
        const char *const argv[] = { "sed", "-n", "s/^Sig[BI][lg][kn]:\t//p", "/proc/self/status", NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        sigset_t mask, old;

        signal(SIGPIPE, SIG_IGN);
        sigemptyset(&mask);
        sigaddset(&mask, SIGTERM);
        sigprocmask(SIG_BLOCK, &mask, &old);
        result = run(argv);
        sigprocmask(SIG_SETMASK, &old, NULL);
        signal(SIGPIPE, SIG_DFL);
        assert_int_equal(strtoull(result.output, NULL, 16), 0);
        assert_int_equal(strtoull(strchr(result.output, '\n'), NULL, 16) & (1ULL << (SIGPIPE - 1)), 0);
}

static void an_ignored_child_signal_hides_no_status(void **state)
{
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        struct sigaction now;
        sigset_t mask;

        signal(SIGCHLD, SIG_IGN);
        result = run(SHELL("exit 3"));
        assert_int_equal(result.exit_status, 3);
        sigaction(SIGCHLD, NULL, &now);
        assert_ptr_equal(now.sa_handler, SIG_IGN);
        sigprocmask(SIG_BLOCK, NULL, &mask);
        assert_false(sigismember(&mask, SIGCHLD));
        signal(SIGCHLD, SIG_DFL);
}

static void output_past_the_limit_is_dropped_and_marked(void **state)
{
        const char *const argv[] = { "head", "-c", "3000000", "/dev/zero", NULL };
        _cleanup_(process_result_clear) ProcessResult result = run(argv);

        assert_int_equal(result.exit_status, 0);
        assert_int_equal(result.output_length, PROCESS_OUTPUT_MAX);
        assert_true(result.truncated);
}

static void a_daemon_left_behind_is_not_waited_for(void **state)
{
        int64_t before = deadline_now_ms();
        _cleanup_(process_result_clear) ProcessResult result = run(SHELL("sleep 60 & echo $!"));
        pid_t daemon = atoi(result.output);

        assert_true(deadline_now_ms() - before < 10000);
        assert_true(daemon > 1);
        assert_int_equal(kill(daemon, SIGKILL), 0); /* it was not ended either */
}

/* A killed process needs a moment to be gone. */
static bool ends_soon(pid_t pid)
{
        Deadline deadline = deadline_in(5000);
        ProcessIdentity identity;
        Host host = live();

        assert_true(pid > 1);
        if (!process_identify(&host, pid, &identity))
                return true;
        while (process_is_alive(&host, pid, identity.start_time) && !deadline_passed(deadline))
                sched_yield();
        return !deadline_passed(deadline);
}

static void the_deadline_ends_the_whole_group(void **state)
{
        ProcessSpec spec = { .argv = SHELL("sleep 60 & echo $!; wait") };
        ProcessResult result = { 0 };
        const char *quote = NULL; /* the last line of output: on a busy machine it needs its time to come to that */
        Host host = live();
        Error err = { 0 };
        int64_t ms;

        for (ms = 300; !quote && ms < 60000; ms *= 2) {
                spec.deadline = deadline_in(ms);
                assert_int_equal(process_run(&host, &spec, &result, &err), -1);
                assert_int_equal(err.kind, ERROR_TIMEOUT);
                quote = strchr(err.text, '"');
        }
        assert_non_null(quote);
        assert_true(ends_soon(atoi(quote + 1)));
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing left to reap */
        assert_null(result.output);
}

static void what_ignores_the_polite_signal_is_killed(void **state)
{
        ProcessSpec spec = { .argv = SHELL("trap '' TERM; while :; do sleep 60; done"), .deadline = deadline_in(100) };
        int64_t before = deadline_now_ms();
        ProcessResult result = { 0 };
        Host host = live();
        Error err = { 0 };

        assert_int_equal(process_run(&host, &spec, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_TIMEOUT);
        assert_true(deadline_now_ms() - before < 10000);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* As a security product that was stopped: it asked to be asked before anything here is executed, and never answers. */
static void an_execution_that_is_held_back_is_bounded(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s/program", scratch->root);
        _cleanup_close_ int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
        ProcessSpec spec = { .argv = (const char *const[]){ path, NULL }, .deadline = deadline_in(300) };
        int64_t before = deadline_now_ms();
        ProcessResult result = { 0 };
        Host host = live();
        Error err = { 0 };

        scratch_write(scratch, "/program", "#!/bin/sh\n");
        assert_int_equal(chmod(path, 0755), 0);
        if (group < 0 || fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, path) < 0)
                skip();
        assert_int_equal(process_run(&host, &spec, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_TIMEOUT);
        assert_true(deadline_now_ms() - before < 10000);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static int lock_of(const char *path)
{
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 ? fd : -1;
}

/* What is open in us belongs to us alone, also while the kernel holds the execution back and we die meanwhile. */
static void a_lock_of_ours_is_free_when_we_are_gone(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s/program", scratch->root),
                            *lock = text_format("%s/lock", scratch->root);
        _cleanup_close_ int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
        ProcessSpec spec = { .argv = (const char *const[]){ path, NULL }, .transaction = true };
        Deadline deadline;
        pid_t runner;
        int fd = -1;

        scratch_write(scratch, "/program", "#!/bin/sh\n");
        assert_int_equal(chmod(path, 0755), 0);
        if (group < 0 || fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, path) < 0)
                skip();
        runner = fork();
        if (runner == 0) {
                if (lock_of(lock) >= 0)
                        run_spec(&spec);
                _exit(0);
        }
        assert_int_equal(poll(&(struct pollfd){ .fd = group, .events = POLLIN }, 1, 60000), 1); /* it is held back */
        assert_int_equal(lock_of(lock), -1);
        assert_int_equal(kill(runner, SIGKILL), 0);
        assert_int_equal(waitpid(runner, NULL, 0), runner);
        for (deadline = deadline_in(60000); fd < 0 && !deadline_passed(deadline); poll(NULL, 0, 20))
                fd = lock_of(lock);
        assert_true(fd >= 0);
        close(fd);
}

static void a_program_that_cannot_be_executed_is_an_error(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s/program", scratch->root);
        const char *const argv[] = { path, NULL };
        ProcessResult result = { 0 };
        Host host = live();
        Error err = { 0 };

        scratch_write(scratch, "/program", "neither a script nor a program\n");
        assert_int_equal(chmod(path, 0755), 0);
        assert_int_equal(process_run(&host, &(ProcessSpec){ .argv = argv }, &result, &err), -1);
        assert_int_equal(err.errnum, ENOEXEC);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void write_pid(pid_t pid, const char *output, void *userdata)
{
        assert_int_equal(write(*(int *)userdata, &pid, sizeof(pid)), sizeof(pid));
}

static pid_t run_in_a_process_that_dies(bool transaction)
{
        char path[] = "/tmp/mde-linux-test-XXXXXX";
        _cleanup_close_ int fd = mkostemp(path, O_CLOEXEC);
        pid_t runner, pid = 0;
        int fds[2];

        assert_int_equal(pipe(fds), 0);
        runner = fork();
        if (runner == 0) {
                run_spec(&(ProcessSpec){ .argv = SHELL("sleep 3"),
                                         .transaction = transaction,
                                         .output_fd = transaction ? fd : -1,
                                         .on_tick = write_pid,
                                         .userdata = &fds[1] });
                _exit(0);
        }
        assert_int_equal(read(fds[0], &pid, sizeof(pid)), sizeof(pid));
        close(fds[0]);
        close(fds[1]);
        kill(runner, SIGKILL);
        assert_int_equal(waitpid(runner, NULL, 0), runner);
        unlink(path);
        return pid;
}

static void only_a_transaction_outlives_us(void **state)
{
        pid_t ordinary = run_in_a_process_that_dies(false), transaction = run_in_a_process_that_dies(true);

        assert_true(ends_soon(ordinary));
        assert_int_equal(kill(transaction, 0), 0);
        kill(-transaction, SIGKILL);
}

static void ask_to_stop(pid_t pid, const char *output, void *userdata)
{
        *(volatile sig_atomic_t *)userdata = 1;
}

static void a_stop_request_ends_what_may_be_stopped(void **state)
{
        volatile sig_atomic_t stop = 0;
        ProcessSpec spec = {
                .argv = SHELL("sleep 60"), .on_tick = ask_to_stop, .userdata = (void *)&stop, .stoppable = true
        };
        ProcessResult result = { 0 };
        Host host = live();
        Error err = { 0 };

        host.stop = &stop;
        assert_int_equal(process_run(&host, &spec, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_STOPPED);
}

static void other_programs_are_finished_before_a_stop(void **state)
{
        volatile sig_atomic_t stop = 0;
        ProcessSpec spec = { .argv = SHELL("sleep 0.4; echo done"), .on_tick = ask_to_stop, .userdata = (void *)&stop };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        Host host = live();
        Error err = { 0 };

        host.stop = &stop;
        assert_int_equal(process_run(&host, &spec, &result, &err), 0);
        assert_string_equal(result.output, "done\n");
}

static void a_transaction_outlives_every_deadline(void **state)
{
        char path[] = "/tmp/mde-linux-test-XXXXXX", output[64] = "";
        _cleanup_close_ int fd = mkostemp(path, O_CLOEXEC);
        volatile sig_atomic_t stop = 1;
        ProcessSpec spec = { .argv = SHELL("sleep 0.4; echo done"),
                             .deadline = deadline_in(0),
                             .transaction = true,
                             .stoppable = true,
                             .output_fd = fd };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        Host host = live();
        Error err = { 0 };

        host.stop = &stop;
        assert_int_equal(process_run(&host, &spec, &result, &err), 0);
        assert_int_equal(result.exit_status, 0);
        assert_string_equal(result.output, "");
        assert_true(pread(fd, output, sizeof(output) - 1, 0) > 0);
        assert_string_equal(output, "done\n");
        unlink(path);
}

static void count(pid_t pid, const char *output, void *userdata)
{
        (*(int *)userdata)++;
}

static void ticks_come_at_once_and_again(void **state)
{
        int ticks = 0, first = 0;
        _cleanup_(process_result_clear) ProcessResult slow = run_spec(
                &(ProcessSpec){ .argv = SHELL("sleep 0.5"), .on_tick = count, .userdata = &ticks, .tick_ms = 20 });
        _cleanup_(process_result_clear) ProcessResult quick =
                run_spec(&(ProcessSpec){ .argv = SHELL(":"), .on_tick = count, .userdata = &first });

        assert_int_equal(slow.exit_status + quick.exit_status, 0);
        assert_true(ticks >= 4);
        assert_int_equal(first, 1);
}

static void an_end_is_noticed_at_once(void **state)
{
        int64_t before = deadline_now_ms();
        int i;

        for (i = 0; i < 40; i++) {
                const char *const argv[] = { "sleep", "0.01", NULL };
                _cleanup_(process_result_clear) ProcessResult result = run(argv);

                assert_int_equal(result.exit_status, 0);
        }
        assert_true(deadline_now_ms() - before < 40 * 200); /* looking every 250 ms would take longer */
}

static void nothing_is_run_for_a_recorded_machine(void **state)
{
        const Scratch *scratch = *state;
        ProcessResult result = { 0 };
        Error err = { 0 };

        assert_int_equal(process_run(&scratch->host, &(ProcessSpec){ .argv = SHELL(":") }, &result, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
}

static void the_last_line_is_the_last_that_says_something(void **state)
{
        static const struct {
                const char *output, *last;
        } rows[] = {
                { NULL, "" },
                { "", "" },
                { " \n\t\r\n", "" },
                { "one", "one" },
                { "one\ntwo\n\n", "two" },
                { "10%\r  20%\r", "20%" },
                { "a\n\x1b[1mb\"\n", "\\x1b[1mb\\x22" },
                { "\xc2\x9b"
                  "1mb \xc3\xa9\xc2\xa0",
                  "\\xc2\\x9b1mb \xc3\xa9\xc2\xa0" }, /* CSI as one character */
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *last = process_last_line(rows[i].output, 100);

                assert_string_equal(last, rows[i].last);
        }
}

#define STAT_812 "812 (apt-get (x)) S 1 812 812 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 12345 1000 10 0\n"

/* Process 812 below the scratch root, 40 s old. */
static void recorded_process(const Scratch *scratch, const char *cgroup)
{
        long ticks = sysconf(_SC_CLK_TCK);
        _cleanup_free_ char *uptime = text_format("%ld.50 100.0\n", 12345 / ticks + 40);

        scratch_write(scratch, "/proc/812/stat", STAT_812);
        scratch_write(scratch, "/proc/812/comm", "apt-get (x)\n");
        scratch_write(scratch, "/proc/812/cgroup", cgroup);
        scratch_write(scratch, "/proc/uptime", uptime);
}

static void a_process_is_known_by_name_age_and_start(void **state)
{
        const Scratch *scratch = *state;
        ProcessIdentity identity;

        recorded_process(scratch, "0::/system.slice/apt-daily.service\n");
        assert_true(process_identify(&scratch->host, 812, &identity));
        assert_int_equal(identity.pid, 812);
        assert_int_equal(identity.start_time, 12345);
        assert_int_equal(identity.age_s, 40);
        assert_string_equal(identity.name, "apt-get (x)");
        assert_string_equal(identity.unit, "apt-daily.service");
        assert_false(process_identify(&scratch->host, 813, &identity));
        assert_false(process_identify(&scratch->host, 0, &identity));
}

static void the_unit_is_read_from_every_kind_of_hierarchy(void **state)
{
        static const struct {
                const char *cgroup, *unit;
        } rows[] = {
                { "0::/system.slice/cloud-final.service\n", "cloud-final.service" },
                { "4:memory:/foo.service\n1:name=systemd:/system.slice/unattended-upgrades.service\n0::/"
                  "other.service\n",
                  "unattended-upgrades.service" },
                { "0::/other.service\n1:name=systemd:/system.slice/a.service\n", "a.service" },
                { "1:name=systemd:/\n0::/system.slice/in-a-container.service\n", "in-a-container.service" },
                { "0::/user.slice/user-0.slice/session-3.scope\n", "session-3.scope" },
                { "0::/user.slice/user-0.slice/user@0.service/app.slice/x.service\n", "user@0.service" },
                { "0::/system.slice/docker-12ab.scope/init.scope\n", "docker-12ab.scope" },
                { "0::/\n", "" },
                { "", "" },
                { "0::/system.slice/a\x01.service\n", "a\\x01.service" },
        };
        const Scratch *scratch = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                ProcessIdentity identity;

                recorded_process(scratch, rows[i].cgroup);
                assert_true(process_identify(&scratch->host, 812, &identity));
                assert_string_equal(identity.unit, rows[i].unit);
        }
}

static void what_proc_does_not_tell_stays_unknown(void **state)
{
        const Scratch *scratch = *state;
        ProcessIdentity identity;

        scratch_write(scratch, "/proc/812/stat", STAT_812);
        assert_true(process_identify(&scratch->host, 812, &identity));
        assert_int_equal(identity.age_s, -1);
        assert_string_equal(identity.unit, "");
        scratch_write(scratch, "/proc/812/stat", "812 (cut");
        assert_false(process_identify(&scratch->host, 812, &identity));
}

static void the_same_pid_with_another_start_is_another_process(void **state)
{
        ProcessIdentity identity;
        Host host = live();

        assert_true(process_identify(&host, getpid(), &identity));
        assert_true(identity.age_s >= 0);
        assert_true(process_is_alive(&host, getpid(), identity.start_time));
        assert_false(process_is_alive(&host, getpid(), identity.start_time + 1));
}

static void a_process_that_ended_is_not_alive(void **state)
{
        ProcessIdentity identity;
        siginfo_t info;
        Host host = live();
        pid_t pid = fork();

        if (pid == 0)
                _exit(0);
        assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
        assert_true(process_identify(&host, pid, &identity)); /* still there, not reaped */
        assert_false(process_is_alive(&host, pid, identity.start_time));
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_false(process_is_alive(&host, pid, identity.start_time));
}

static void note_wait(void *userdata)
{
        (*(int *)userdata)++;
}

static void who_looks_on_hears_of_every_wait(void **state)
{
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        int heard = 0, before;
        Host host = live();
        Error err = { 0 };

        host.on_wait = note_wait;
        host.userdata = &heard;
        assert_int_equal(process_run(&host, &(ProcessSpec){ .argv = SHELL("sleep 0.6") }, &result, &err), 0);
        assert_true(heard >= 2);
        before = heard;
        assert_int_equal(host_wait(&host, 450, DEADLINE_NEVER, &err), 0);
        assert_true(heard - before >= 2);
}

#define WITH_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(output_of_both_kinds_is_captured),
                cmocka_unit_test(a_failure_is_a_status_and_no_error),
                cmocka_unit_test(a_program_that_is_not_there_is_missing),
                cmocka_unit_test(no_shell_reads_the_arguments),
                cmocka_unit_test(nothing_of_our_environment_is_passed_on),
                cmocka_unit_test(a_given_setting_wins_over_ours),
                cmocka_unit_test(stdin_is_empty),
                cmocka_unit_test(no_descriptor_of_ours_leaks),
                cmocka_unit_test(what_is_passed_keeps_its_number_and_nothing_else_is),
                cmocka_unit_test(it_leads_a_process_group_of_its_own),
                cmocka_unit_test(signals_are_as_by_default),
                cmocka_unit_test(an_ignored_child_signal_hides_no_status),
                cmocka_unit_test(output_past_the_limit_is_dropped_and_marked),
                cmocka_unit_test(a_daemon_left_behind_is_not_waited_for),
                cmocka_unit_test(the_deadline_ends_the_whole_group),
                cmocka_unit_test(what_ignores_the_polite_signal_is_killed),
                WITH_SCRATCH(an_execution_that_is_held_back_is_bounded),
                WITH_SCRATCH(a_lock_of_ours_is_free_when_we_are_gone),
                WITH_SCRATCH(a_program_that_cannot_be_executed_is_an_error),
                cmocka_unit_test(only_a_transaction_outlives_us),
                cmocka_unit_test(a_stop_request_ends_what_may_be_stopped),
                cmocka_unit_test(other_programs_are_finished_before_a_stop),
                cmocka_unit_test(a_transaction_outlives_every_deadline),
                cmocka_unit_test(ticks_come_at_once_and_again),
                cmocka_unit_test(an_end_is_noticed_at_once),
                WITH_SCRATCH(nothing_is_run_for_a_recorded_machine),
                cmocka_unit_test(the_last_line_is_the_last_that_says_something),
                WITH_SCRATCH(a_process_is_known_by_name_age_and_start),
                WITH_SCRATCH(the_unit_is_read_from_every_kind_of_hierarchy),
                WITH_SCRATCH(what_proc_does_not_tell_stays_unknown),
                cmocka_unit_test(the_same_pid_with_another_start_is_another_process),
                cmocka_unit_test(a_process_that_ended_is_not_alive),
                cmocka_unit_test(who_looks_on_hears_of_every_wait),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
