#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "agent/answers/assessment.h"
#include "agent/judge.h"
#include "platform/base/text.h"

typedef struct Case {
        Request request;
        Facts facts;
        Assessment assessment;
} Case;

/* A supported machine of today, without a sensor; nothing was asked for. */
static int open_case(void **state)
{
        Case *c = text_allocate(sizeof(*c));
        Facts *facts = &c->facts;

        failure_set(&c->request.onboarding_failure, REASON_ONBOARDING_MISSING, "There are no protectedSettings.");
        facts->look = LOOK_SECOND;
        facts->now_s = 1795000000;
        facts->machine.systemd = facts->machine.distro_known = TRI_YES;
        facts->machine.distro =
                (Distro){ .id = "debian", .version = "12", .architecture = "x86_64", .kernel = "6.1.0" };
        facts->machine.support = distro_support(&facts->machine.distro);
        facts->machine.fitness =
                (Machine){ .known = TRI_YES, .memory = -1, .memory_available = -1, .memory_limit = -1 };
        facts->fanotify.known = TRI_YES;
        facts->package.manager = TRI_YES;
        facts->package.manager_id = MANAGER_APT;
        facts->package.state = PACKAGE_ABSENT;
        facts->sensor.files = facts->sensor.onboarded = facts->sensor.managed = TRI_NO;
        *state = c;
        return 0;
}

static int close_case(void **state)
{
        free(*state);
        return 0;
}

static const Assessment *assess(Case *c)
{
        assessment_make(&c->request, &c->facts, &c->assessment);
        return &c->assessment;
}

static void add_holder(Facts *facts)
{
        FanotifyHolder *holder = &facts->fanotify.holders[facts->fanotify.n_holders++];

        *holder = (FanotifyHolder){ .pid = 812, .class = FANOTIFY_CONTENT, .permission_bits = 0x10000, .groups = 1 };
        snprintf(holder->exe, sizeof(holder->exe), "/usr/sbin/clamonacc");
}

static void a_machine_without_a_package_to_onboard_is_fit(void **state)
{
        const Assessment *assessment = assess(*state);

        assert_int_equal(assessment->fit, TRI_YES);
        assert_int_equal(assessment->n_refusals, 0);
        assert_int_equal(assessment->n_unseen, 0);
}

static void all_that_speaks_against_it_is_told_another_product_first(void **state)
{
        Case *c = *state;
        const Assessment *assessment;

        c->facts.machine.systemd = TRI_NO;
        c->facts.machine.fitness.memory = 256 << 20;
        snprintf(c->facts.machine.distro.kernel, sizeof(c->facts.machine.distro.kernel), "2.6.32");
        add_holder(&c->facts);
        assessment = assess(c);
        assert_int_equal(assessment->fit, TRI_NO);
        assert_int_equal(assessment->n_refusals, 4);
        assert_int_equal(assessment->refusals[0]->reason, REASON_CONFLICT);
        assert_int_equal(assessment->refusals[1]->reason, REASON_SYSTEMD_MISSING);
        assert_int_equal(assessment->refusals[2]->reason, REASON_KERNEL_UNSUPPORTED);
        assert_int_equal(assessment->refusals[3]->reason, REASON_MEMORY_LOW);
}

static void what_is_refused_is_no_warning_as_well(void **state)
{
        Case *c = *state;
        const Assessment *assessment;
        size_t i;

        c->facts.machine.systemd = TRI_NO;
        c->facts.machine.fitness.memory = 256 << 20;
        assessment = assess(c);
        assert_int_equal(assessment->n_refusals, 2);
        for (i = 0; i < assessment->n_warnings; i++)
                assert_null(strstr(assessment->warnings[i]->name, "memory"));
}

static void what_skip_checks_names_is_a_warning(void **state)
{
        Case *c = *state;
        const Assessment *assessment;

        c->facts.machine.fitness.memory = 256 << 20;
        c->request.skip_checks = (RequestList){ .items = { "memory" }, .n = 1 };
        assessment = assess(c);
        assert_int_equal(assessment->fit, TRI_YES);
        assert_int_equal(assessment->n_warnings, 1);
        assert_string_equal(assessment->warnings[0]->name, "fitness-memory");
}

