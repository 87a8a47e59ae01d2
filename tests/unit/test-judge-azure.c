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
#define VM "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
#define OTHER_VM "99999999-bbbb-cccc-dddd-eeeeeeeeeeee"
#define HERE "/subscriptions/s/resourceGroups/group/providers/Microsoft.Compute/virtualMachines/here"
#define THERE "/subscriptions/s/resourceGroups/group/providers/Microsoft.Compute/virtualMachines/there"

static const OnboardingPackage package = { .kind = ONBOARDING_ONBOARD, .org_id = ORG };

static Request asked(void)
{
        return (Request){ .onboarding = &package, .max_wait_minutes = 45 };
}

/* All is well: nothing to do but what the tags lead to. */
static Facts healthy(void)
{
        Facts f = { .look = LOOK_SECOND, .now_s = 1800000000, .hold.held = TRI_NO };

        f.machine.systemd = TRI_YES;
        f.package.manager = f.package.registered = TRI_YES;
        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = f.sensor.loaded = f.sensor.enabled = f.sensor.active = f.sensor.onboarded = TRI_YES;
        strcpy(f.sensor.onboarded_org, ORG);
        f.sensor.health = (SensorHealth){
                .answering = TRI_YES, .licensed = TRI_YES, .tags_known = TRI_YES, .org_id = ORG, .machine_id = "d1"
        };
        f.azure.known = TRI_YES;
        f.azure.machine.kind = AZURE_VM;
        strcpy(f.azure.machine.resource_id, HERE);
        strcpy(f.azure.machine.vm_id, VM);
        return f;
}

static void tag(Facts *facts, const char *value)
{
        strcpy(facts->sensor.health.tags[0].key, "AzureResourceId");
        strcpy(facts->sensor.health.tags[0].value, value);
        facts->sensor.health.n_tags = 1;
}

