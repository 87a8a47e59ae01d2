/* Links like test-plan: the rules alone, nothing that could do I/O. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/plan.h"
#include "agent/situation.h"
#include "platform/base/text.h"

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"
#define INSTALLED "101.24092.0002"

static const DistroSupport support = { "debian", "12", "debian/12", MANAGER_APT, "microsoft.asc", true };
static const OnboardingPackage package = { .kind = ONBOARDING_ONBOARD, .org_id = ORG };

static Request asked(void)
{
        return (Request){ .onboarding = &package, .max_wait_minutes = 45, .auto_update = TRI_YES };
}

static Facts due(void)
{
        Facts f = { .look = LOOK_SECOND, .now_s = 1800000000, .hold.held = TRI_NO };

        f.machine.systemd = f.machine.distro_known = TRI_YES;
        f.machine.support = &support;
        strcpy(f.machine.distro.architecture, "x86_64");
        f.package.manager = f.package.registered = TRI_YES;
        f.package.state = PACKAGE_INSTALLED;
        strcpy(f.package.version, INSTALLED);
        f.update.due = f.update.others.known = TRI_YES;
        f.update.record.opted_out = TRI_NO;
        f.sensor.files = f.sensor.loaded = f.sensor.enabled = f.sensor.active = f.sensor.onboarded = TRI_YES;
        strcpy(f.sensor.onboarded_org, ORG);
        f.sensor.health = (SensorHealth){
                .answering = TRI_YES, .licensed = TRI_YES, .tags_known = TRI_YES, .org_id = ORG, .version = INSTALLED
        };
        return f;
}

/* "steps...; the row of who updates it" or the id of the refusal. */
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
                text_append(&text, "; %s%s: %s", plan.notes[i].name, plan.notes[i].level == PLAN_WARNING ? "!" : "",
                            plan.notes[i].text);
        return text_take(&text);
}

#define assert_told(request, facts, begin, word)                                                                       \
        do {                                                                                                           \
                _cleanup_free_ char *_told = told(&(request), &(facts));                                               \
                if (!text_starts_with(_told, begin) || !strstr(_told, word))                                           \
                        fail_msg("%s", _told);                                                                         \
        } while (0)

static void one_that_is_well_and_due_is_looked_after(void **state)
{
        Request q = asked();
        Facts f = due();

        assert_told(q, f, "update; updates:", "one day of each week");
        f.update.due = TRI_NO;
        assert_told(q, f, "; updates:", "one day of each week");
        f.update.due = TRI_NOT_ASKED;
        assert_told(q, f, "; updates:", "one day of each week");
}

static void what_speaks_against_it_is_told(void **state)
{
        Request q = asked();
        Facts f = due();

        q.auto_update = TRI_NOT_ASKED;
        assert_told(q, f,
                    "; updates:", "and none of these takes it in: unattended-upgrades, dnf-automatic, yum-cron, ");
        assert_told(q, f,
                    "; updates:", "a cron entry. What updates it from outside, as Defender for Cloud may, is not seen");
        q = asked();
        q.version = INSTALLED;
        assert_told(q, f, "; updates:",
                    "Nobody updates the sensor: the setting version asks for " INSTALLED
                    ", which goes before autoUpdate.");
        q.auto_update = TRI_NO;
        assert_told(q, f, "; updates:", "Nobody updates the sensor: the setting version asks for " INSTALLED ".");
        f.update.others.name = "unattended-upgrades";
        strcpy(f.update.others.where, "apt-daily-upgrade.timer");
        assert_told(q, f,
                    "; updates!:", "asks for " INSTALLED ": add \"mdatp\"; to Unattended-Upgrade::Package-Blacklist");
        q = asked();
        q.package_file = "/root/mdatp.deb";
        f.update.others.name = NULL;
        assert_told(q, f, "; package-file:", "packageFile names its package");
        f.update.others.name = "unattended-upgrades";
        q = asked();
        assert_told(q, f, "; updates:", "unattended-upgrades (apt-daily-upgrade.timer) updates the sensor; autoUpdate");
        f = due();
        f.update.record.opted_out = TRI_YES;
        assert_told(q, f, "; updates:", "ExcludeMdeAutoUpdate");
        f.update.record.opted_out = TRI_UNKNOWN;
        strcpy(f.update.record.trouble, "no answer");
        assert_told(q, f,
                    "; updates!:", "could not be learnt whether the Azure tag ExcludeMdeAutoUpdate is set: no answer");
        f.update.record.opted_out = TRI_NO;
        f.update.due = TRI_NO;
        assert_told(q, f, "; updates!:", "is repeated tomorrow: no answer");
}

