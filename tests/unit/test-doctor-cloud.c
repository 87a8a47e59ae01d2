/* Links like test-plan: what Azure says, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/commands/command.h"
#include "agent/doctor/diagnose.h"
#include "platform/base/text.h"
#include "tests/unit/put.h"

#define ORG "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"
#define OTHER_ORG "7d3f1d0a-8b47-4e19-a3d5-57ad1e0b9c02"

static const AzureSecurity all_on = { .asked = TRI_YES,
                                      .subscription = "s",
                                      .integration = TRI_YES,
                                      .linux_out = TRI_NO,
                                      .plan = TRI_YES,
                                      .sub_plan = "P1",
                                      .extension = TRI_NO };

/* A VM without the extension, of which nothing else is known. */
static Signs *bare(void)
{
        Signs *s = text_allocate(sizeof(Signs));

        s->live = s->root = true;
        s->guest = (GuestSigns){ .vm = true, .installed = TRI_YES, .running = TRI_YES, .wanted = TRI_NO };
        s->extension = (ExtensionSigns){ .there = TRI_NO, .sequence = -1, .told = TRI_NO };
        s->cloud = all_on;
        return s;
}

static Signs *licensed(void)
{
        Signs *s = bare();

        s->extension.there = TRI_YES;
        s->cloud.extension = TRI_YES;
        put(s->cloud.extension_state, "Succeeded");
        s->facts.sensor.files = TRI_YES;
        s->facts.sensor.health =
                (SensorHealth){ .answering = TRI_YES, .licensed = TRI_YES, .healthy = TRI_YES, .org_id = ORG };
        return s;
}

static bool tells(const Diagnosis *diagnosis, const char *id)
{
        size_t i;

        for (i = 0; i < diagnosis->n; i++)
                if (text_equal(diagnosis->causes[i].id, id))
                        return true;
        return false;
}

static Diagnosis *of(Signs *s)
{
        Diagnosis *diagnosis = text_allocate(sizeof(Diagnosis));

        diagnose(s, diagnosis);
        free(s);
        return diagnosis;
}

/* All switches are told, and what follows from them is not. */
static void switches_say_why_nobody_sent_the_extension(void **state)
{
        static const struct {
                Tri plan, integration, linux_out;
                const char *first, *also;
                const char *words;
        } rows[] = {
                { TRI_NO, TRI_YES, TRI_NO, "plan-off", NULL, "pricing tier is Free in subscription s" },
                { TRI_NO, TRI_NO, TRI_NO, "plan-off", "integration-off", "Free" },
                { TRI_YES, TRI_NO, TRI_YES, "integration-off", NULL, "although Defender for Servers is on" },
                { TRI_UNKNOWN, TRI_NO, TRI_UNKNOWN, "integration-off", NULL, "WDATP of subscription s is off." },
                { TRI_YES, TRI_YES, TRI_YES, "integration-without-linux", NULL, "EXCLUDE_LINUX" },
                { TRI_YES, TRI_YES, TRI_NO, "extension-not-deployed", NULL, "although Defender for Servers and its" },
                { TRI_UNKNOWN, TRI_UNKNOWN, TRI_UNKNOWN, "extension-not-deployed", NULL, "for this machine." },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ Diagnosis *diagnosis = NULL;
                Signs *s = bare();

                s->cloud.plan = rows[i].plan;
                s->cloud.integration = rows[i].integration;
                s->cloud.linux_out = rows[i].linux_out;
                diagnosis = of(s);
                assert_string_equal(diagnosis->causes[0].id, rows[i].first);
                assert_non_null(strstr(diagnosis->causes[0].why, rows[i].words));
                if (rows[i].also)
                        assert_true(tells(diagnosis, rows[i].also));
                assert_false(tells(diagnosis, "extension-not-assigned"));
                assert_int_equal(tells(diagnosis, "extension-not-deployed"),
                                 text_equal(rows[i].first, "extension-not-deployed"));
                assert_int_equal(diagnosis->groups[GROUP_CLOUD], FINDING_YES);
        }
}

