#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/base/cleanup.h"
#include "platform/base/text.h"
#include "platform/fanotify.h"
#include "platform/host_init.h"
#include "tests/unit/own_mounts.h"

static FanotifyHolder parse(const char *text)
{
        FanotifyHolder holder = { 0 };
        const char *cursor = text, *line;
        size_t length;

        while (text_next_line(&cursor, text + strlen(text), &line, &length))
                fanotify_parse_line(line, length, &holder);
        return holder;
}

static void permission_bits_of_every_kind_of_mark_are_seen(void **state)
{
        FanotifyHolder holder = parse("pos:\t0\nflags:\t02000002\nmnt_id:\t15\n"
                                      "fanotify flags:7 event-flags:8000\n"
                                      "fanotify mnt_id:1b mflags:0 mask:8 ignored_mask:10000\n"
                                      "fanotify sdev:fe00000 mflags:0 mask:40008 ignored_mask:0\n"
                                      "fanotify ino:a7e8df sdev:fe00000 mflags:0 mask:30020 ignored_mask:0 "
                                      "fhandle-bytes:8 fhandle-type:1 f_handle:1\n");

        assert_int_equal(holder.class, FANOTIFY_CONTENT);
        assert_int_equal(holder.marks, 3);
        assert_int_equal(holder.permission_bits, 0x70000);
}

static void a_mark_that_ignores_permission_events_does_not_ask_for_them(void **state)
{
        FanotifyHolder holder = parse("fanotify flags:3 event-flags:0\n"
                                      "fanotify mnt_id:1b mflags:40 mask:8000003b ignored_mask:10000\n");

        assert_int_equal(holder.class, FANOTIFY_NOTIFY);
        assert_int_equal(holder.permission_bits, 0);
        assert_int_equal(holder.marks, 1);
}

static void foreign_lines_and_torn_ones_are_harmless(void **state)
{
        static const char *const lines[] = { "",
                                             "fanotify",
                                             "fanotify mask:",
                                             "fanotify flags:",
                                             "fanotify flags:zz mask:10000",
                                             "inotify wd:1 ino:2 sdev:3 mask:10000 ignored_mask:0",
                                             "mask:10000" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(lines); i++) {
                FanotifyHolder holder = parse(lines[i]);

                assert_int_equal(holder.permission_bits, 0);
        }
        assert_int_equal(parse("fanotify flags:8 event-flags:0").class, FANOTIFY_PRE_CONTENT);
        assert_int_equal(parse("fanotify mnt_id:1 mask:ffffffffffffffffff0100000 x").permission_bits, 0x100000);
}

/* --- against the kernel: skipped where fanotify cannot be used -------------------------------------------------- */

static int setup_folder(void **state)
{
        char folder[] = "/tmp/mde-linux-fanotify-XXXXXX";

        assert_non_null(mkdtemp(folder));
        *state = text_copy(folder);
        return 0;
}

static int teardown_folder(void **state)
{
        rmdir(*state);
        free(*state);
        return 0;
}

static int open_group(unsigned flags)
{
        int group = fanotify_init(flags | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY);

        if (group < 0)
                skip();
        return group;
}

static void need_fanotify(void)
{
        close(open_group(FAN_CLASS_CONTENT));
}

/* In a process of its own. */
static int hold_group(unsigned flags)
{
        int group = fanotify_init(flags | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY);

        if (group < 0)
                _exit(1);
        return group;
}

static FanotifyFacts look(void)
{
        FanotifyFacts facts;
        Host host;

        host_init(&host);
        fanotify_look(&host, DEADLINE_NEVER, &facts);
        assert_int_equal(facts.known, TRI_YES);
        return facts;
}

static const FanotifyHolder *find(const FanotifyFacts *facts, pid_t pid)
{
        size_t i;

        for (i = 0; i < facts->n_holders; i++)
                if (facts->holders[i].pid == pid)
                        return &facts->holders[i];
        return NULL;
}

/* A process that calls body() and then waits for its end; it is ready when this returns. */
static pid_t start(void (*body)(const void *), const void *argument)
{
        int ready[2];
        char byte;
        pid_t pid;

        assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                body(argument);
                if (write(ready[1], "", 1) < 0)
                        _exit(1);
                for (;;)
                        pause();
        }
        close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        close(ready[0]);
        return pid;
}

static void stop(pid_t pid)
{
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
}

