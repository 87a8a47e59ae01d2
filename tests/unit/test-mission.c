#include "tests/unit/scratch.h"

#include "agent/mission.h"

static volatile sig_atomic_t stopping = 1;

static ReasonId nothing(void *userdata)
{
        return REASON_NONE;
}

static ReasonId as_told(void *userdata)
{
        return *(ReasonId *)userdata;
}

static void a_run_that_nobody_asks_to_end_goes_on(void **state)
{
        Scratch *scratch = *state;
        Mission mission = { .host = &scratch->host };
        Failure failure = { 0 };

        assert_false(mission_is_to_end(&mission, &failure, "here"));
        mission.why_stop = nothing;
        assert_false(mission_is_to_end(&mission, &failure, "here"));
        assert_int_equal(failure.reason, REASON_NONE);
}

static void what_ended_a_run_is_told_with_the_place(void **state)
{
        static const ReasonId reasons[] = { REASON_SUPERSEDED, REASON_HELD, REASON_STOPPED };
        Scratch *scratch = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(reasons); i++) {
                ReasonId reason = reasons[i];
                Mission mission = { .host = &scratch->host, .why_stop = as_told, .userdata = &reason };
                Failure failure = { 0 };

                assert_true(mission_is_to_end(&mission, &failure, "in the step '%s'", "package"));
                assert_int_equal(failure.reason, reason);
                assert_string_equal(failure.found, "It ended in the step 'package'.");
        }
}

/* The signal that ends a wait comes for newer settings and a hold as well: those say more. */
static void a_mere_stop_is_told_where_nothing_else_is_known(void **state)
{
        ReasonId reason = REASON_HELD;
        Scratch *scratch = *state;
        Mission mission = { .host = &scratch->host, .why_stop = as_told, .userdata = &reason };
        Failure failure = { 0 };

        scratch->host.stop = &stopping;
        assert_true(mission_is_to_end(&mission, &failure, "here"));
        assert_int_equal(failure.reason, REASON_HELD);
        mission.why_stop = nothing;
        assert_true(mission_is_to_end(&mission, &failure, "here"));
        assert_int_equal(failure.reason, REASON_STOPPED);
        mission.why_stop = NULL;
        assert_true(mission_is_to_end(&mission, &failure, "here"));
        assert_int_equal(failure.reason, REASON_STOPPED);
}

#define WITH_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_SCRATCH(a_run_that_nobody_asks_to_end_goes_on),
                WITH_SCRATCH(what_ended_a_run_is_told_with_the_place),
                WITH_SCRATCH(a_mere_stop_is_told_where_nothing_else_is_known),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
