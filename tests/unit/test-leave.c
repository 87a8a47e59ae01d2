/*
 * A request to be offboarded: what it leads to on machines in each state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/plan.h"
#include "platform/base/text.h"

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"
#define OTHER "e91b7f34-06ad-4c52-9f80-1d2c3b4a5e02"
#define NOW 1800000000

static const OnboardingPackage package = { .kind = ONBOARDING_OFFBOARD, .org_id = ORG, .expires = NOW + 1 };

static Request asked(void)
{
        return (Request){ .offboard = true, .offboarding = &package, .max_wait_minutes = 45 };
}

static Facts onboarded(void)
{
        Facts f = { .look = LOOK_SECOND, .now_s = NOW };

        f.sensor.files = f.sensor.active = f.sensor.onboarded = TRI_YES;
        f.sensor.offboarding_file = TRI_NO;
        strcpy(f.sensor.onboarded_org, ORG);
        f.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_YES, .org_id = ORG };
        return f;
}

static Facts left(void)
{
        Facts f = onboarded();

        f.sensor.onboarded = TRI_NO;
        f.sensor.offboarding_file = TRI_YES;
        f.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_NO };
        return f;
}

static char *told(const Request *request, const Facts *facts)
{
        _cleanup_free_ Plan *plan = text_allocate(sizeof(Plan));
        _cleanup_(text_clear) Text text = { 0 };
        size_t i;

        plan_make(request, facts, plan);
        if (plan->refusal.reason)
                text_append(&text, "refused: %s", reason_get(plan->refusal.reason)->id);
        for (i = 0; i < plan->n_steps; i++)
                text_append(&text, "%s%s", i ? " " : "", step_name(plan->steps[i].id));
        for (i = 0; i < plan->n_notes; i++)
                text_append(&text, " (%s)", plan->notes[i].name);
        return text_take(&text);
}

#define assert_told(request, facts, expected)                                                                          \
        do {                                                                                                           \
                _cleanup_free_ char *_told = told(&(request), &(facts));                                               \
                                                                                                                       \
                assert_string_equal(_told, expected);                                                                  \
        } while (0)

static void an_onboarded_sensor_leaves_and_nothing_else_is_done(void **state)
{
        Request request = asked();
        Facts facts = onboarded();

        assert_told(request, facts, "offboard");
        facts.sensor.health.answering = TRI_NO;
        assert_told(request, facts, "offboard");
        facts.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_NO };
        assert_told(request, facts, "offboard");
}

static void one_that_has_left_or_is_not_there_has_nothing_to_leave(void **state)
{
        Request request = asked();
        Facts facts = left();

        assert_told(request, facts, " (offboarded)");
        facts.sensor.offboarding_file = TRI_NO;
        assert_told(request, facts, " (offboarded)");
        facts.sensor.files = TRI_NO;
        assert_told(request, facts, " (offboarded)");
}

static void one_that_was_cut_off_while_leaving_is_seen_to_its_end(void **state)
{
        Request request = asked();
        Facts facts = left();

        facts.sensor.health.answering = TRI_NO;
        assert_told(request, facts, "offboard (tenant)");
        facts.sensor.active = TRI_NO;
        assert_told(request, facts, " (offboarded)");
        facts.sensor.onboarding_kept = TRI_YES;
        assert_told(request, facts, "offboard (tenant)");
        facts.sensor.offboarding_file = TRI_NO;
        assert_told(request, facts, "offboard (tenant)");
        facts.sensor.health.answering = TRI_YES;
        assert_told(request, facts, " (offboarded)");
}

static void only_a_package_of_its_tenant_that_is_valid_makes_it_leave(void **state)
{
        OnboardingPackage other = package, expired = package;
        Request request = asked();
        Facts facts = onboarded();

        strcpy(other.org_id, OTHER);
        request.offboarding = &other;
        assert_told(request, facts, "refused: offboarding-other-tenant");
        expired.expires = NOW;
        request.offboarding = &expired;
        assert_told(request, facts, "refused: offboarding-expired");
        request.offboarding = NULL;
        assert_told(request, facts, "refused: offboarding-missing");
}

static void a_tenant_that_could_not_be_seen_is_told_and_does_not_refuse(void **state)
{
        Request request = asked();
        Facts facts = onboarded();

        facts.sensor.health.org_id[0] = '\0';
        facts.sensor.onboarded_org[0] = '\0';
        assert_told(request, facts, "offboard (tenant)");
}

static void a_hold_stops_it(void **state)
{
        Request request = asked();
        Facts facts = onboarded();

        facts.hold.held = TRI_YES;
        assert_told(request, facts, "refused: held");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_onboarded_sensor_leaves_and_nothing_else_is_done),
                cmocka_unit_test(one_that_has_left_or_is_not_there_has_nothing_to_leave),
                cmocka_unit_test(one_that_was_cut_off_while_leaving_is_seen_to_its_end),
                cmocka_unit_test(only_a_package_of_its_tenant_that_is_valid_makes_it_leave),
                cmocka_unit_test(a_tenant_that_could_not_be_seen_is_told_and_does_not_refuse),
                cmocka_unit_test(a_hold_stops_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
