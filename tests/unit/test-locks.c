#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lock_holder.h"
#include "platform/fs.h"
#include "platform/locks.h"

static const char *const paths[] = { "/var/first", "/var/second", NULL };

/* Live /proc below the scratch root: holders are real processes. */
/* What the kernel tells of it, as it stands below this root. */
static void see_process(const Scratch *scratch, pid_t pid)
{
        static const char *const names[] = { "comm", "stat", "status", "cmdline", "cgroup" };
        const Host live = { .root = "" };
        size_t i, length = 0;

        for (i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_free_ char *path = text_format("/proc/%d/%s", (int)pid, names[i]), *text = NULL;

                assert_int_equal(fs_read(&live, path, 65536, &text, &length, NULL), 0);
                scratch_write(scratch, path, text ? text : "");
        }
        scratch_write(scratch, "/proc/uptime", "1000000.00 1000000.00\n");
}

static bool look(const Scratch *scratch, LockHolder *holder)
{
        Error err = { 0 };
        bool held;

        if (locks_look(&scratch->host, paths, &held, holder, &err) < 0)
                fail_msg("%s", err.text);
        return held;
}

static void a_file_that_is_not_there_is_not_locked(void **state)
{
        LockHolder holder;

        assert_false(look(*state, &holder));
}

static void a_file_that_nobody_locked_is_not_locked(void **state)
{
        LockHolder holder;

        scratch_write(*state, "/var/first", "");
        assert_false(look(*state, &holder));
}

static void the_holder_is_named(void **state)
{
        _cleanup_free_ char *text = NULL, *expected = NULL;
        LockHolder holder;
        pid_t pid;

        pid = hold_lock(*state, "/var/second", F_WRLCK);
        see_process(*state, pid);
        assert_true(look(*state, &holder));
        assert_int_equal(holder.process.pid, pid);
        assert_string_equal(holder.path, "/var/second");
        text = locks_describe(&holder);
        expected = text_format("(pid %d", (int)pid);
        assert_non_null(strstr(text, expected));
        assert_non_null(strstr(text, " holds /var/second"));
        release_lock(pid);
        assert_false(look(*state, &holder));
}

static void a_lock_for_reading_counts(void **state)
{
        LockHolder holder;
        pid_t pid = hold_lock(*state, "/var/first", F_RDLCK);

        assert_true(look(*state, &holder));
        release_lock(pid);
}

static void a_holder_that_cannot_be_seen_has_no_pid(void **state)
{
        _cleanup_free_ char *text = NULL;
        pid_t pid = hold_lock(*state, "/var/first", F_WRLCK);
        LockHolder holder;

        assert_true(look(*state, &holder)); /* no /proc below this root */
        assert_int_equal(holder.process.pid, 0);
        text = locks_describe(&holder);
        assert_non_null(strstr(text, "cannot be seen"));
        release_lock(pid);
}

static void looking_takes_nothing(void **state)
{
        LockHolder holder;
        pid_t pid;

        scratch_write(*state, "/var/first", "");
        assert_false(look(*state, &holder));
        pid = hold_lock(*state, "/var/first", F_WRLCK); /* fails the test when it cannot */
        release_lock(pid);
        assert_false(look(*state, &holder));
}

static void a_description_reads_well(void **state)
{
        LockHolder holder = { .path = "/var/lib/dpkg/lock-frontend",
                              .process = { .pid = 812, .age_s = 40, .name = "apt-get", .unit = "apt-daily.service" } };
        _cleanup_free_ char *full = locks_describe(&holder), *bare = NULL, *of_extension = NULL, *of_orphan = NULL,
                            *of_person = NULL;

        assert_string_equal(full, "apt-get (pid 812, apt-daily.service, for 40 s) holds /var/lib/dpkg/lock-frontend");
        holder.process.unit[0] = '\0';
        holder.process.age_s = -1;
        bare = locks_describe(&holder);
        assert_string_equal(bare, "apt-get (pid 812) holds /var/lib/dpkg/lock-frontend");
        holder.origin = (ProcessExtension){ .pid = 790, .program = "run.sh", .name = "A.B", .version = "1.2" };
        of_extension = locks_describe(&holder);
        assert_string_equal(of_extension, "apt-get (pid 812), run by run.sh of extension version 1.2 (A.B, pid 790), "
                                          "holds /var/lib/dpkg/lock-frontend");
        holder.origin.program[0] = '\0';
        of_orphan = locks_describe(&holder);
        assert_string_equal(of_orphan, "apt-get (pid 812), run by extension version 1.2 (A.B, pid 790), "
                                       "holds /var/lib/dpkg/lock-frontend");
        holder.origin = (ProcessExtension){ 0 };
        holder.starter = (ProcessIdentity){ .pid = 700, .name = "sshd" };
        of_person = locks_describe(&holder);
        assert_string_equal(of_person, "apt-get (pid 812), run by sshd (pid 700), holds /var/lib/dpkg/lock-frontend");
}

#define WITH_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_SCRATCH(a_file_that_is_not_there_is_not_locked),
                WITH_SCRATCH(a_file_that_nobody_locked_is_not_locked),
                WITH_SCRATCH(the_holder_is_named),
                WITH_SCRATCH(a_lock_for_reading_counts),
                WITH_SCRATCH(a_holder_that_cannot_be_seen_has_no_pid),
                WITH_SCRATCH(looking_takes_nothing),
                cmocka_unit_test(a_description_reads_well),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
