/*
 * Whose machine it is: what the tenant's judge says, and what the plan makes of a change. Linked like test-plan.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/plan.h"
#include "agent/situation.h"
#include "platform/base/text.h"

#define OURS "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"
#define OTHER "e91b7f34-06ad-4c52-9f80-1d2c3b4a5e02"
#define THIRD "0b7c2d11-3e4f-4a5b-8c6d-7e8f9a0b1c03"
#define NOW 1800000000

static const OnboardingPackage join = { .kind = ONBOARDING_ONBOARD, .org_id = OURS };

/* A machine in another tenant, and a request that may change that. */
static OnboardingPackage leave;
static Request q;
static Facts f;

static int in_another_tenant(void **state)
{
        leave = (OnboardingPackage){ .kind = ONBOARDING_OFFBOARD, .org_id = OTHER, .expires = NOW + 1 };
        q = (Request){ .onboarding = &join, .offboarding = &leave, .allow_tenant_change = true };
        f = (Facts){ .look = LOOK_SECOND, .now_s = NOW };
        f.machine.systemd = TRI_YES;
        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = f.sensor.loaded = f.sensor.enabled = f.sensor.active = f.sensor.onboarded = TRI_YES;
        f.sensor.offboarding_file = TRI_NO;
        strcpy(f.sensor.onboarded_org, OTHER);
        f.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_YES, .org_id = OTHER };
        return 0;
}

static Plan plan;

static char *steps(void)
{
        _cleanup_(text_clear) Text text = { 0 };
        size_t i;

        plan_make(&q, &f, &plan);
        for (i = 0; i < plan.n_steps; i++)
                text_append(&text, "%s%s", i ? " " : "", step_name(plan.steps[i].id));
        if (plan.refusal.reason)
                text_append(&text, "refused: %s", reason_get(plan.refusal.reason)->id);
        return text_take(&text);
}

#define assert_steps(expected)                                                                                         \
        do {                                                                                                           \
                _cleanup_free_ char *_steps = steps();                                                                 \
                assert_string_equal(_steps, expected);                                                                 \
        } while (0)

#define assert_refused(reason, words)                                                                                  \
        do {                                                                                                           \
                assert_steps("refused: " reason);                                                                      \
                if (!strstr(plan.refusal.found, words))                                                                \
                        fail_msg("'%s' does not say '%s'", plan.refusal.found, words);                                 \
        } while (0)

static void a_change_goes_through_the_present_tenants_offboarding(void **state)
{
        assert_steps("offboard onboard verify");
        assert_int_equal(plan.n_notes, 1);
        assert_non_null(strstr(plan.notes[0].text, "leaves tenant " OTHER " for tenant " OURS));
}

static void without_consent_nothing_changes(void **state)
{
        q.allow_tenant_change = false;
        assert_refused("tenant-other", "in tenant " OTHER ", the onboarding package is for tenant " OURS ".");
        q.force_reonboarding = true;
        assert_steps("refused: tenant-other");
        q.allow_tenant_change = true;
        q.offboarding = NULL;
        assert_refused("offboarding-missing", OTHER);
        failure_set(&q.offboarding_failure, REASON_OFFBOARDING_DAMAGED, "Its signature is not valid.");
        assert_refused("offboarding-damaged", "in tenant " OTHER);
        assert_refused("offboarding-damaged", "Its signature is not valid.");
}

static void an_expired_package_is_told_with_its_date_and_age(void **state)
{
        leave.expires = NOW - 2 * 86400 - 3 * 3600 - 59;
        assert_refused("offboarding-expired", "valid until 2027-01-13T");
        assert_refused("offboarding-expired", ", 2 days and 3 hours ago");
        leave.expires = NOW;
        assert_steps("refused: offboarding-expired");
}

static void a_package_of_a_third_tenant_is_told_with_both(void **state)
{
        strcpy(leave.org_id, THIRD);
        assert_refused("offboarding-other-tenant", "in tenant " OTHER);
        assert_refused("offboarding-other-tenant", "of tenant " THIRD);
}

