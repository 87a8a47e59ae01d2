/* Links like test-plan: the rules alone, nothing that could do I/O. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/plan.h"
#include "platform/base/text.h"

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"
#define NOW 1800000000
#define DAY 86400

static const DistroSupport support = { "debian", "12", "debian/12", MANAGER_APT, "microsoft.asc", true };
static const OnboardingPackage package = { .kind = ONBOARDING_ONBOARD, .org_id = ORG };

static Request asked(void)
{
        return (Request){ .onboarding = &package, .max_wait_minutes = 45 };
}

static Facts healthy(void)
{
        Facts f = { .look = LOOK_SECOND, .now_s = NOW };

        f.machine.systemd = f.machine.distro_known = TRI_YES;
        f.machine.support = &support;
        strcpy(f.machine.distro.architecture, "x86_64");
        f.package.manager = f.package.registered = TRI_YES;
        f.package.state = PACKAGE_INSTALLED;
        strcpy(f.package.version, "101.24092.0002");
        f.sensor.files = f.sensor.loaded = f.sensor.enabled = f.sensor.active = f.sensor.onboarded = TRI_YES;
        f.sensor.masked = TRI_NO;
        strcpy(f.sensor.onboarded_org, ORG);
        f.sensor.health = (SensorHealth){ .answering = TRI_YES,
                                          .licensed = TRI_YES,
                                          .tags_known = TRI_YES,
                                          .org_id = ORG,
                                          .version = "101.24092.0002",
                                          .ring = "Production",
                                          .expires_s = NOW + 200 * DAY };
        return f;
}

static Facts as_first_look(Facts f)
{
        f.look = LOOK_FIRST;
        f.package.state = PACKAGE_UNKNOWN;
        *f.package.version = '\0';
        f.package.manager = TRI_NOT_ASKED;
        f.machine.distro_known = TRI_NOT_ASKED;
        f.machine.support = NULL;
        return f;
}

static Facts unowned(void)
{
        Facts f = healthy();

        f.package.state = PACKAGE_ABSENT;
        f.package.registered = TRI_NO;
        *f.package.version = '\0';
        return f;
}

static Facts expired(void)
{
        Facts f = healthy();

        f.sensor.health.licensed = TRI_NO;
        f.sensor.health.expires_s = NOW - DAY;
        return f;
}

/* "steps...; notes..." or the id of the refusal. */
static char *told(const Request *request, const Facts *facts)
{
        _cleanup_(text_clear) Text text = { 0 };
        Plan plan;
        size_t i;

        plan_make(request, facts, &plan);
        if (plan.refusal.reason)
                text_append(&text, "%s", reason_get(plan.refusal.reason)->id);
        for (i = 0; i < plan.n_steps; i++)
                text_append(&text, "%s%s", i ? " " : "", step_name(plan.steps[i].id));
        for (i = 0; i < plan.n_notes; i++)
                text_append(&text, "; %s%s", plan.notes[i].name, plan.notes[i].level == PLAN_WARNING ? "!" : "");
        return text_take(&text);
}

#define assert_told(request, facts, expected)                                                                          \
        do {                                                                                                           \
                _cleanup_free_ char *_told = told(&(request), &(facts));                                               \
                assert_string_equal(_told, expected);                                                                  \
        } while (0)

#define assert_both_looks(request, facts, expected)                                                                    \
        do {                                                                                                           \
                Facts _first = as_first_look(facts);                                                                   \
                assert_told(request, facts, expected);                                                                 \
                assert_told(request, _first, expected);                                                                \
        } while (0)

static void a_healthy_one_is_left_alone_without_a_word(void **state)
{
        Request q = asked();
        Facts f = healthy();

        assert_both_looks(q, f, "");
        q.version = "101.24092.0002";
        q.channel = "prod";
        assert_both_looks(q, f, "");
}

static void a_masked_unit_is_refused_even_where_no_sensor_is(void **state)
{
        Request q = asked();
        Facts f = healthy();

        f.sensor.masked = TRI_YES;
        assert_both_looks(q, f, "service-masked");
        f.package.state = PACKAGE_ABSENT;
        f.sensor.files = f.sensor.health.answering = TRI_NO;
        assert_told(q, f, "service-masked");
        f = healthy();
        f.sensor.masked = TRI_UNKNOWN;
        assert_both_looks(q, f, "");
}