static void what_to_do_is_right_for_each_updater(void **state)
{
        static const char *const rows[][2] = {
                { "unattended-upgrades",
                  "add \"mdatp\"; to Unattended-Upgrade::Package-Blacklist in /etc/apt/apt.conf.d, " },
                { "dnf-automatic", "add excludepkgs=mdatp to [base] of that file, " },
                { "yum-cron", "add exclude=mdatp to [base] of that file, " },
                { "transactional-update", "run 'zypper addlock mdatp' " },
                { "os-update", "run 'zypper addlock mdatp' " },
                { "a cron entry", "take mdatp out of that file's commands, " },
        };
        Request q = asked();
        Facts f = due();
        size_t i;

        q.version = INSTALLED;
        snprintf(f.update.others.where, sizeof(f.update.others.where), "/etc/somewhere");
        for (i = 0; i < ELEMENTSOF(rows); i++) {
                f.update.others.name = rows[i][0];
                assert_told(q, f, "; updates!:", rows[i][1]);
        }
        for (i = 0; updater_get(i); i++)
                assert_non_null(updater_get(i)->exclude);
}

static void nothing_is_promised_that_can_never_be(void **state)
{
        Request q = asked();
        Facts f = due();

        f.machine.support = NULL;
        assert_told(q, f, "; updates!:", "autoUpdate does nothing here: this distribution is not supported, ");
        q.allow_unsupported_distro = true;
        f.machine.derived = &support;
        assert_told(q, f, "", "one day of each week");
        f = due();
        f.package.manager = TRI_NO;
        assert_told(q, f, "; updates!:", "the distribution's package manager is missing: install it.");
        f = due();
        f.package.broken = TRI_YES;
        assert_told(q, f, "", "autoUpdate does nothing here: the package manager is in a broken state: repair it.");
        f = due();
        f.hold.held = TRI_YES;
        assert_told(q, f, "; updates!:", "changes to this machine are on hold: remove /etc/mde-linux/hold");
}

static void nothing_but_a_machine_that_is_well_is_touched(void **state)
{
        Request q = asked();
        Facts f = due();

        f.hold.held = TRI_YES;
        assert_told(q, f, "; updates!:", "");
        f = due();
        f.sensor.active = TRI_NO;
        assert_told(q, f, "service; updates:", "");
        f = due();
        f.sensor.health.licensed = TRI_NO;
        assert_told(q, f, "verify; updates:", "");
        f = due();
        f.package.state = PACKAGE_UNKNOWN;
        assert_told(q, f, "; updates:", "");
        f = due();
        f.machine.support = NULL;
        assert_told(q, f, "; updates!:", "");
        f = due();
        f.acted = true;
        assert_told(q, f, "; updates:", "");
}

static void what_was_begun_is_seen_to_its_end(void **state)
{
        Request q = { .onboarding = &package, .auto_update = TRI_NO };
        Facts f = due();

        strcpy(f.update.record.before, "101.24072.0003");
        strcpy(f.update.record.after, INSTALLED);
        assert_told(q, f, "update; ", "");
        f.sensor.health.licensed = TRI_NO;
        f.sensor.health.expires_s = f.now_s - 1;
        assert_told(q, f, "update verify", ""); /* not the package: the update goes back */
        f.look = LOOK_FIRST;
        f.sensor.health = (SensorHealth){ .answering = TRI_NO };
        assert_told(q, f, "update verify", "");
        f.hold.held = TRI_YES;
        assert_told(q, f, "held", "");
}

static void a_version_that_did_not_come_up_is_told_by_every_look(void **state)
{
        Request q = asked();
        Facts f = due();

        strcpy(f.update.record.skipped, "101.25042.0003");
        strcpy(f.update.record.skipped_why, "it died");
        f.update.record.skipped_s = 1800000000;
        f.look = LOOK_FIRST;
        f.update.due = f.update.others.known = TRI_NOT_ASKED;
        assert_told(q, f,
                    "; update-skipped!: Version 101.25042.0003 was installed by autoUpdate at 2027-01-15T08:00:00Z",
                    "put back: it died. A newer one");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_that_is_well_and_due_is_looked_after),
                cmocka_unit_test(what_speaks_against_it_is_told),
                cmocka_unit_test(what_to_do_is_right_for_each_updater),
                cmocka_unit_test(nothing_is_promised_that_can_never_be),
                cmocka_unit_test(nothing_but_a_machine_that_is_well_is_touched),
                cmocka_unit_test(what_was_begun_is_seen_to_its_end),
                cmocka_unit_test(a_version_that_did_not_come_up_is_told_by_every_look),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