static void what_could_not_be_seen_is_said_and_leaves_it_open(void **state)
{
        Case *c = *state;
        const Assessment *assessment;
        _cleanup_free_ char *text = NULL;

        c->facts.fanotify.unreadable = 3;
        c->facts.sensor.managed = TRI_UNKNOWN;
        assessment = assess(c);
        assert_int_equal(assessment->fit, TRI_UNKNOWN);
        assert_int_equal(assessment->n_unseen, 2);
        text = unseen_join(assessment->unseen, assessment->n_unseen);
        assert_string_equal(text, "which programs hold file access back and the sensor's managed settings");
        c->facts.machine.systemd = TRI_NO;
        assert_int_equal(assess(c)->fit, TRI_NO);
}

static void what_was_not_asked_is_not_missed(void **state)
{
        Case *c = *state;

        memset(&c->facts.fanotify, 0, sizeof(c->facts.fanotify));
        c->facts.machine.systemd = TRI_NOT_ASKED;
        assert_int_equal(assess(c)->fit, TRI_YES);
        assert_int_equal(c->assessment.n_unseen, 0);
}

static void where_packages_cannot_be_asked_an_installation_is_judged_all_the_same(void **state)
{
        Case *c = *state;

        c->facts.package.state = PACKAGE_UNKNOWN;
        c->facts.machine.support = NULL;
        snprintf(c->facts.machine.distro.id, sizeof(c->facts.machine.distro.id), "nixos");
        assert_int_equal(assess(c)->fit, TRI_NO);
        assert_int_equal(c->assessment.refusals[0]->reason, REASON_DISTRIBUTION_UNSUPPORTED);
        assert_int_equal(c->assessment.n_unseen, 1);
}

static void refusals_are_bounded(void **state)
{
        Case *c = *state;
        size_t i;

        memset(&c->assessment.plan, 0, sizeof(c->assessment.plan));
        for (i = 0; i < 20; i++)
                judge_refuse(&c->assessment.plan, REASON_CONFLICT, "%zu", i);
        assert_string_equal(c->assessment.plan.refusal.found, "0");
        assert_int_equal(c->assessment.plan.n_further, PLAN_FURTHER_MAX);
        assert_string_equal(c->assessment.plan.further[PLAN_FURTHER_MAX - 1].found, "7");
}

#define IN_A_CASE(f) cmocka_unit_test_setup_teardown(f, open_case, close_case)

static void a_configuration_of_the_site_that_cannot_be_used_comes_first(void **state)
{
        Case *c = *state;
        Assessment *assessment = &c->assessment;
        Failure none = { 0 }, site = { .reason = REASON_CONFIGURATION_UNTRUSTED, .found = "Line 2." };

        c->facts.machine.systemd = TRI_NO;
        assessment_make(&c->request, &c->facts, assessment);
        assert_int_equal(assessment->n_refusals, 1);
        assessment_refuse(&none, assessment);
        assert_int_equal(assessment->n_refusals, 1);
        assessment_refuse(&site, assessment);
        assert_int_equal(assessment->n_refusals, 2);
        assert_int_equal(assessment->refusals[0]->reason, REASON_CONFIGURATION_UNTRUSTED);
        assert_int_equal(assessment->refusals[1]->reason, REASON_SYSTEMD_MISSING);
        assert_int_equal(assessment->fit, TRI_NO);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                IN_A_CASE(a_machine_without_a_package_to_onboard_is_fit),
                IN_A_CASE(all_that_speaks_against_it_is_told_another_product_first),
                IN_A_CASE(what_is_refused_is_no_warning_as_well),
                IN_A_CASE(what_skip_checks_names_is_a_warning),
                IN_A_CASE(what_could_not_be_seen_is_said_and_leaves_it_open),
                IN_A_CASE(what_was_not_asked_is_not_missed),
                IN_A_CASE(where_packages_cannot_be_asked_an_installation_is_judged_all_the_same),
                IN_A_CASE(refusals_are_bounded),
                IN_A_CASE(a_configuration_of_the_site_that_cannot_be_used_comes_first),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
