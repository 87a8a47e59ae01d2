/*
 * Links agent/plan.c with the reasons and base alone: a planner that learns I/O stops linking.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/sensor/managed.h"
#include "agent/plan.h"
#include "agent/situation.h"
#include "platform/base/text.h"
#include "tests/unit/sweep.h"

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"
#define OTHER "e91b7f34-06ad-4c52-9f80-1d2c3b4a5e02"
#define NOW 1800000000
#define LATER (NOW + 86400 * 200)
#define RESOURCE "/subscriptions/1/resourceGroups/Group/providers/Microsoft.Compute/virtualMachines/m"

static const DistroSupport support = { "debian", "12", "debian/12", MANAGER_APT, "microsoft.asc", true };
static const OnboardingPackage package = { .kind = ONBOARDING_ONBOARD, .org_id = ORG };

static Request asked(void)
{
        return (Request){ .azure_resource_id = RESOURCE, .onboarding = &package, .max_wait_minutes = 45 };
}

static Facts fresh(void)
{
        Facts f = { .look = LOOK_SECOND, .now_s = NOW };

        f.machine.systemd = TRI_YES;
        f.machine.distro_known = TRI_YES;
        f.machine.support = &support;
        strcpy(f.machine.distro.id, "debian");
        strcpy(f.machine.distro.architecture, "x86_64");
        f.package.manager = TRI_YES;
        f.package.broken = TRI_NO;
        f.package.state = PACKAGE_ABSENT;
        f.sensor.files = f.sensor.loaded = f.sensor.enabled = f.sensor.active = TRI_NO;
        f.sensor.onboarded = f.sensor.offboarding_file = TRI_NO;
        f.sensor.health.answering = TRI_NO;
        return f;
}

static Facts healthy(void)
{
        Facts f = fresh();

        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = f.sensor.loaded = f.sensor.enabled = f.sensor.active = f.sensor.onboarded = TRI_YES;
        strcpy(f.sensor.onboarded_org, ORG);
        f.sensor.health = (SensorHealth){ .answering = TRI_YES,
                                          .licensed = TRI_YES,
                                          .healthy = TRI_YES,
                                          .tags_known = TRI_YES,
                                          .org_id = ORG,
                                          .n_tags = 1,
                                          .tags = { { "AzureResourceId", RESOURCE } } };
        return f;
}

static char *steps_of(const Request *request, const Facts *facts)
{
        _cleanup_(text_clear) Text text = { 0 };
        Plan plan;
        size_t i;

        plan_make(request, facts, &plan);
        if (plan.refusal.reason)
                text_append(&text, "refused: %s", reason_get(plan.refusal.reason)->id);
        for (i = 0; i < plan.n_steps; i++)
                text_append(&text, "%s%s", i ? " " : "", step_name(plan.steps[i].id));
        return text_take(&text);
}

#define assert_plan(request, facts, expected)                                                                          \
        do {                                                                                                           \
                _cleanup_free_ char *_steps = steps_of(&(request), &(facts));                                          \
                assert_string_equal(_steps, expected);                                                                 \
        } while (0)

static void a_fresh_machine_gets_all_steps(void **state)
{
        Request q = asked();
        Facts f = fresh();

        assert_plan(q, f, "repository package onboard service settings verify");
        q.azure_resource_id = NULL;
        assert_plan(q, f, "repository package onboard service verify");
}

static void a_healthy_machine_gets_none(void **state)
{
        Request q = asked();
        Facts f = healthy();

        assert_plan(q, f, "");
        f.look = LOOK_FIRST;
        f.package.state = PACKAGE_UNKNOWN;
        f.machine.distro_known = f.package.manager = TRI_NOT_ASKED;
        f.machine.support = NULL;
        assert_plan(q, f, "");
}

static void tags_are_compared_without_case_but_groups_are_not(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.azure_resource_id = "/SUBSCRIPTIONS/1/resourcegroups/GROUP/providers/microsoft.compute/virtualmachines/M";
        assert_plan(q, f, "");
        q.azure_resource_id = RESOURCE "2";
        assert_plan(q, f, "settings");
        q = asked();
        q.group_tag = "Servers";
        assert_plan(q, f, "settings");
        f.sensor.health.n_tags = 2;
        f.sensor.health.tags[1] = (SensorTag){ "GROUP", "servers" };
        assert_plan(q, f, "settings");
        f.sensor.health.tags[1] = (SensorTag){ "GROUP", "Servers" };
        assert_plan(q, f, "");
}

static void drift_is_mended_step_by_step(void **state)
{
        Request q = asked();
        Facts f = healthy();

        f.sensor.enabled = TRI_NO;
        assert_plan(q, f, "service");
        f = healthy();
        f.sensor.active = TRI_NO;
        f.sensor.health = (SensorHealth){ .answering = TRI_NO };
        assert_plan(q, f, "service settings verify");
        f = healthy();
        f.sensor.health.licensed = TRI_NO;
        assert_plan(q, f, "verify");
        f = healthy();
        f.sensor.health.licensed = TRI_NO;
        f.sensor.offboarding_file = TRI_YES;
        assert_plan(q, f, "onboard verify");
        f = healthy();
        f.package.state = PACKAGE_BROKEN;
        assert_plan(q, f, "repository package service");
}

static void a_sensor_that_does_not_answer_is_waited_for(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.azure_resource_id = NULL;
        f.sensor.health = (SensorHealth){ .answering = TRI_NO };
        assert_plan(q, f, "verify");
}

static void a_licence_whose_tenant_is_not_told_is_not_written_over(void **state)
{
        Request q = asked();
        Facts f = healthy();

        f.sensor.health.org_id[0] = '\0';
        f.sensor.onboarded = TRI_NO;
        f.sensor.onboarded_org[0] = '\0';
        assert_plan(q, f, "verify");
        f.sensor.onboarded = TRI_YES;
        strcpy(f.sensor.onboarded_org, OTHER);
        assert_plan(q, f, "refused: tenant-other");
}

static void a_forced_onboarding_happens_once(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.force_reonboarding = true;
        assert_plan(q, f, "onboard");
        f.fulfilled = TRI_YES;
        assert_plan(q, f, "");
}

static void no_package_refuses_only_without_a_licence(void **state)
{
        Request q = asked();
        Facts f = fresh();

        q.onboarding = NULL;
        q.onboarding_failure.reason = REASON_CERTIFICATE_WRONG;
        assert_plan(q, f, "refused: certificate-wrong");
        f = healthy();
        assert_plan(q, f, "");
        f.sensor.health.licensed = TRI_NO;
        assert_plan(q, f, "refused: certificate-wrong");
        f.sensor.health = (SensorHealth){ .answering = TRI_NO };
        q.azure_resource_id = NULL;
        assert_plan(q, f, "verify");
}

static void another_tenant_is_refused(void **state)
{
        Request q = asked();
        Facts f = healthy();

        strcpy(f.sensor.health.org_id, OTHER);
        assert_plan(q, f, "refused: tenant-other");
        f = healthy();
        f.sensor.health = (SensorHealth){ .answering = TRI_NO };
        strcpy(f.sensor.onboarded_org, OTHER);
        assert_plan(q, f, "refused: tenant-other");
        /* without a licence it joins the tenant of its onboarding file as soon as it can; offboarded it is nobody's */
        f = healthy();
        f.sensor.health.licensed = TRI_NO;
        strcpy(f.sensor.onboarded_org, OTHER);
        assert_plan(q, f, "refused: tenant-other");
        f.sensor.offboarding_file = TRI_YES;
        assert_plan(q, f, "onboard verify");
        f = fresh();
        q.expected_tenant_id = OTHER;
        assert_plan(q, f, "refused: tenant-unexpected");
}

