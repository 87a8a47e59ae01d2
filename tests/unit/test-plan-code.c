/* With what plan and check end: scripts read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/answers/unseen.h"
#include "agent/commands/check.h"
#include "agent/commands/command.h"
#include "agent/commands/show.h"
#include "platform/base/text.h"

typedef struct Case {
        Facts facts;
        Plan plan;
        Assessment assessment;
} Case;

static int open_case(void **state)
{
        Case *c = text_allocate(sizeof(*c));

        c->facts.machine.distro_known = c->facts.fanotify.known = TRI_YES;
        *state = c;
        return 0;
}

static int close_case(void **state)
{
        free(*state);
        return 0;
}

static void assert_both_end_with(Case *c, int code)
{
        c->assessment.fit = c->plan.refusal.reason ? TRI_NO : unseen_decides(&c->facts) ? TRI_UNKNOWN : TRI_YES;
        c->assessment.n_refusals = c->plan.refusal.reason != REASON_NONE;
        c->assessment.refusals[0] = &c->plan.refusal;
        assert_int_equal(check_exit_code(&c->assessment), code);
        assert_int_equal(show_plan_exit_code(&c->plan, &c->facts), code);
}

/* Root's eyes decide whether anything speaks against it: no script may take that for a yes. */
static void what_decides_and_was_not_seen_is_no_answer(void **state)
{
        Case *c = *state;

        assert_both_end_with(c, COMMAND_DONE);
        c->facts.fanotify.unreadable = 3;
        assert_both_end_with(c, COMMAND_UNKNOWN);
        c->facts.fanotify.unreadable = 0;
        c->facts.fanotify.known = TRI_UNKNOWN;
        assert_both_end_with(c, COMMAND_UNKNOWN);
        c->facts.fanotify.known = TRI_NOT_ASKED; /* an image */
        assert_both_end_with(c, COMMAND_DONE);
        c->facts.machine.distro_known = TRI_UNKNOWN;
        assert_both_end_with(c, COMMAND_UNKNOWN);
        failure_set(&c->plan.refusal, REASON_SYSTEMD_MISSING, "It is run by sh.");
        assert_both_end_with(c, 51);
}

static void what_decides_nothing_may_stay_unseen(void **state)
{
        Case *c = *state;

        c->facts.look = LOOK_SECOND;
        c->facts.package.state = PACKAGE_UNKNOWN;
        c->facts.sensor.managed = c->facts.sensor.onboarded = TRI_UNKNOWN;
        assert_both_end_with(c, COMMAND_DONE);
}

#define IN_A_CASE(f) cmocka_unit_test_setup_teardown(f, open_case, close_case)

int main(void)
{
        const struct CMUnitTest tests[] = {
                IN_A_CASE(what_decides_and_was_not_seen_is_no_answer),
                IN_A_CASE(what_decides_nothing_may_stay_unseen),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