static void a_blocking_holder_is_found_with_who_it_is(void **state)
{
        _cleanup_close_ int group = open_group(FAN_CLASS_CONTENT), other = open_group(FAN_CLASS_NOTIF);
        const FanotifyHolder *holder;
        char exe[256] = "", comm[16] = "", proc[32];
        FanotifyFacts facts;
        int folder;

        assert_int_equal(fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, *state), 0);
        assert_int_equal(fanotify_mark(other, FAN_MARK_ADD, FAN_CLOSE, AT_FDCWD, *state), 0);
        facts = look();
        fanotify_mark(group, FAN_MARK_FLUSH, 0, AT_FDCWD, NULL);
        assert_int_equal(facts.supported, TRI_YES);
        assert_int_equal(facts.permission_events, TRI_YES);
        holder = find(&facts, getpid());
        assert_non_null(holder);
        assert_int_equal(holder->class, FANOTIFY_CONTENT);
        assert_int_equal(holder->permission_bits, FAN_OPEN_PERM);
        assert_int_equal(holder->groups, 2);
        assert_int_equal(holder->marks, 2);
        /* not by "self": valgrind answers that with the program it runs, and this is asked of the kernel */
        snprintf(proc, sizeof(proc), "/proc/%d", (int)getpid());
        folder = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(readlinkat(folder, "exe", exe, sizeof(exe) - 1) > 0);
        close(folder);
        prctl(PR_GET_NAME, comm);
        assert_string_equal(holder->comm, comm);
        assert_string_equal(holder->exe, exe);
        assert_false(holder->deleted);
        assert_false(holder->foreign);
        assert_true(holder->start_time > 0);
        assert_string_equal(holder->container, "");
}

static void looking_leaves_no_group_behind(void **state)
{
        FanotifyFacts facts = look();

        facts = look();
        assert_null(find(&facts, getpid()));
}

static void rename_self(const void *argument)
{
        (void)hold_group(FAN_CLASS_NOTIF);
        prctl(PR_SET_NAME, argument);
}

static void a_hostile_name_is_escaped(void **state)
{
        const FanotifyHolder *holder;
        FanotifyFacts facts;
        pid_t pid;

        need_fanotify();
        pid = start(rename_self, "a\n\"b\x1b[2J\\");
        facts = look();
        holder = find(&facts, pid);
        assert_non_null(holder);
        assert_string_equal(holder->comm, "a\\x0a\\x22b\\x1b[2J\\x5c");
        stop(pid);
}

static void enter_namespace(const void *argument)
{
        (void)hold_group(FAN_CLASS_NOTIF);
        if (unshare(CLONE_NEWNS) < 0 || (argument && chroot(argument) < 0))
                _exit(1);
}

static void only_another_root_is_foreign_not_a_service_with_mounts_of_its_own(void **state)
{
        pid_t own, container;
        FanotifyFacts facts;

        need_fanotify();
        own = start(enter_namespace, NULL);
        container = start(enter_namespace, *state);
        facts = look();
        assert_non_null(find(&facts, own));
        assert_false(find(&facts, own)->foreign);
        assert_non_null(find(&facts, container));
        assert_true(find(&facts, container)->foreign);
        stop(own);
        stop(container);
}

static void enter_pid_namespace(const void *argument)
{
        pid_t child;

        if (unshare(CLONE_NEWPID) < 0)
                _exit(1);
        child = fork();
        if (child != 0)
                return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)hold_group(FAN_CLASS_NOTIF);
        prctl(PR_SET_NAME, "in-another-ns");
        for (;;)
                pause();
}

static void another_pid_namespace_is_foreign(void **state)
{
        pid_t pid;
        int tries;

        need_fanotify();
        pid = start(enter_pid_namespace, NULL);
        for (tries = 0; tries < 1000; tries++) {
                FanotifyFacts facts = look();
                size_t i;

                for (i = 0; i < facts.n_holders; i++)
                        if (text_equal(facts.holders[i].comm, "in-another-ns")) {
                                assert_true(facts.holders[i].foreign);
                                stop(pid);
                                return;
                        }
                usleep(1000);
        }
        fail_msg("the process in the other namespace was not found");
}

static void *end_of_life(void *argument)
{
        for (;;)
                pause();
        return NULL;
}

static void leave_first_thread(const void *argument)
{
        pthread_t thread;

        (void)hold_group(FAN_CLASS_NOTIF);
        if (pthread_create(&thread, NULL, end_of_life, NULL) != 0 || write(*(const int *)argument, "", 1) < 0)
                _exit(1);
        pthread_exit(NULL);
}

static void a_process_whose_first_thread_ends_is_seen(void **state)
{
        int ready[2], round, tries;
        FanotifyFacts facts;
        char byte;
        pid_t pid;

        need_fanotify();
        for (round = 0; round < 60; round++) {
                assert_int_equal(pipe(ready), 0);
                pid = fork();
                if (pid == 0) {
                        prctl(PR_SET_PDEATHSIG, SIGKILL);
                        leave_first_thread(&ready[1]);
                        _exit(1);
                }
                assert_int_equal(read(ready[0], &byte, 1), 1);
                close(ready[0]);
                close(ready[1]);
                for (tries = 0; tries < 3; tries++) {
                        facts = look();
                        assert_non_null(find(&facts, pid));
                }
                stop(pid);
        }
}

static void block(const void *argument)
{
        int group = hold_group(FAN_CLASS_CONTENT);

        if (fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, argument) < 0)
                _exit(1);
}

static void listen_only(const void *argument)
{
        (void)hold_group(FAN_CLASS_NOTIF);
}