static void one_without_a_package_is_kept_while_it_works(void **state)
{
        Request q = asked();
        Facts f = unowned();

        assert_both_looks(q, f, "; ownership!");
        f.package.state = PACKAGE_CONFIG_FILES;
        assert_told(q, f, "; ownership!");
        f = unowned();
        f.sensor.health.licensed = TRI_NO;
        f.sensor.onboarded = TRI_NO;
        assert_both_looks(q, f, "onboard verify; ownership!");
        /* starting: time will tell */
        f = unowned();
        f.sensor.health.answering = TRI_NO;
        assert_both_looks(q, f, "verify; ownership!");
        f.sensor.active = TRI_NO;
        strcpy(f.sensor.unit.active, "activating");
        assert_both_looks(q, f, "service verify; ownership!");
        strcpy(f.sensor.unit.active, "inactive");
        assert_both_looks(q, f, "sensor-files");
        f.sensor.active = TRI_UNKNOWN;
        assert_both_looks(q, f, "verify; ownership!");
        /* residue without the program is nobody's */
        f.sensor.files = f.sensor.active = TRI_NO;
        assert_told(q, f, "repository package service verify");
}

static void whether_a_package_owns_it_may_be_unknown(void **state)
{
        Request q = asked();
        Facts f = as_first_look(unowned());

        f.package.registered = TRI_UNKNOWN;
        assert_told(q, f, "");
}

static void a_package_without_its_program_gets_it_back(void **state)
{
        Request q = asked();
        Facts f = healthy();

        f.sensor.files = TRI_NO;
        f.sensor.health.answering = f.sensor.active = TRI_NO;
        assert_told(q, f, "repository package service verify");
}

static void an_expired_build_is_a_reason_for_the_package(void **state)
{
        Request q = asked();
        Facts f = expired();

        assert_both_looks(q, f, "repository package service verify");
        f.sensor.health.expires_s = 0;
        assert_both_looks(q, f, "verify");
        strcpy(f.sensor.health.issues, "missing license; product has Expired");
        assert_both_looks(q, f, "repository package service verify");
        /* never licensed, date unknown, or unknown whether licensed */
        f = expired();
        f.sensor.health.licensed = TRI_UNKNOWN;
        assert_both_looks(q, f, "verify");
        /* nothing that could be updated */
        f = expired();
        f.package.state = PACKAGE_ABSENT;
        f.package.registered = TRI_NO;
        assert_both_looks(q, f, "sensor-expired; ownership!");
}

static void a_pin_that_is_not_newer_than_an_expired_build_is_refused(void **state)
{
        Request q = asked();
        Facts f = expired();

        q.version = "101.24092.0002";
        assert_both_looks(q, f, "sensor-expired");
        q.version = "101.25042.0003";
        assert_both_looks(q, f, "repository package service verify");
}

static void a_build_near_its_end_is_told(void **state)
{
        Request q = asked();
        Facts f = healthy();

        f.sensor.health.expires_s = NOW + 10 * DAY;
        assert_both_looks(q, f, "; expiry!");
        f.sensor.health.expires_s = NOW - 10 * DAY;
        assert_both_looks(q, f, "; expiry!");
}

static void a_pin_moves_the_package_up_and_only_by_leave_down(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.version = "101.25042.0003";
        assert_both_looks(q, f, "repository package service");
        q.version = "101.24072.0003";
        assert_both_looks(q, f, "downgrade-refused");
        q.allow_downgrade = true;
        assert_both_looks(q, f, "repository package service");
        q.version = "101.24092.0002-insiderfast";
        assert_both_looks(q, f, "");
        /* the daemon of before still runs: the package is what counts, where it is known */
        q.version = "101.25042.0003";
        strcpy(f.package.version, "101.25042.0003-1");
        assert_told(q, f, "");
}