/* Where somebody deployed it, Defender for Cloud's switches do not matter. */
static void what_azure_does_with_the_extension_is_told(void **state)
{
        static const struct {
                const char *state, *message, *id, *words;
        } rows[] = {
                { "Failed", "it has run out", "extension-deployment-failed", "is Failed: it has run out." },
                { "canceled", "", "extension-deployment-failed", "is canceled." },
                { "Creating", "", "extension-deploying", "is Creating" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ Diagnosis *diagnosis = NULL;
                Signs *s = bare();

                s->guest.wanted = TRI_YES;
                s->cloud.integration = s->cloud.plan = TRI_NO;
                s->cloud.extension = TRI_YES;
                strcpy(s->cloud.extension_state, rows[i].state);
                strcpy(s->cloud.extension_message, rows[i].message);
                diagnosis = of(s);
                assert_string_equal(diagnosis->causes[0].id, rows[i].id);
                assert_non_null(strstr(diagnosis->causes[0].why, rows[i].words));
                assert_false(tells(diagnosis, "plan-off") || tells(diagnosis, "integration-off"));
        }
}

static void an_extension_that_came_or_a_licence_needs_no_switches(void **state)
{
        _cleanup_free_ Diagnosis *one = NULL, *other = NULL;
        Signs *s = bare();

        s->extension.there = TRI_YES;
        s->cloud.plan = s->cloud.integration = TRI_NO;
        one = of(s);
        assert_int_not_equal(one->groups[GROUP_CLOUD], FINDING_YES);
        s = licensed();
        s->extension.there = s->cloud.extension = s->cloud.integration = TRI_NO;
        other = of(s);
        assert_int_equal(other->groups[GROUP_CLOUD], FINDING_NO);
        assert_string_equal(other->fine[GROUP_CLOUD], "Defender for Servers on P1, integration off; extension: none");
}

static void a_failure_that_azure_still_shows_is_told(void **state)
{
        _cleanup_free_ Diagnosis *one = NULL, *other = NULL;
        Signs *s = licensed();

        put(s->cloud.extension_state, "Failed");
        one = of(s);
        assert_true(tells(one, "extension-shown-failed"));
        s = licensed();
        put(s->cloud.extension_state, "Failed");
        s->extension.told = TRI_YES;
        put(s->extension.status, "error");
        other = of(s);
        assert_false(tells(other, "extension-shown-failed"));
}

static void another_tenant_than_the_subscriptions_is_a_fault_unless_asked_for(void **state)
{
        static const struct {
                const char *package, *asked;
                const char *id;
                size_t faults;
        } rows[] = {
                { OTHER_ORG, "", "subscription-tenant", 1 },
                { OTHER_ORG, ORG, "subscription-tenant-asked", 0 },
                { ORG, "", NULL, 0 },
                { "", "", NULL, 0 },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ Diagnosis *diagnosis = NULL;
                Signs *s = licensed();

                put(s->facts.sensor.health.machine_id, "0123");
                strcpy(s->cloud.org_id, rows[i].package);
                strcpy(s->extension.tenant, rows[i].asked);
                diagnosis = of(s);
                assert_int_equal(diagnosis->n_faults, rows[i].faults);
                assert_int_equal(diagnosis->n, rows[i].id != NULL);
                if (rows[i].id)
                        assert_true(tells(diagnosis, rows[i].id));
        }
}

static void what_could_not_be_seen_is_told_with_the_way_to_see_it(void **state)
{
        static const struct {
                Tri asked;
                ReasonId reason;
                const char *what, *how;
        } rows[] = {
                { TRI_NO, REASON_AZURE_IDENTITY, "what Azure says: it has none", "role Reader" },
                { TRI_YES, REASON_AZURE_ACCESS, "parts of what Azure says: it has none", "role Reader" },
                { TRI_NO, REASON_AZURE_UNREACHABLE, "what Azure says: it has none", "port 443" },
                { TRI_NO, REASON_AZURE_METADATA_DENIED, "what Azure says: it has none", "Mend that" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ Diagnosis *diagnosis = NULL;
                AzureSecurity cloud = { .asked = rows[i].asked, .reason = rows[i].reason, .trouble = "it has none." };
                char what[SIGNS_TEXT_MAX];
                const char *how;
                Signs *s = bare();

                cloud.integration = cloud.plan = cloud.linux_out = cloud.extension = TRI_UNKNOWN;
                s->cloud = cloud;
                assert_true(cloud_tell_unseen(s, NULL, what, &how));
                assert_string_equal(what, rows[i].what);
                assert_non_null(strstr(how, rows[i].how));
                diagnosis = of(s);
                assert_int_equal(diagnosis->groups[GROUP_CLOUD], FINDING_UNSEEN);
                assert_string_equal(diagnosis->causes[0].id, "extension-not-assigned");
                s = licensed();
                s->cloud = cloud;
                assert_false(cloud_tell_unseen(s, NULL, what, &how));
                free(diagnosis);
                diagnosis = of(s);
                assert_int_equal(diagnosis->groups[GROUP_CLOUD], FINDING_NOT_ASKED);
        }
}

/* By the run that asked Azure for the package, and by the doctor's own question: it is one fault. */
static void what_a_run_has_met_as_well_is_told_once(void **state)
{
        static const char *const troubles[] = { "HOST/token answered 404.", "another" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(troubles); i++) {
                _cleanup_free_ Diagnosis *diagnosis = NULL;
                Signs *s = bare();

                s->cloud = (AzureSecurity){ .asked = TRI_NO, .reason = REASON_AZURE_METADATA_DENIED };
                snprintf(s->cloud.trouble, sizeof(s->cloud.trouble), "%s", troubles[i]);
                s->extension.told = TRI_YES;
                s->extension.reason = REASON_AZURE_METADATA_DENIED;
                put(s->extension.status, "error");
                put(s->extension.message, "Tried in this order: from Azure: HOST/token answered 404.");
                diagnosis = of(s);
                assert_true(tells(diagnosis, "azure-metadata-denied"));
                assert_int_equal(diagnosis->n_unseen, 2);
                assert_string_equal(diagnosis->unseen[0].what,
                                    i == 0 ? "what Azure says: see azure-metadata-denied" : "what Azure says: another");
                assert_non_null(strstr(diagnosis->unseen[0].how, "Mend that"));
        }
}

static void others_than_azures_machines_have_no_cloud(void **state)
{
        _cleanup_free_ Diagnosis *diagnosis = NULL;
        Signs *s = bare();

        s->guest = (GuestSigns){ 0 };
        s->cloud = (AzureSecurity){ 0 };
        diagnosis = of(s);
        assert_int_equal(diagnosis->groups[GROUP_CLOUD], FINDING_NOT_ASKED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(switches_say_why_nobody_sent_the_extension),
                cmocka_unit_test(what_azure_does_with_the_extension_is_told),
                cmocka_unit_test(an_extension_that_came_or_a_licence_needs_no_switches),
                cmocka_unit_test(a_failure_that_azure_still_shows_is_told),
                cmocka_unit_test(another_tenant_than_the_subscriptions_is_a_fault_unless_asked_for),
                cmocka_unit_test(what_could_not_be_seen_is_told_with_the_way_to_see_it),
                cmocka_unit_test(what_a_run_has_met_as_well_is_told_once),
                cmocka_unit_test(others_than_azures_machines_have_no_cloud),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