static void of_too_many_holders_the_blocking_ones_are_kept(void **state)
{
        pid_t pids[FANOTIFY_HOLDERS_MAX + 2];
        const size_t last = ELEMENTSOF(pids) - 1;
        FanotifyFacts facts;
        size_t i;

        need_fanotify();
        for (i = 0; i < last; i++)
                pids[i] = start(listen_only, NULL);
        pids[last] = start(block, *state);
        facts = look();
        assert_int_equal(facts.n_holders, FANOTIFY_HOLDERS_MAX);
        assert_true(facts.more >= 2);
        assert_non_null(find(&facts, pids[last]));
        for (i = 0; i < ELEMENTSOF(pids); i++)
                stop(pids[i]);
}

static void thousands_of_marks_are_read_to_the_last(void **state)
{
        _cleanup_close_ int group = open_group(FAN_CLASS_CONTENT | FAN_UNLIMITED_MARKS);
        _cleanup_free_ char *name = text_format("%s/file", (char *)*state);
        const FanotifyHolder *holder;
        FanotifyFacts facts;
        unsigned i, n = 3000;

        for (i = 0; i < n; i++) {
                _cleanup_free_ char *path = text_format("%s%u", name, i);
                _cleanup_close_ int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

                assert_true(fd >= 0);
                assert_int_equal(
                        fanotify_mark(group, FAN_MARK_ADD, i == 0 ? FAN_OPEN_PERM : FAN_MODIFY, AT_FDCWD, path), 0);
        }
        facts = look();
        holder = find(&facts, getpid());
        assert_non_null(holder);
        assert_int_equal(holder->marks, n);
        assert_int_equal(holder->permission_bits, FAN_OPEN_PERM);
        for (i = 0; i < n; i++) {
                _cleanup_free_ char *path = text_format("%s%u", name, i);

                unlink(path);
        }
}

static void what_cannot_be_looked_at_is_unknown(void **state)
{
        FanotifyFacts facts;
        Host host;

        host_init(&host);
        host.root = *state;
        fanotify_look(&host, DEADLINE_NEVER, &facts);
        assert_int_equal(facts.known, TRI_UNKNOWN);
        assert_int_equal(facts.supported, TRI_UNKNOWN);
        host.root = "";
        fanotify_look(&host, 1, &facts);
        assert_int_equal(facts.known, TRI_UNKNOWN);
}

/* 77: such a /proc cannot be had here. */
static int look_from_behind_hidepid(void)
{
        FanotifyFacts facts;
        Host host;

        host_init(&host);
        if (!own_mounts() || mount("proc", "/proc", "proc", 0, "hidepid=1") < 0 || setgroups(0, NULL) < 0 ||
            setgid(65534) < 0 || setuid(65534) < 0)
                return 77;
        fanotify_look(&host, DEADLINE_NEVER, &facts);
        return facts.known == TRI_YES && facts.unreadable > 0 && facts.n_holders == 0 ? 0 : 1;
}

static void processes_that_are_hidden_are_counted_and_no_error(void **state)
{
        int status = 0;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
                _exit(look_from_behind_hidepid());
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 77)
                skip();
        assert_int_equal(WEXITSTATUS(status), 0);
}

/* Children that hold a group for a moment, one after the other, as long as it lives. */
static void come_and_go(const void *argument)
{
        pid_t pid = fork();

        if (pid != 0)
                return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
                pid = fork();
                if (pid == 0) {
                        (void)hold_group(FAN_CLASS_NOTIF);
                        _exit(0);
                }
                if (pid < 0 || waitpid(pid, NULL, 0) != pid)
                        _exit(1);
        }
}

/* Of what is gone when it is to be named nothing is told, and nothing half. */
static void processes_that_vanish_do_no_harm(void **state)
{
        pid_t pid;
        size_t i, k;

        need_fanotify();
        pid = start(come_and_go, NULL);
        for (i = 0; i < 30; i++) {
                FanotifyFacts facts = look();

                for (k = 0; k < facts.n_holders; k++)
                        assert_true(facts.holders[k].pid > 0 && facts.holders[k].start_time > 0 &&
                                    facts.holders[k].groups > 0);
        }
        stop(pid);
}

#define in_folder(f) cmocka_unit_test_setup_teardown(f, setup_folder, teardown_folder)

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(permission_bits_of_every_kind_of_mark_are_seen),
                cmocka_unit_test(a_mark_that_ignores_permission_events_does_not_ask_for_them),
                cmocka_unit_test(foreign_lines_and_torn_ones_are_harmless),
                in_folder(a_blocking_holder_is_found_with_who_it_is),
                cmocka_unit_test(looking_leaves_no_group_behind),
                cmocka_unit_test(a_hostile_name_is_escaped),
                in_folder(only_another_root_is_foreign_not_a_service_with_mounts_of_its_own),
                cmocka_unit_test(another_pid_namespace_is_foreign),
                cmocka_unit_test(a_process_whose_first_thread_ends_is_seen),
                in_folder(of_too_many_holders_the_blocking_ones_are_kept),
                in_folder(thousands_of_marks_are_read_to_the_last),
                cmocka_unit_test(processes_that_vanish_do_no_harm),
                cmocka_unit_test(processes_that_are_hidden_are_counted_and_no_error),
                in_folder(what_cannot_be_looked_at_is_unknown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