static void a_pin_beside_a_version_that_is_not_known_or_owned_moves_nothing(void **state)
{
        Request q = asked();
        Facts f = unowned();

        q.version = "101.25042.0003";
        assert_told(q, f, "; ownership!; version!");
        q.version = "101.24072.0003";
        assert_told(q, f, "; ownership!; version!");
        f = healthy();
        f.package.state = PACKAGE_UNKNOWN;
        *f.package.version = '\0';
        assert_told(q, f, "");
        f = healthy();
        *f.sensor.health.version = '\0';
        f = as_first_look(f);
        assert_told(q, f, "");
}

static void one_that_is_half_there_is_finished_before_a_pin_is_judged(void **state)
{
        Request q = asked();
        Facts f = healthy();

        f.package.state = PACKAGE_BROKEN;
        q.version = "101.24072.0003";
        assert_told(q, f, "repository package service");
        f.hold.held = TRI_YES;
        assert_told(q, f, "held");
}

static void another_channel_is_kept_and_told(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.version = "101.24092.0002";
        q.channel = "insiders-slow";
        assert_both_looks(q, f, "; channel!");
        strcpy(f.sensor.health.ring, "External");
        strcpy(f.sensor.health.version, "101.24092.0002-external");
        assert_both_looks(q, f, "");
        strcpy(f.sensor.health.ring, "Dogfood"); /* of which channel that is, is not known */
        assert_both_looks(q, f, "");
        *f.sensor.health.ring = '\0';
        assert_both_looks(q, f, "");
        /* the package comes anyway: as asked */
        f = healthy();
        f.package.state = PACKAGE_ABSENT;
        f.sensor.files = f.sensor.health.answering = f.sensor.active = TRI_NO;
        assert_told(q, f, "repository package service verify");
}

static void what_others_decide_is_told(void **state)
{
        Request q = asked();
        Facts f = healthy();

        strcpy(f.sensor.health.managed_by, "MDE");
        strcpy(f.sensor.health.tamper, "block");
        f.sensor.health.troubleshooting = TRI_YES;
        strcpy(f.sensor.health.mode, "Isolated");
        strcpy(f.sensor.folder, "/data/microsoft_mdatp/opt/microsoft/mdatp");
        assert_both_looks(q, f, "; managed-by; tamper-protection; troubleshooting!; isolation!; folder");
        f = healthy();
        strcpy(f.sensor.health.managed_by, "unknown");
        strcpy(f.sensor.health.tamper, "audit");
        strcpy(f.sensor.health.issues, "device is isolated");
        strcpy(f.sensor.folder, SENSOR_HOME);
        assert_both_looks(q, f, "; isolation!");
}

static void a_tag_that_was_refused_is_not_asked_for_again(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.group_tag = "Web servers";
        assert_both_looks(q, f, "settings");
        refused_add(&f.refused, "GROUP", "it is managed");
        assert_both_looks(q, f, "");
        q.workspace_id = "9999";
        assert_both_looks(q, f, "settings");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_healthy_one_is_left_alone_without_a_word),
                cmocka_unit_test(a_masked_unit_is_refused_even_where_no_sensor_is),
                cmocka_unit_test(one_without_a_package_is_kept_while_it_works),
                cmocka_unit_test(whether_a_package_owns_it_may_be_unknown),
                cmocka_unit_test(a_package_without_its_program_gets_it_back),
                cmocka_unit_test(an_expired_build_is_a_reason_for_the_package),
                cmocka_unit_test(a_pin_that_is_not_newer_than_an_expired_build_is_refused),
                cmocka_unit_test(a_build_near_its_end_is_told),
                cmocka_unit_test(a_pin_moves_the_package_up_and_only_by_leave_down),
                cmocka_unit_test(a_pin_beside_a_version_that_is_not_known_or_owned_moves_nothing),
                cmocka_unit_test(one_that_is_half_there_is_finished_before_a_pin_is_judged),
                cmocka_unit_test(another_channel_is_kept_and_told),
                cmocka_unit_test(what_others_decide_is_told),
                cmocka_unit_test(a_tag_that_was_refused_is_not_asked_for_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