static void an_unfit_machine_is_refused_before_anything_changes(void **state)
{
        Request q = asked();
        Facts f = fresh();

        f.machine.support = NULL;
        assert_plan(q, f, "refused: distribution-unsupported");
        f = fresh();
        strcpy(f.machine.distro.architecture, "armv7l");
        assert_plan(q, f, "refused: architecture-unsupported");
        f = fresh();
        strcpy(f.machine.distro.architecture, "aarch64");
        assert_plan(q, f, "repository package onboard service settings verify");
        f = fresh();
        f.package.manager = TRI_NO;
        assert_plan(q, f, "refused: package-manager-missing");
        f = fresh();
        f.machine.systemd = TRI_NO;
        assert_plan(q, f, "refused: systemd-missing");
        /* a sensor that is there stays manageable */
        f = healthy();
        f.machine.support = NULL;
        assert_plan(q, f, "");
}

static void an_interrupted_dpkg_is_repaired_only_when_asked(void **state)
{
        Request q = asked();
        Facts f = fresh();

        f.package.manager_id = MANAGER_APT;
        f.package.broken = TRI_YES;
        assert_plan(q, f, "refused: package-manager-broken");
        q.repair_package_manager = true;
        assert_plan(q, f, "repository package onboard service settings verify");
}

static void an_interruption_inside_the_sensors_installation_is_finished(void **state)
{
        Request q = asked();
        Facts f = fresh();

        f.package.manager_id = MANAGER_APT;
        f.package.broken = TRI_YES;
        f.package.state = PACKAGE_BROKEN;
        f.package.foreign = TRI_NO;
        assert_plan(q, f, "repository package onboard service settings verify");
        f.package.foreign = TRI_UNKNOWN; /* not known to be nobody else's */
        assert_plan(q, f, "refused: package-manager-broken");
        f.package.foreign = TRI_YES;
        snprintf(f.package.foreign_names, sizeof(f.package.foreign_names), "slow, slower");
        assert_plan(q, f, "refused: package-manager-broken");
        q.repair_package_manager = true;
        assert_plan(q, f, "repository package onboard service settings verify");
}