static void a_sensor_that_does_not_answer_is_in_its_files_tenant(void **state)
{
        f.sensor.health = (SensorHealth){ .answering = TRI_NO };
        assert_steps("offboard onboard verify");
        q.allow_tenant_change = false;
        assert_refused("tenant-other", "it does not answer");
        /* even with an offboarding file beside it: whether it was obeyed is not known */
        f.sensor.offboarding_file = TRI_YES;
        assert_steps("refused: tenant-other");
}

static void a_sensor_without_a_licence_is_in_its_files_tenant_too(void **state)
{
        f.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_NO };
        assert_steps("offboard onboard verify");
        q.allow_tenant_change = false;
        assert_refused("tenant-other", "it has no licence");
}

static void a_change_that_was_cut_off_goes_on(void **state)
{
        /* not obeyed yet */
        f.sensor.offboarding_file = TRI_YES;
        f.sensor.onboarded = TRI_NO;
        f.sensor.onboarded_org[0] = '\0';
        assert_steps("offboard onboard verify");
        /* not known */
        f.sensor.health = (SensorHealth){ .answering = TRI_NO };
        assert_steps("offboard onboard verify");
        /* obeyed */
        f.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_NO };
        assert_steps("onboard verify");
        /* nobody's: an expired package is not needed any more */
        leave.expires = 1;
        assert_steps("onboard verify");
}

static void the_file_of_the_new_tenant_alone_proves_nothing(void **state)
{
        strcpy(f.sensor.onboarded_org, OURS);
        assert_steps("offboard onboard verify");
        q.allow_tenant_change = false;
        assert_steps("refused: tenant-other");
}

static void where_nothing_has_to_change_the_offboarding_package_does_not_matter(void **state)
{
        strcpy(f.sensor.onboarded_org, OURS);
        strcpy(f.sensor.health.org_id, OURS);
        leave.expires = 1;
        assert_steps("");
        q.offboarding = NULL;
        failure_set(&q.offboarding_failure, REASON_OFFBOARDING_DAMAGED, "x");
        assert_steps("");
        assert_int_equal(plan.n_notes, 0);
}

static void the_sites_policy_goes_before_everything(void **state)
{
        static const char *const some[] = { THIRD, OTHER, NULL },
                                 *const ours[] = { "6C2F1D0A-8B47-4E19-A3D5-57AD1E0B9C01", NULL },
                                 *const none[] = { NULL };

        q.allowed_tenants = some;
        assert_refused("tenant-not-allowed", OURS);
        q.allowed_tenants = none;
        assert_refused("tenant-not-allowed", OURS);
        q.allowed_tenants = ours;
        assert_steps("offboard onboard verify");
        q.expected_tenant_id = OTHER;
        assert_refused("tenant-unexpected", OTHER);
}

static void a_tenant_that_should_not_be_is_told_when_it_cannot_be_changed(void **state)
{
        static const char *const ours[] = { OURS, NULL };

        q.onboarding = NULL;
        q.onboarding_failure.reason = REASON_CERTIFICATE_MISSING;
        assert_steps("");
        assert_int_equal(plan.n_notes, 0);
        q.allowed_tenants = ours;
        q.expected_tenant_id = OURS;
        assert_steps("");
        assert_int_equal(plan.n_notes, 2);
        assert_int_equal(plan.notes[0].level, PLAN_WARNING);
        assert_non_null(strstr(plan.notes[0].text, "is in tenant " OTHER ", expectedTenantId is " OURS));
        assert_non_null(strstr(plan.notes[1].text, "allowed-tenants"));
}

#define TEST(function) cmocka_unit_test_setup(function, in_another_tenant)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_change_goes_through_the_present_tenants_offboarding),
                TEST(without_consent_nothing_changes),
                TEST(an_expired_package_is_told_with_its_date_and_age),
                TEST(a_package_of_a_third_tenant_is_told_with_both),
                TEST(a_sensor_that_does_not_answer_is_in_its_files_tenant),
                TEST(a_sensor_without_a_licence_is_in_its_files_tenant_too),
                TEST(a_change_that_was_cut_off_goes_on),
                TEST(the_file_of_the_new_tenant_alone_proves_nothing),
                TEST(where_nothing_has_to_change_the_offboarding_package_does_not_matter),
                TEST(the_sites_policy_goes_before_everything),
                TEST(a_tenant_that_should_not_be_is_told_when_it_cannot_be_changed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