/* "steps...; NOTE: text; WARNING!: text" */
static char *told(const Request *request, const Facts *facts)
{
        _cleanup_(text_clear) Text text = { 0 };
        Plan plan;
        size_t i;

        plan_make(request, facts, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        for (i = 0; i < plan.n_steps; i++)
                text_append(&text, "%s%s", i ? " " : "", step_name(plan.steps[i].id));
        for (i = 0; i < plan.n_notes; i++)
                if (strstr("azure-cloud azure-resource cloned", plan.notes[i].name))
                        text_append(&text, "; %s%s: %s", plan.notes[i].name,
                                    plan.notes[i].level == PLAN_WARNING ? "!" : "", plan.notes[i].text);
        return text.length ? text_take(&text) : text_copy("");
}

#define assert_told(request, facts, begin, word)                                                                       \
        do {                                                                                                           \
                _cleanup_free_ char *_told = told(&(request), &(facts));                                               \
                if (!text_starts_with(_told, begin) || !strstr(_told, word))                                           \
                        fail_msg("%s", _told);                                                                         \
        } while (0)

#define assert_nothing_told(request, facts)                                                                            \
        do {                                                                                                           \
                _cleanup_free_ char *_told = told(&(request), &(facts));                                               \
                assert_string_equal(_told, "");                                                                        \
        } while (0)

static void the_resource_that_is_asked_for_is_compared_with_what_azure_says(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.azure_resource_id = "/SUBSCRIPTIONS/s/resourcegroups/GROUP/providers/Microsoft.Compute/virtualMachines/HERE";
        tag(&f, HERE);
        assert_nothing_told(q, f);
        q.azure_resource_id = THERE;
        assert_told(q, f, "settings; azure-resource!: ", THERE);
        assert_told(q, f, "settings; azure-resource!: ", HERE);
        tag(&f, THERE);
        assert_told(q, f, "; azure-resource!: ", "as asked");
}

static void what_azure_does_not_say_is_no_difference(void **state)
{
        static const Tri silent[] = { TRI_NOT_ASKED, TRI_UNKNOWN, TRI_NO };
        Request q = asked();
        Facts f = healthy();
        size_t i;

        strcpy(f.azure.record.vm_id, OTHER_VM);
        for (i = 0; i < ELEMENTSOF(silent); i++) {
                f.azure.known = silent[i];
                q.azure_resource_id = NULL;
                assert_nothing_told(q, f);
                q.azure_resource_id = THERE;
                tag(&f, THERE);
                assert_nothing_told(q, f);
        }
        f = healthy();
        *f.azure.machine.resource_id = '\0';
        q.azure_resource_id = NULL;
        assert_nothing_told(q, f);
}

static void a_resource_that_nobody_asked_for_is_what_azure_says(void **state)
{
        Request q = asked();
        Facts f = healthy();
        PlanTag tags[PLAN_TAGS];

        assert_told(q, f, "settings; azure-resource: ", HERE);
        plan_tags(&q, &f, tags);
        assert_string_equal(tags[0].value, HERE);
        tag(&f, THERE);
        assert_told(q, f, "settings; azure-resource: ", HERE);
        tag(&f, HERE);
        assert_told(q, f, "; azure-resource: ", HERE);
        /* one that does not tell its tags would be set for ever */
        f.sensor.health.n_tags = 0;
        f.sensor.health.tags_known = TRI_UNKNOWN;
        assert_told(q, f, "; azure-resource: ", HERE);
        /* one that does not answer yet will tell */
        f.sensor.health.answering = TRI_NO;
        assert_told(q, f, "settings verify; azure-resource: ", HERE);
        f.sensor.health.answering = TRI_YES;
        /* and the sensor may have refused it */
        f.sensor.health.tags_known = TRI_YES;
        refused_add(&f.refused, "AzureResourceId", "tamper protection");
        assert_told(q, f, "; azure-resource: ", HERE);
}

static void a_copy_of_a_disk_is_recognised(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.azure_resource_id = HERE;
        tag(&f, HERE);
        strcpy(f.azure.record.vm_id, VM);
        assert_nothing_told(q, f);
        strcpy(f.azure.record.vm_id, OTHER_VM);
        assert_told(q, f, "; cloned!: ", "vmId " OTHER_VM ", and this is the VM " VM);
        strcpy(f.azure.record.device, "d1");
        assert_told(q, f, "; cloned!: ", "wdavstate");
        /* its state was cleared: another device by now */
        strcpy(f.azure.record.device, "d0");
        assert_nothing_told(q, f);
        strcpy(f.azure.record.device, "d1");
        f.azure.machine.kind = AZURE_ARC;
        assert_nothing_told(q, f);
        f = healthy();
        strcpy(f.azure.record.vm_id, OTHER_VM);
        tag(&f, HERE);
        f.sensor.onboarded = f.sensor.health.licensed = TRI_NO;
        assert_told(q, f, "onboard verify", "verify");
}

static void a_copy_stays_one_until_it_is_another_device(void **state)
{
        AzureRecord record = { 0 };

        azure_record_keep(&record, "", "d1");
        assert_string_equal(record.vm_id, "");
        azure_record_keep(&record, VM, "");
        assert_string_equal(record.vm_id, VM);
        azure_record_keep(&record, "AAAAAAAA-BBBB-cccc-dddd-eeeeeeeeeeee", "d1");
        assert_string_equal(record.device, "d1");
        azure_record_keep(&record, VM, "");
        assert_string_equal(record.device, "d1");
        azure_record_keep(&record, OTHER_VM, "d1");
        assert_string_equal(record.vm_id, VM);
        azure_record_keep(&record, OTHER_VM, "d2");
        assert_string_equal(record.vm_id, OTHER_VM);
        assert_string_equal(record.device, "d2");
}

static void a_cloud_without_defender_is_told_of_and_a_licensed_sensor_left_alone(void **state)
{
        Request q = asked();
        Facts f = healthy();

        q.azure_resource_id = HERE;
        tag(&f, HERE);
        strcpy(f.azure.machine.cloud, "AzureUSGovernmentCloud");
        assert_nothing_told(q, f);
        strcpy(f.azure.machine.cloud, "USNat");
        assert_nothing_told(q, f);
        strcpy(f.azure.machine.cloud, "AzureChinaCloud");
        assert_told(q, f, "; azure-cloud: ", "stays as it is");
        f.sensor.onboarded = f.sensor.health.licensed = TRI_NO;
        assert_told(q, f, "onboard verify; azure-cloud!: ", "tenant " ORG);
}

static void what_only_a_second_look_tells_is_kept_for_the_first(void **state)
{
        Request q = asked();
        Facts f = healthy();
        Plan plan;

        q.azure_resource_id = THERE;
        tag(&f, THERE);
        plan_make(&q, &f, &plan);
        plan_leave_second_notes(&q, &f, &plan);
        assert_int_equal(plan.n_notes, 1);
        assert_string_equal(plan.notes[0].name, "azure-resource");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_resource_that_is_asked_for_is_compared_with_what_azure_says),
                cmocka_unit_test(what_azure_does_not_say_is_no_difference),
                cmocka_unit_test(a_resource_that_nobody_asked_for_is_what_azure_says),
                cmocka_unit_test(a_copy_of_a_disk_is_recognised),
                cmocka_unit_test(a_copy_stays_one_until_it_is_another_device),
                cmocka_unit_test(a_cloud_without_defender_is_told_of_and_a_licensed_sensor_left_alone),
                cmocka_unit_test(what_only_a_second_look_tells_is_kept_for_the_first),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