static void half_installed_packages_of_others_are_named(void **state)
{
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        f.package.manager_id = MANAGER_APT;
        f.package.broken = f.package.foreign = TRI_YES;
        snprintf(f.package.foreign_names, sizeof(f.package.foreign_names), "slow, slower");
        plan_make(&q, &f, &plan);
        assert_non_null(strstr(plan.refusal.found, "half installed: slow, slower."));
        q.repair_package_manager = true;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_string_equal(plan.notes[0].name, "package-repair");
        assert_non_null(strstr(plan.notes[0].text, "interrupted at slow, slower"));
}

static void a_damaged_rpm_database_is_refused_for_no_run_can_mend_it(void **state)
{
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        f.look = LOOK_SECOND;
        f.package.manager_id = MANAGER_DNF;
        f.package.broken = TRI_YES;
        f.package.state = PACKAGE_UNKNOWN;
        assert_plan(q, f, "refused: package-manager-broken");
        q.repair_package_manager = true;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_PACKAGE_MANAGER_BROKEN);
        assert_null(strstr(plan.refusal.found, "repairPackageManager"));
        f.package.state = PACKAGE_ABSENT;
        assert_plan(q, f, "refused: package-manager-broken");
        f.package.state = PACKAGE_UNKNOWN; /* what is there is looked after all the same */
        f.sensor.files = TRI_YES;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
}

static void what_package_file_decides_alone_is_told(void **state)
{
        Request q = asked();
        Facts f = fresh();
        Plan plan;

        q.use_existing_repo = true;
        plan_make(&q, &f, &plan);
        assert_int_equal(plan.n_notes, 0);
        q.channel = "insiders-fast";
        q.package_file = "/root/mdatp.deb";
        plan_make(&q, &f, &plan);
        assert_string_equal(plan.notes[0].text, "packageFile is set, so that it decides, without a say of: "
                                                "useExistingRepo, channel.");
        f = healthy();
        f.look = LOOK_SECOND;
        snprintf(f.package.version, sizeof(f.package.version), "101.2");
        plan_make(&q, &f, &plan);
        assert_string_equal(plan.notes[0].name, "package-file");
        q.version = "101.1";
        plan_make(&q, &f, &plan);
        assert_true(plan.n_notes == 0 || strcmp(plan.notes[0].name, "package-file") != 0);
}

/* --- what a person undid ------------------------------------------------------------------------------- */

static void a_sensor_that_was_removed_after_success_stays_away(void **state)
{
        Request q = asked();
        Facts f = fresh();

        f.fulfilled = TRI_YES;
        assert_plan(q, f, "refused: sensor-removed");
        f.package.state = PACKAGE_CONFIG_FILES;
        assert_plan(q, f, "refused: sensor-removed");
        f = healthy();
        f.fulfilled = TRI_YES;
        f.sensor.files = TRI_NO;
        assert_plan(q, f, "refused: sensor-removed");
        f.package.state = PACKAGE_ABSENT;
        q.force_reonboarding = true;
        assert_plan(q, f, "repository package service");
        q.force_reonboarding = false;
        f.fulfilled = TRI_NO;
        assert_plan(q, f, "repository package service");
}

static void a_package_that_was_cut_off_is_repaired(void **state)
{
        Request q = asked();
        Facts f = healthy();

        f.fulfilled = TRI_YES;
        f.package.state = PACKAGE_BROKEN;
        f.sensor.files = TRI_NO;
        assert_plan(q, f, "repository package service");
        f.sensor.offboarding_file = TRI_YES;
        assert_plan(q, f, "refused: sensor-offboarded");
}

static void the_first_look_leaves_a_missing_sensor_to_the_second(void **state)
{
        Request q = asked();
        Facts f = fresh();

        f.look = LOOK_FIRST;
        f.fulfilled = TRI_YES;
        f.package.state = PACKAGE_UNKNOWN;
        assert_plan(q, f, "repository package onboard service settings verify");
}

static void a_sensor_that_was_offboarded_after_success_stays_so(void **state)
{
        Request q = asked();
        Facts f = healthy();

        f.fulfilled = TRI_YES;
        f.sensor.offboarding_file = TRI_YES;
        assert_plan(q, f, "refused: sensor-offboarded");
        f.sensor.offboarding_file = TRI_NO;
        f.sensor.onboarded = TRI_NO;
        assert_plan(q, f, ""); /* licensed */
        f.sensor.health.licensed = TRI_NO;
        assert_plan(q, f, "refused: sensor-offboarded");
        f.sensor.onboarded = TRI_UNKNOWN;
        assert_plan(q, f, "onboard verify");
        f.sensor.onboarded = TRI_NO;
        f.fulfilled = TRI_NO;
        assert_plan(q, f, "onboard verify");
        f.fulfilled = TRI_YES;
        q.force_reonboarding = true;
        assert_plan(q, f, "onboard verify");
}

