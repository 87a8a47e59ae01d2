#include "tests/unit/scratch.h"

#include "agent/steps/predecessor.h"

#define OLD "/var/lib/waagent/Microsoft.Azure.AzureDefenderForServers.MDE.Linux-1.0.0.36"
#define UPTIME_S 100000

/* A process of a recorded /proc, so many seconds old. arguments: divided by blanks; who: lines of its status. */
static void put_as(const Scratch *scratch, int pid, int age_s, const char *arguments, const char *who)
{
        _cleanup_free_ char *stat = text_format("/proc/%d/stat", pid), *cmdline = text_format("/proc/%d/cmdline", pid),
                            *bytes = text_format("%s ", arguments), *status = text_format("/proc/%d/status", pid),
                            *text = NULL;
        size_t length = strlen(bytes), i;

        for (i = 0; i < length; i++)
                if (bytes[i] == ' ')
                        bytes[i] = '\0';
        text = text_format("%d (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %ld 0 0\n", pid,
                           (UPTIME_S - age_s) * sysconf(_SC_CLK_TCK));
        scratch_write(scratch, stat, text);
        scratch_write_bytes(scratch, cmdline, bytes, length);
        scratch_write(scratch, status, who);
}

static void put(const Scratch *scratch, int pid, int age_s, const char *arguments)
{
        put_as(scratch, pid, age_s, arguments, "Name:\tx\nUid:\t0\t0\t0\t0\nNSpid:\t20\n");
}

static int wait_for_it(const Scratch *scratch, int64_t ms, Outcome *outcome, Failure *failure)
{
        Mission mission = { .host = &scratch->host, .deadline = deadline_in(ms), .outcome = outcome, .stage = "look" };

        *outcome = (Outcome){ 0 };
        *failure = (Failure){ 0 };
        scratch_write(scratch, "/proc/uptime", "100000.00 1.00\n");
        return predecessor_wait(&mission, failure);
}

static void nobody_is_not_waited_for(void **state)
{
        Outcome outcome;
        Failure failure;

        put(*state, 10, 5, "/usr/sbin/cron");
        put(*state, 11, 5, "vi " OLD "/src/mde_installer.sh");
        put(*state, 12, 5, "/bin/bash /root/mde_installer.sh");
        put(*state, 13, 5, "/bin/bash /var/lib/waagent/Some.Other.Linux-1.0/src/mde_installer.sh");
        put(*state, 14, 5, OLD "/bin/mde-linux enable");
        put_as(*state, 15, 5, "/bin/bash " OLD "/src/mde_installer.sh", "Name:\tx\nUid:\t1000\t1000\t1000\t1000\n");
        put_as(*state, 16, 5, "/bin/bash " OLD "/src/mde_installer.sh", "Name:\tx\nUid:\t1000\t0\t0\t0\n");
        put_as(*state, 17, 5, "/bin/bash " OLD "/src/mde_installer.sh", "Name:\tx\nUid:\t0\t0\t0\t0\nNSpid:\t17\t3\n");
        assert_int_equal(wait_for_it(*state, 60000, &outcome, &failure), 0);
        assert_int_equal(outcome.n_rows, 0);
}

static void an_installer_is_named_and_waited_for(void **state)
{
        Outcome outcome;
        Failure failure;

        put(*state, 20, 40, "/bin/bash " OLD "/src/mde_installer.latest.sh --install");
        assert_int_equal(wait_for_it(*state, 100, &outcome, &failure), -1);
        assert_int_equal(failure.reason, REASON_PACKAGE_MANAGER_LOCKED);
        assert_non_null(strstr(failure.found,
                               "mde_installer.latest.sh, which version 1.0.0.36 of this extension started "
                               "(pid 20), is still at work"));
        assert_string_equal(outcome.message, "waiting 0 s for mde_installer.latest.sh of extension version 1.0.0.36 "
                                             "(pid 20), which is still at work");
}

static void one_that_hangs_is_not_waited_for(void **state)
{
        Outcome outcome;
        Failure failure;

        put(*state, 20, 2161, "/bin/bash " OLD "/src/mde_installer.sh --install");
        assert_int_equal(wait_for_it(*state, 60000, &outcome, &failure), 0);
        assert_int_equal(outcome.n_rows, 0);
}

static ReasonId newer(void *userdata)
{
        return REASON_SUPERSEDED;
}

static void newer_settings_end_the_waiting(void **state)
{
        Scratch *scratch = *state;
        Outcome outcome = { 0 };
        Failure failure = { 0 };
        volatile sig_atomic_t stop = 1;
        Host host = scratch->host;
        Mission mission = { .host = &host, .outcome = &outcome, .stage = "look", .why_stop = newer };

        host.stop = &stop;
        mission.deadline = deadline_in(60000);
        put(scratch, 20, 40, "/bin/bash " OLD "/src/mde_installer.sh --install");
        assert_int_equal(predecessor_wait(&mission, &failure), -1);
        assert_int_equal(failure.reason, REASON_SUPERSEDED);
}

#define WITH_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_SCRATCH(nobody_is_not_waited_for),
                WITH_SCRATCH(an_installer_is_named_and_waited_for),
                WITH_SCRATCH(one_that_hangs_is_not_waited_for),
                WITH_SCRATCH(newer_settings_end_the_waiting),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
