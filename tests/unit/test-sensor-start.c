#include "tests/unit/scratch.h"

#include "agent/steps/sensor_start.h"

#define UPTIME_S 100000
#define PID 50

/* A sensor that does not answer, whose process is so many seconds old. */
static int wait_for_it(const Scratch *scratch, int64_t age_s, Outcome *outcome)
{
        _cleanup_free_ char *stat = text_format("%d (wdavdaemon) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %lld 0 0\n",
                                                PID, (long long)(UPTIME_S - age_s) * sysconf(_SC_CLK_TCK));
        Mission mission = { .host = &scratch->host, .deadline = deadline_in(60000), .outcome = outcome };
        Failure failure = { 0 };

        mission.stage = "look";
        mission.facts.sensor.files = TRI_YES;
        mission.facts.sensor.health.answering = TRI_NO;
        mission.facts.sensor.unit.main_pid = PID;
        scratch_write(scratch, "/proc/uptime", "100000.00 1.00\n");
        scratch_write(scratch, "/proc/50/stat", stat);
        return sensor_start_wait(&mission, &failure);
}

static void one_that_was_just_started_is_waited_for_and_told(void **state)
{
        Outcome outcome = { 0 };

        assert_int_equal(wait_for_it(*state, 3, &outcome), 1);
        assert_string_equal(outcome.message,
                            "waiting for the sensor, which was started 3 s ago and does not answer yet");
}

static void one_that_has_run_for_long_is_not_waited_for(void **state)
{
        Outcome outcome = { 0 };

        assert_int_equal(wait_for_it(*state, 15, &outcome), 0);
        assert_int_equal(outcome.n_rows, 0);
}

static void one_that_answers_or_is_not_there_is_not_waited_for(void **state)
{
        Scratch *scratch = *state;
        Outcome outcome = { 0 };
        Failure failure = { 0 };
        Mission mission = { .host = &scratch->host, .deadline = deadline_in(60000), .outcome = &outcome };

        assert_int_equal(sensor_start_wait(&mission, &failure), 0);
        mission.facts.sensor.files = mission.facts.sensor.health.answering = TRI_YES;
        mission.facts.sensor.unit.main_pid = getpid();
        assert_int_equal(sensor_start_wait(&mission, &failure), 0);
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
        mission.facts.sensor.files = TRI_YES;
        mission.facts.sensor.unit.main_pid = PID;
        scratch_write(scratch, "/proc/uptime", "100000.00 1.00\n");
        scratch_write(scratch, "/proc/50/stat", "50 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9999900 0 0\n");
        assert_int_equal(sensor_start_wait(&mission, &failure), -1);
        assert_int_equal(failure.reason, REASON_SUPERSEDED);
}

#define WITH_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_SCRATCH(one_that_was_just_started_is_waited_for_and_told),
                WITH_SCRATCH(one_that_has_run_for_long_is_not_waited_for),
                WITH_SCRATCH(one_that_answers_or_is_not_there_is_not_waited_for),
                WITH_SCRATCH(newer_settings_end_the_waiting),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