static void what_is_on_hold_is_looked_at_and_not_done(void **state)
{
        Request q = asked();
        Facts f = healthy();

        f.hold.held = TRI_YES;
        assert_plan(q, f, "");
        f.sensor.enabled = TRI_NO;
        assert_plan(q, f, "refused: held");
}

static void a_hold_tells_its_end_and_that_it_is_over(void **state)
{
        _cleanup_free_ Plan *plan = text_allocate(sizeof(Plan));
        Request q = asked();
        Facts f = healthy();

        f.sensor.enabled = TRI_NO;
        f.hold = (Hold){ .held = TRI_YES, .until_s = 1800000000, .reason = "ask Kim" };
        plan_make(&q, &f, plan);
        assert_non_null(strstr(plan->refusal.found, "ask Kim. It ends at 2027-01-15T08:00:00Z."));
        f.hold.held = TRI_NO;
        f.hold.over = true;
        assert_plan(q, f, "service");
        plan_make(&q, &f, plan);
        assert_int_equal(plan->notes[0].level, PLAN_INFORMATION);
        assert_non_null(strstr(plan->notes[0].text, "The hold until 2027-01-15T08:00:00Z is over (ask Kim)"));
        f.hold = (Hold){ .held = TRI_YES, .damaged = true };
        assert_plan(q, f, "refused: held");
}

/* --- every mix of facts converges --------------------------------------------------------------------- */

/* The file is written; whether the sensor does what it says is another matter. Facts own their text here. */
static void apply_managed(const Request *q, Facts *f)
{
        _cleanup_(managed_clear) Managed managed = { 0 };
        _cleanup_free_ char *before = f->sensor.managed_json;
        Error err = { 0 };

        managed_make(q, f, &managed);
        if (managed_edit(&managed, before, f->sensor.managed_length, &f->sensor.managed_json, &f->sensor.managed_length,
                         &err) < 0)
                fail_msg("%s", err.text);
}

/* Half there and newer than asked: it is finished as it is. */
static bool keeps(const Request *q, const Facts *f)
{
        return f->package.state == PACKAGE_BROKEN && !q->allow_downgrade && situation_pin(q, f) < 0;
}

static void apply(StepId id, const Request *q, Facts *f)
{
        switch (id) {
        case STEP_ONBOARDING_PACKAGE: /* into the request: see every_mix_with_a_source_converges */
        case STEP_REPOSITORY:
        case STEP_PACKAGE_FILE:
        case STEP_INSTALL_PATH:
        case STEP_CONNECTIVITY:
                break;
        case STEP_OFFBOARD:
                f->sensor.onboarded = TRI_NO;
                f->sensor.onboarded_org[0] = f->sensor.health.org_id[0] = '\0';
                f->sensor.offboarding_file = f->sensor.health.answering = TRI_YES;
                f->sensor.health.licensed = TRI_NO;
                break;
        case STEP_MANAGED_CONFIG:
                apply_managed(q, f);
                break;
        case STEP_PACKAGE:
                if (q->version && !keeps(q, f))
                        snprintf(f->package.version, sizeof(f->package.version), "%s", q->version);
                f->package.state = PACKAGE_INSTALLED;
                f->package.broken = TRI_NO;
                f->sensor.files = f->sensor.loaded = TRI_YES;
                f->sensor.health.expires_s = LATER;
                break;
        case STEP_ONBOARD:
                f->sensor.onboarded = TRI_YES;
                f->sensor.offboarding_file = TRI_NO;
                snprintf(f->sensor.onboarded_org, sizeof(f->sensor.onboarded_org), "%s", q->onboarding->org_id);
                break;
        case STEP_SERVICE:
                f->sensor.enabled = f->sensor.active = TRI_YES;
                break;
        case STEP_SETTINGS:
                f->sensor.health.answering = TRI_YES;
                f->sensor.health.tags_known = TRI_YES;
                f->sensor.health.n_tags = 1;
                f->sensor.health.tags[0] = (SensorTag){ "AzureResourceId", RESOURCE };
                break;
        case STEP_VERIFY:
                f->sensor.health.answering = TRI_YES;
                f->sensor.health.licensed = TRI_YES;
                f->sensor.health.tags_known = TRI_YES;
                snprintf(f->sensor.health.org_id, sizeof(f->sensor.health.org_id), "%s",
                         (f->sensor.onboarded == TRI_YES && *f->sensor.onboarded_org) || !q->onboarding
                                 ? f->sensor.onboarded_org
                                 : q->onboarding->org_id);
                break;
        case STEP_UPDATE:
                f->update.due = TRI_NO;
                f->update.record = (UpdateRecord){ .opted_out = TRI_NO };
                break;
        case _STEP_MAX:
                fail();
        }
}

