/*
 * Linked like test-plan: without anything that could do I/O.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/machine/conflict.h"
#include "agent/plan.h"
#include "platform/base/text.h"

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"
#define OPEN_PERM 0x10000

static const DistroSupport support = { "debian", "12", "debian/12", MANAGER_APT, "microsoft.asc", true };
static const OnboardingPackage package = { .kind = ONBOARDING_ONBOARD, .org_id = ORG };

static const FanotifyHolder clamonacc = { .pid = 812,
                                          .exe = "/usr/sbin/clamonacc",
                                          .comm = "clamonacc",
                                          .unit = "clamav-clamonacc.service",
                                          .package = "clamav-daemon",
                                          .class = FANOTIFY_CONTENT,
                                          .permission_bits = OPEN_PERM };

static Request asked(void)
{
        return (Request){ .onboarding = &package, .max_wait_minutes = 45 };
}

static Facts fresh(void)
{
        Facts f = { .look = LOOK_SECOND };

        f.machine.systemd = f.machine.distro_known = f.package.manager = TRI_YES;
        f.machine.support = &support;
        strcpy(f.machine.distro.id, "debian");
        strcpy(f.machine.distro.architecture, "x86_64");
        f.package.broken = TRI_NO;
        f.package.state = PACKAGE_ABSENT;
        f.sensor.files = f.sensor.onboarded = f.sensor.offboarding_file = TRI_NO;
        f.sensor.health.answering = TRI_NO;
        f.fanotify.known = TRI_YES;
        strcpy(f.sensor.folder, SENSOR_HOME);
        return f;
}

static Facts healthy(void)
{
        Facts f = fresh();

        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = f.sensor.enabled = f.sensor.active = f.sensor.onboarded = TRI_YES;
        strcpy(f.sensor.onboarded_org, ORG);
        f.sensor.health = (SensorHealth){ .answering = TRI_YES, .licensed = TRI_YES, .org_id = ORG, .passive = TRI_NO };
        return f;
}

static void hold(Facts *facts, FanotifyHolder holder)
{
        facts->fanotify.holders[facts->fanotify.n_holders++] = holder;
}

static const PlanNote *find_note(const Plan *plan, const char *name)
{
        size_t i;

        for (i = 0; i < plan->n_notes; i++)
                if (text_equal(plan->notes[i].name, name))
                        return &plan->notes[i];
        return NULL;
}

#define assert_note(plan, name, wanted, words)                                                                         \
        do {                                                                                                           \
                const PlanNote *_note = find_note(&(plan), name);                                                      \
                assert_non_null(_note);                                                                                \
                assert_int_equal(_note->level, wanted);                                                                \
                assert_non_null(strstr(_note->text, words));                                                           \
        } while (0)

static void a_blocking_product_refuses_an_installation_and_is_named(void **state)
{
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        hold(&f, clamonacc);
        assert_true(conflict_exists(&f));
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_CONFLICT);
        assert_string_equal(plan.refusal.found, "Found: ClamAV: /usr/sbin/clamonacc (pid 812, unit "
                                                "clamav-clamonacc.service, package clamav-daemon).");
        assert_int_equal(plan.n_steps, 0);
        assert_null(find_note(&plan, "conflict"));
}

static void passive_and_ignore_make_a_warning_of_it(void **state)
{
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        hold(&f, clamonacc);
        q.on_conflict = ON_CONFLICT_PASSIVE;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_true(plan.n_steps > 0);
        assert_note(plan, "conflict", PLAN_WARNING, "installed in passive mode");
        q.passive = TRI_NO;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_CONFLICT);
        assert_non_null(strstr(plan.refusal.found, "ask for a sensor that is not passive"));
        q.on_conflict = ON_CONFLICT_IGNORE;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_note(plan, "conflict", PLAN_WARNING, "all the same");
}

static void beside_a_sensor_it_is_a_warning_and_leaving_passive_mode_is_refused(void **state)
{
        Request q = asked();
        Facts f = healthy();
        Plan plan;

        hold(&f, clamonacc);
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_note(plan, "conflict", PLAN_WARNING, "remove or stop it");
        f.sensor.health.passive = TRI_YES;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_note(plan, "conflict", PLAN_WARNING, "is in passive mode");
        q.passive = TRI_NO;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_CONFLICT);
        f.sensor.health.passive = TRI_UNKNOWN;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
}

static void those_who_cannot_or_do_not_block_are_told_only(void **state)
{
        FanotifyHolder fapolicyd = {
                .pid = 5, .exe = "/usr/sbin/fapolicyd", .comm = "fapolicyd", .permission_bits = OPEN_PERM
        };
        FanotifyHolder waiting = { .pid = 6, .exe = "/opt/av/scand", .comm = "scand", .class = FANOTIFY_PRE_CONTENT };
        FanotifyHolder fatrace = { .pid = 7, .exe = "/usr/sbin/fatrace", .comm = "fatrace" };
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        hold(&f, fapolicyd);
        hold(&f, waiting);
        hold(&f, fatrace);
        assert_false(conflict_exists(&f));
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_note(plan, "fanotify", PLAN_WARNING, "fapolicyd: /usr/sbin/fapolicyd (pid 5)");
        assert_note(plan, "fanotify-2", PLAN_WARNING, "/opt/av/scand (pid 6)");
        assert_note(plan, "fanotify-listeners", PLAN_INFORMATION, "fatrace: /usr/sbin/fatrace (pid 7)");
}

static void the_sensor_is_no_conflict_wherever_it_is(void **state)
{
        FanotifyHolder sensor = {
                .pid = 20, .exe = SENSOR_PROGRAM, .comm = "wdavdaemon", .permission_bits = OPEN_PERM
        };
        FanotifyHolder second = sensor, elsewhere = sensor;
        Facts f = healthy();

        second.deleted = true;
        hold(&f, sensor);
        hold(&f, second);
        assert_false(conflict_exists(&f));
        strcpy(elsewhere.exe, "/srv/microsoft_mdatp/opt/microsoft/mdatp/sbin/wdavdaemon");
        hold(&f, elsewhere);
        assert_true(conflict_exists(&f));
        strcpy(f.sensor.folder, "/srv/microsoft_mdatp/opt/microsoft/mdatp");
        assert_false(conflict_exists(&f));
        f.fanotify.holders[2].exe[0] = '\0';
        assert_true(conflict_exists(&f));
}

static void a_container_that_calls_itself_the_sensor_is_one(void **state)
{
        FanotifyHolder liar = { .pid = 20,
                                .exe = SENSOR_PROGRAM,
                                .comm = "wdavdaemon",
                                .permission_bits = OPEN_PERM,
                                .foreign = true,
                                .container = "docker 3f9d2c41a7b8" };
        FanotifyHolder beside = { .pid = 21, .exe = SENSOR_HOME "-2/wdavdaemon", .permission_bits = OPEN_PERM };
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        hold(&f, liar);
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_CONFLICT);
        assert_non_null(strstr(plan.refusal.found, "container docker 3f9d2c41a7b8"));
        f = fresh();
        hold(&f, beside);
        assert_true(conflict_exists(&f));
}

static void processes_of_one_product_are_one(void **state)
{
        FanotifyHolder again = clamonacc, other = { .pid = 9, .exe = "/opt/av/scand", .permission_bits = OPEN_PERM };
        ConflictGroups groups;
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        again.pid = 813;
        again.permission_bits = 0;
        hold(&f, again);
        hold(&f, other);
        hold(&f, clamonacc);
        conflict_groups(&f, &groups);
        assert_int_equal(groups.n, 2);
        assert_int_equal(groups.items[0].holder->pid, 812);
        assert_int_equal(groups.items[0].n, 2);
        plan_make(&q, &f, &plan);
        assert_non_null(strstr(plan.refusal.found, "and 1 more of its processes; /opt/av/scand (pid 9"));
}

static void the_longest_names_are_cut_between_characters(void **state)
{
        Request q = asked();
        Facts f = fresh();
        Plan plan;
        size_t i, k;

        for (i = 0; i < FANOTIFY_HOLDERS_MAX; i++) {
                FanotifyHolder holder = { .pid = 4194304,
                                          .permission_bits = i % 2 ? OPEN_PERM : 0,
                                          .class = FANOTIFY_CONTENT,
                                          .deleted = true,
                                          .foreign = true };

                snprintf(holder.exe, sizeof(holder.exe), "/%zu", i);
                for (k = strlen(holder.exe); k + 2 < sizeof(holder.exe); k += 2)
                        memcpy(holder.exe + k, "\xc3\xa4", 2);
                memset(holder.unit, 'u', sizeof(holder.unit) - 1);
                memset(holder.comm, 'c', sizeof(holder.comm) - 1);
                memset(holder.container, 'd', sizeof(holder.container) - 1);
                hold(&f, holder);
        }
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_CONFLICT);
        assert_true(text_is_utf8(plan.refusal.found, strlen(plan.refusal.found)));
        assert_non_null(strstr(plan.refusal.found, "more."));
        assert_true(plan.n_notes > 0);
        for (i = 0; i < plan.n_notes; i++)
                assert_true(text_is_utf8(plan.notes[i].text, strlen(plan.notes[i].text)));
}

static void a_stopped_product_is_told_once_it_is_not_running(void **state)
{
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        f.stopped_products =
                (StoppedProducts){ TRI_YES, { { "ClamAV", "clamav-clamonacc.service", "inactive", TRI_YES } }, 1 };
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_note(plan, "stopped-product", PLAN_WARNING, "clamav-clamonacc.service does not run (inactive)");
        f.stopped_products.items[0].enabled = TRI_NO;
        plan_make(&q, &f, &plan);
        assert_note(plan, "stopped-product", PLAN_INFORMATION, "not started with the machine");
        f = healthy();
        f.stopped_products = (StoppedProducts){ TRI_YES, { { "ClamAV", "clamav-clamonacc.service", "inactive" } }, 1 };
        hold(&f, clamonacc);
        plan_make(&q, &f, &plan);
        assert_null(find_note(&plan, "stopped-product"));
}

static void the_sensors_own_list_is_compared(void **state)
{
        Request q = asked();
        Facts f = healthy();
        Plan plan;

        plan_make(&q, &f, &plan);
        assert_null(find_note(&plan, "sensor-conflicts"));
        strcpy(f.sensor.health.conflicting, "clamonacc; other");
        plan_make(&q, &f, &plan);
        assert_note(plan, "sensor-conflicts", PLAN_WARNING, "clamonacc; other");
        hold(&f, clamonacc);
        plan_make(&q, &f, &plan);
        assert_null(find_note(&plan, "sensor-conflicts"));
        strcpy(f.sensor.health.conflicting, "");
        plan_make(&q, &f, &plan);
        assert_note(plan, "sensor-conflicts", PLAN_INFORMATION, "does not have ClamAV");
}

static void what_is_not_known_never_refuses(void **state)
{
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        f.fanotify = (FanotifyFacts){ .known = TRI_UNKNOWN };
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_note(plan, "fanotify-unknown", PLAN_INFORMATION, "not known");
        f.fanotify = (FanotifyFacts){ .known = TRI_NOT_ASKED };
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.n_notes, 0);
        f.fanotify = (FanotifyFacts){ .known = TRI_YES, .unreadable = 3 };
        plan_make(&q, &f, &plan);
        assert_note(plan, "fanotify-unknown", PLAN_INFORMATION, "3 processes");
}

static void products_are_known_by_program_then_by_process(void **state)
{
        assert_string_equal(product_find("/opt/sentinelone/bin/s1-agent", "x")->name, "SentinelOne");
        assert_string_equal(product_find("/opt/ds_agent/ds_am", "x")->name, "Trend Micro Deep Security");
        assert_string_equal(product_find("", "kesl")->name, "Kaspersky Endpoint Security");
        assert_null(product_find("/usr/bin/kesl-like", "kesl"));
        assert_null(product_find("/usr/bin/", ""));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_blocking_product_refuses_an_installation_and_is_named),
                cmocka_unit_test(passive_and_ignore_make_a_warning_of_it),
                cmocka_unit_test(beside_a_sensor_it_is_a_warning_and_leaving_passive_mode_is_refused),
                cmocka_unit_test(those_who_cannot_or_do_not_block_are_told_only),
                cmocka_unit_test(the_sensor_is_no_conflict_wherever_it_is),
                cmocka_unit_test(a_container_that_calls_itself_the_sensor_is_one),
                cmocka_unit_test(processes_of_one_product_are_one),
                cmocka_unit_test(the_longest_names_are_cut_between_characters),
                cmocka_unit_test(a_stopped_product_is_told_once_it_is_not_running),
                cmocka_unit_test(the_sensors_own_list_is_compared),
                cmocka_unit_test(what_is_not_known_never_refuses),
                cmocka_unit_test(products_are_known_by_program_then_by_process),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
