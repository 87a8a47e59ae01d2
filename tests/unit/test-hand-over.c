/* A daemon that does not answer: whether it is waited for, or looked at. */
#include "tests/unit/scratch.h"

#include "handler/hand_over.h"

static bool can_wait(Scratch *s, const char *uptime, bool has_restarts, unsigned restarts)
{
        Session session = { .host = s->host, .telling = { .fulfilled = true } };
        _cleanup_(facts_clear) Facts facts = {
                .sensor = { .files = TRI_YES,
                            .onboarded = TRI_YES,
                            .offboarding_file = TRI_NO,
                            .enabled = TRI_YES,
                            .health = { .answering = TRI_NO },
                            .unit = { .active = "activating", .has_restarts = has_restarts, .restarts = restarts } }
        };

        session.history.verdict = VERDICT_SUCCEEDED;
        scratch_write(s, "/proc/uptime", uptime);
        return hand_over_can_wait(&session, &facts);
}

static void one_that_was_never_restarted_is_starting(void **state)
{
        assert_true(can_wait(*state, "86400.00 1.00\n", true, 0));
        assert_false(can_wait(*state, "86400.00 1.00\n", true, 1));
}

/* systemd before 235 */
static void where_restarts_are_not_counted_it_is_only_after_a_boot(void **state)
{
        assert_true(can_wait(*state, "60.00 1.00\n", false, 0));
        assert_false(can_wait(*state, "86400.00 1.00\n", false, 0));
        assert_false(can_wait(*state, "", false, 0));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(one_that_was_never_restarted_is_starting, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(where_restarts_are_not_counted_it_is_only_after_a_boot, scratch_open,
                                                scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