/* Counts down a mixed-radix number: one digit per dimension of the mix. */
static unsigned digit(unsigned *number, unsigned base)
{
        unsigned d = *number % base;

        *number /= base;
        return d;
}

static Tri tri_digit(unsigned *number)
{
        static const Tri values[] = { TRI_UNKNOWN, TRI_NO, TRI_YES };

        return values[digit(number, 3)];
}

static Facts mix(unsigned number)
{
        static const PackageState states[] = { PACKAGE_UNKNOWN, PACKAGE_ABSENT, PACKAGE_CONFIG_FILES, PACKAGE_BROKEN,
                                               PACKAGE_INSTALLED };
        static const char *const orgs[] = { "", ORG, OTHER };
        static const Tri fulfilled[] = { TRI_UNKNOWN, TRI_NO, TRI_YES, TRI_NO }; /* the last: and expired */
        Facts f = fresh();

        f.package.state = states[digit(&number, 5)];
        f.sensor.files = tri_digit(&number);
        f.sensor.enabled = tri_digit(&number);
        f.sensor.active = tri_digit(&number);
        f.sensor.onboarded = tri_digit(&number);
        strcpy(f.sensor.onboarded_org, orgs[digit(&number, 3)]);
        f.sensor.offboarding_file = tri_digit(&number);
        f.sensor.health.answering = digit(&number, 2) ? TRI_YES : TRI_NO;
        f.sensor.health.licensed = tri_digit(&number);
        strcpy(f.sensor.health.org_id, orgs[digit(&number, 3)]);
        f.sensor.health.tags_known = digit(&number, 2) ? TRI_YES : TRI_UNKNOWN;
        number = digit(&number, 4);
        f.fulfilled = fulfilled[number];
        f.sensor.health.expires_s = number == 3 ? NOW - 1 : LATER;
        return f;
}

#define MIXES (5u * 3 * 3 * 3 * 3 * 3 * 3 * 2 * 3 * 3 * 2 * 4)

/* 13 divides none of the dimensions. */
static unsigned stride(void)
{
        static unsigned known;

        if (!known)
                known = sweep_stride(13);
        return known;
}

static void check_converges(const Request *q, Facts f, unsigned number)
{
        Plan plan;
        size_t i;

        if (f.sensor.files == TRI_NO && f.package.state == PACKAGE_UNKNOWN)
                return; /* there is nothing that could come of it: verify says so */
        plan_make(q, &f, &plan);
        if (plan.n_steps == 0)
                return;
        f.sensor.managed_json = text_copy(f.sensor.managed_json);
        for (i = 0; i < plan.n_steps; i++)
                apply(plan.steps[i].id, q, &f);
        f.acted = true;
        plan_make(q, &f, &plan);
        free(f.sensor.managed_json);
        if (plan.refusal.reason == REASON_SENSOR_REMOVED || plan.refusal.reason == REASON_SENSOR_OFFBOARDED)
                fail_msg("mix %u: takes its own work for a person's: %s", number, plan.refusal.found);
        if (!plan.refusal.reason && plan.n_steps > 0)
                fail_msg("mix %u: still wants %s: %s", number, step_name(plan.steps[0].id), plan.steps[0].why);
}

static void every_mix_of_facts_converges(void **state)
{
        static const OnboardingPackage leave = { .kind = ONBOARDING_OFFBOARD, .org_id = OTHER, .expires = 1 };
        Request q = asked(), forced = asked(), bare = asked(), change = asked();
        unsigned number;

        forced.force_reonboarding = true;
        change.allow_tenant_change = true;
        change.offboarding = &leave;
        bare.onboarding = NULL;
        bare.azure_resource_id = NULL;
        bare.onboarding_failure.reason = REASON_ONBOARDING_MISSING;
        for (number = 0; number < MIXES; number += stride()) {
                Facts f = mix(number);

                check_converges(&q, f, number);
                check_converges(&forced, f, number);
                check_converges(&bare, f, number);
                if (situation_changes_tenant(&change, &f)) /* else it is as the first */
                        check_converges(&change, f, number);
        }
}

/* Fetched first; then the plan is that of the request it completes, and nothing is fetched again. */
static void every_mix_with_a_source_converges(void **state)
{
        Request q = asked();
        unsigned number;

        q.onboarding = NULL;
        q.onboarding_failure.reason = REASON_ONBOARDING_MISSING;
        q.sources.from_azure = true;
        for (number = 0; number < MIXES; number += stride()) {
                Facts f = mix(number);
                Request with = q, without = q;
                Plan plan;

                plan_make(&q, &f, &plan);
                assert_true(!plan_has(&plan, STEP_ONBOARDING_PACKAGE) || plan.n_steps == 1);
                with.sources.tried = without.sources.tried = true;
                with.sources.came_by = "";
                with.onboarding = &package;
                check_converges(&with, f, number);
                if (situation_can_stay(&q, &f))
                        check_converges(&without, f, number);
        }
}

static void a_missing_package_is_fetched_before_all_else(void **state)
{
        Request q = asked(), bare = asked();
        Facts f = fresh();

        q.onboarding = bare.onboarding = NULL;
        q.onboarding_failure.reason = bare.onboarding_failure.reason = REASON_ONBOARDING_MISSING;
        q.sources.uri = "https://h/p";
        assert_plan(bare, f, "refused: onboarding-missing");
        assert_plan(q, f, "onboarding-package");
        f.machine.support = NULL;
        assert_plan(q, f, "refused: distribution-unsupported");
        f = fresh();
        f.hold.held = TRI_YES;
        assert_plan(q, f, "refused: held");
        f = fresh();
        q.sources.tried = true;
        assert_plan(q, f, "refused: onboarding-missing");
        q.onboarding = &package;
        q.sources.came_by = "";
        assert_plan(q, f, "repository package onboard service settings verify");
}

static bool has_note(const Request *request, const Facts *facts, const char *name)
{
        Plan plan;
        size_t i;

        plan_make(request, facts, &plan);
        for (i = 0; i < plan.n_notes; i++)
                if (text_equal(plan.notes[i].name, name))
                        return true;
        return false;
}

static void beside_a_sensor_a_package_is_fetched_once_to_be_compared(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.onboarding = NULL;
        q.sources.from_azure = true;
        assert_plan(q, f, "onboarding-package");
        f.hold.held = TRI_YES;
        assert_plan(q, f, "");
        assert_true(has_note(&q, &f, "onboarding-package"));
        f.fulfilled = TRI_YES;
        assert_false(has_note(&q, &f, "onboarding-package"));
        f.hold.held = TRI_NO;
        assert_plan(q, f, "");
        f.blind = TRI_YES; /* the daily look asks again for what could not be had */
        assert_plan(q, f, "onboarding-package");
        f.blind = TRI_NOT_ASKED;
        strcpy(f.fulfilled_org, ORG);
        assert_plan(q, f, "");
        f = healthy();
        f.fulfilled = TRI_YES;
        f.sensor.health.licensed = TRI_NO;
        assert_plan(q, f, "verify"); /* the onboarding file is there: the licence comes again, or not */
        strcpy(f.fulfilled_org, ORG);
        assert_plan(q, f, "verify");
        f.sensor.enabled = f.sensor.active = TRI_NO;
        assert_plan(q, f, "service verify");
        strcpy(f.update.record.after, "101.25042.0003"); /* the way back needs no package */
        assert_plan(q, f, "service update verify");
        f.update.record.after[0] = '\0';
        strcpy(f.sensor.onboarded_org, OTHER);
        assert_plan(q, f, "refused: tenant-other");
        f = healthy();
        f.sensor.health.licensed = TRI_NO;
        assert_plan(q, f, "onboarding-package"); /* not met before */
        f.fulfilled = TRI_YES;
        f.sensor.onboarded = TRI_NO; /* what a person undid is not asked the network for */
        assert_plan(q, f, "refused: sensor-offboarded");
        q.sources.tried = true; /* could not be had */
        f = healthy();
        assert_plan(q, f, "");
}

static void a_sensor_that_went_to_another_tenant_is_told_without_a_package(void **state)
{
        static const OnboardingPackage leave = { .kind = ONBOARDING_OFFBOARD, .org_id = OTHER, .expires = LATER };
        Request q = asked();
        Facts f = healthy();

        q.onboarding = NULL;
        q.sources.uri = "https://h/p";
        f.fulfilled = TRI_YES;
        strcpy(f.fulfilled_org, ORG);
        strcpy(f.sensor.health.org_id, OTHER);
        assert_plan(q, f, "refused: tenant-other");
        f.look = LOOK_FIRST;
        assert_plan(q, f, "refused: tenant-other");
        f.look = LOOK_SECOND;
        q.sources.tried = true; /* and could not be had */
        assert_plan(q, f, "refused: tenant-other");
        q.sources.tried = false;
        q.allow_tenant_change = true;
        assert_plan(q, f, "refused: offboarding-missing");
        q.offboarding = &leave;
        assert_plan(q, f, "onboarding-package");
        f.hold.held = TRI_YES;
        assert_plan(q, f, "refused: held");
        f.hold.held = TRI_NO;
        q.sources.tried = true;
        assert_plan(q, f, "refused: tenant-other");
        q.onboarding = &package;
        q.sources.came_by = "";
        assert_plan(q, f, "offboard onboard verify");
}

static void a_tenant_that_was_refused_is_refused_while_its_package_cannot_be_had(void **state)
{
        static const OnboardingPackage leave = { .kind = ONBOARDING_OFFBOARD, .org_id = OTHER, .expires = LATER };
        static const char *const allowed[] = { OTHER, NULL };
        Request q = asked();
        Facts f = healthy();

        q.onboarding = NULL;
        q.sources.uri = "https://h/p";
        strcpy(f.unmet_org, ORG);
        strcpy(f.sensor.health.org_id, OTHER);
        assert_plan(q, f, "onboarding-package"); /* it may be another one by now */
        q.sources.tried = true;
        assert_plan(q, f, "refused: tenant-other");
        q.allow_tenant_change = true;
        q.offboarding = &leave;
        assert_plan(q, f, "refused: tenant-other");
        q.allowed_tenants = allowed;
        assert_plan(q, f, "refused: tenant-not-allowed");
        q.allowed_tenants = NULL;
        q.expected_tenant_id = OTHER;
        assert_plan(q, f, "refused: tenant-unexpected");
        q.expected_tenant_id = NULL;
        strcpy(f.sensor.health.org_id, ORG); /* somebody took it there */
        assert_plan(q, f, "");
}

/* Moved once, and then left; only what was half there and newer than asked may be refused afterwards. */
static void every_mix_with_a_pin_converges(void **state)
{
        static const char *const versions[] = { "", "101.24072.0003", "101.24092.0002", "101.25042.0003-1" };
        Request q = asked();
        unsigned number, n;

        q.version = "101.24092.0002";
        for (number = 0; number < MIXES; number += stride()) {
                Facts f = mix(number);

                for (n = 0; n < 2 * ELEMENTSOF(versions); n++) {
                        q.allow_downgrade = n % 2;
                        snprintf(f.package.version, sizeof(f.package.version), "%s", versions[n / 2]);
                        snprintf(f.sensor.health.version, sizeof(f.sensor.health.version), "%s", versions[n / 2]);
                        check_converges(&q, f, number);
                }
        }
}

static void every_mix_with_an_update_converges(void **state)
{
        Request q = asked();
        unsigned number;

        q.auto_update = TRI_YES;
        for (number = 0; number < MIXES; number += stride()) {
                Facts f = mix(number);

                f.hold.held = TRI_NO;
                f.update.due = TRI_YES;
                f.update.record.opted_out = TRI_NO;
                check_converges(&q, f, number);
                strcpy(f.update.record.after, "101.25042.0003");
                check_converges(&q, f, number);
        }
}

static const char *const managed_files[] = {
        NULL,
        "",
        "{}",
        "not JSON",
        "{\"antivirusEngine\": {\"enforcementLevel\": \"passive\"}}",
        "{\"antivirusEngine\": {\"enforcementLevel\": \"real_time\"}, \"edr\": {\"groupIds\": \"web\"}}",
        "{\"antivirusEngine\": 7, \"cloudService\": {\"proxy\": \"http://p:1\"}}",
};

/* Once written, the file is never asked for again, whatever the sensor makes of it. */
static void every_mix_of_managed_settings_converges(void **state)
{
        static const PackageState states[] = { PACKAGE_ABSENT, PACKAGE_BROKEN, PACKAGE_INSTALLED };
        static const Tri asks[] = { TRI_NOT_ASKED, TRI_NO, TRI_YES };
        _cleanup_json_ Json *config = json_object_new_object();
        unsigned number, n, files = (unsigned)ELEMENTSOF(managed_files);

        json_object_object_add(config, "scanArchives", json_object_new_boolean(true));
        for (number = 0; number < 3u * files * 3 * 3 * 2 * 3 * 2 * 2; number++) {
                Request q = asked();
                Facts f = healthy();

                n = number;
                q.passive = asks[digit(&n, 3)];
                f.sensor.managed_json = (char *)managed_files[digit(&n, files)];
                f.sensor.managed_length = f.sensor.managed_json ? strlen(f.sensor.managed_json) : 0;
                f.package.state = states[digit(&n, 3)];
                f.sensor.health.passive = tri_digit(&n);
                f.sensor.health.answering = digit(&n, 2) ? TRI_YES : TRI_NO;
                f.fulfilled = tri_digit(&n);
                q.proxy = digit(&n, 2) ? "http://p:1" : NULL;
                q.package_file = q.proxy ? "/mdatp.deb" : NULL;
                q.managed_config = digit(&n, 2) ? config : NULL;
                check_converges(&q, f, number);
        }
}

static void the_managed_file_comes_before_the_package_and_alone_beside_a_sensor(void **state)
{
        Request q = asked();
        Facts f = fresh();

        q.passive = TRI_YES;
        assert_plan(q, f, "repository managed-config package onboard service settings verify");
        f = healthy();
        f.sensor.health.passive = TRI_NO;
        assert_plan(q, f, "managed-config");
        f.sensor.managed_json = (char *)"[]";
        f.sensor.managed_length = 2;
        assert_plan(q, f, "refused: managed-config");
        f = fresh();
        f.sensor.managed_json = (char *)"{ // passive\n}";
        f.sensor.managed_length = strlen(f.sensor.managed_json);
        assert_plan(q, f, "refused: managed-config");
}

/* Whatever the facts: a plan never asks for the package of a sensor that is there, nor onboards over another tenant's
 * licence. */
static void no_mix_of_facts_overrides_another_tenant(void **state)
{
        Request q = asked();
        unsigned number;

        q.force_reonboarding = true;
        for (number = 0; number < MIXES; number += stride()) {
                Facts f = mix(number);
                Plan plan;

                if (f.sensor.files != TRI_YES || f.sensor.health.answering != TRI_YES ||
                    f.sensor.health.licensed != TRI_YES || strcmp(f.sensor.health.org_id, OTHER) != 0)
                        continue;
                plan_make(&q, &f, &plan);
                assert_int_equal(plan.refusal.reason, REASON_TENANT_OTHER);
                assert_int_equal(plan.n_steps, 0);
        }
}

static bool has_step(const Plan *plan, StepId id)
{
        size_t i;

        for (i = 0; i < plan->n_steps; i++)
                if (plan->steps[i].id == id)
                        return true;
        return false;
}

/* Nothing is written for a sensor that neither is there nor comes with this plan, and nothing of it is started. */
static void no_mix_of_facts_onboards_where_no_program_is_or_comes(void **state)
{
        const Request plain = asked(), *requests[3];
        Request forced = asked(), file = asked();
        unsigned number, i;

        forced.force_reonboarding = forced.allow_tenant_change = true;
        file.package_file = "/srv/mdatp.deb";
        requests[0] = &plain;
        requests[1] = &forced;
        requests[2] = &file;
        for (number = 0; number < MIXES; number += stride()) {
                Facts f = mix(number);

                for (i = 0; i < ELEMENTSOF(requests) * 2; i++) {
                        Plan plan;

                        f.look = i % 2 ? LOOK_FIRST : LOOK_SECOND;
                        plan_make(requests[i / 2], &f, &plan);
                        if (f.sensor.files != TRI_NO || has_step(&plan, STEP_PACKAGE))
                                continue;
                        if (has_step(&plan, STEP_ONBOARD) || has_step(&plan, STEP_SERVICE) ||
                            has_step(&plan, STEP_SETTINGS))
                                fail_msg("mix %u, request %u", number, i);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_fresh_machine_gets_all_steps),
                cmocka_unit_test(a_healthy_machine_gets_none),
                cmocka_unit_test(tags_are_compared_without_case_but_groups_are_not),
                cmocka_unit_test(drift_is_mended_step_by_step),
                cmocka_unit_test(a_sensor_that_does_not_answer_is_waited_for),
                cmocka_unit_test(a_licence_whose_tenant_is_not_told_is_not_written_over),
                cmocka_unit_test(a_forced_onboarding_happens_once),
                cmocka_unit_test(no_package_refuses_only_without_a_licence),
                cmocka_unit_test(another_tenant_is_refused),
                cmocka_unit_test(an_unfit_machine_is_refused_before_anything_changes),
                cmocka_unit_test(an_interrupted_dpkg_is_repaired_only_when_asked),
                cmocka_unit_test(an_interruption_inside_the_sensors_installation_is_finished),
                cmocka_unit_test(half_installed_packages_of_others_are_named),
                cmocka_unit_test(what_package_file_decides_alone_is_told),
                cmocka_unit_test(a_damaged_rpm_database_is_refused_for_no_run_can_mend_it),
                cmocka_unit_test(a_sensor_that_was_removed_after_success_stays_away),
                cmocka_unit_test(a_package_that_was_cut_off_is_repaired),
                cmocka_unit_test(the_first_look_leaves_a_missing_sensor_to_the_second),
                cmocka_unit_test(a_sensor_that_was_offboarded_after_success_stays_so),
                cmocka_unit_test(what_is_on_hold_is_looked_at_and_not_done),
                cmocka_unit_test(a_hold_tells_its_end_and_that_it_is_over),
                cmocka_unit_test(every_mix_of_facts_converges),
                cmocka_unit_test(every_mix_with_a_pin_converges),
                cmocka_unit_test(every_mix_with_a_source_converges),
                cmocka_unit_test(a_missing_package_is_fetched_before_all_else),
                cmocka_unit_test(beside_a_sensor_a_package_is_fetched_once_to_be_compared),
                cmocka_unit_test(a_sensor_that_went_to_another_tenant_is_told_without_a_package),
                cmocka_unit_test(a_tenant_that_was_refused_is_refused_while_its_package_cannot_be_had),
                cmocka_unit_test(every_mix_with_an_update_converges),
                cmocka_unit_test(every_mix_of_managed_settings_converges),
                cmocka_unit_test(the_managed_file_comes_before_the_package_and_alone_beside_a_sensor),
                cmocka_unit_test(no_mix_of_facts_overrides_another_tenant),
                cmocka_unit_test(no_mix_of_facts_onboards_where_no_program_is_or_comes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
