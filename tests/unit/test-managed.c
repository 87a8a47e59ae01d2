#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/judge.h"
#include "agent/sensor/managed.h"
#include "platform/base/text.h"

#define PROXY "http://proxy.example.com:3128"
#define PASSIVE_FILE "{\"antivirusEngine\":{\"enforcementLevel\":\"passive\"}}"
#define BLOCKING_FILE "{\"antivirusEngine\":{\"enforcementLevel\":\"real_time\"}}"

/* A sensor that is there, answers, and blocks; file: what stands in the managed JSON, NULL: there is none. */
static Facts running(const char *file)
{
        Facts f = { .look = LOOK_FIRST };

        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = TRI_YES;
        f.sensor.health = (SensorHealth){ .answering = TRI_YES, .passive = TRI_NO, .managed_by = "MDE" };
        f.sensor.managed_json = (char *)file;
        f.sensor.managed_length = file ? strlen(file) : 0;
        return f;
}

static Facts absent(const char *file)
{
        Facts f = running(file);

        f.package.state = PACKAGE_ABSENT;
        f.sensor.files = TRI_NO;
        f.sensor.health = (SensorHealth){ .answering = TRI_NO };
        return f;
}

/* "why: text of the file afterwards", "": nothing is to be done. */
static char *carried_out(const Request *request, const Facts *facts)
{
        _cleanup_(managed_clear) Managed managed = { 0 };
        _cleanup_free_ char *edited = NULL;
        size_t length;
        Error err = { 0 };

        managed_make(request, facts, &managed);
        if (!managed_why(&managed))
                return text_copy("");
        if (managed_edit(&managed, facts->sensor.managed_json, facts->sensor.managed_length, &edited, &length, &err) <
            0)
                return text_format("%s: %s", managed_why(&managed), err.text);
        return text_format("%s: %s", managed_why(&managed), edited);
}

#define assert_done(request, facts, expected)                                                                          \
        do {                                                                                                           \
                Facts _facts = facts;                                                                                  \
                _cleanup_free_ char *_done = carried_out(&(request), &_facts);                                         \
                assert_string_equal(_done, expected);                                                                  \
        } while (0)

static Json *config(const char *text)
{
        Json *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
        return json;
}

static void who_asks_for_nothing_gets_nothing(void **state)
{
        Request q = { 0 };

        assert_done(q, running(NULL), "");
        assert_done(q, running("not JSON"), "");
        assert_done(q, absent(PASSIVE_FILE), "");
}

static void passive_mode_is_written_unless_it_is_so(void **state)
{
        Request q = { .passive = TRI_YES };
        Facts f = running(NULL);

        assert_done(q, running(BLOCKING_FILE), "passive mode is not as asked: " PASSIVE_FILE);
        assert_done(q, running(PASSIVE_FILE), "");
        assert_done(q, absent(PASSIVE_FILE), "");
        assert_done(q, absent("{\"edr\":{}}"),
                    "passive mode is not as asked: "
                    "{\"edr\":{},\"antivirusEngine\":{\"enforcementLevel\":\"passive\"}}");
        /* by the command line */
        f.sensor.health.passive = TRI_YES;
        assert_done(q, f, "");
        f.sensor.managed_json = (char *)BLOCKING_FILE;
        f.sensor.managed_length = strlen(BLOCKING_FILE);
        assert_done(q, f, "passive mode is not as asked: " PASSIVE_FILE);
}

static void blocking_is_written_over_passive_only(void **state)
{
        Request q = { .passive = TRI_NO };
        Facts f = running(NULL);

        assert_done(q, f, "");
        assert_done(q, running(PASSIVE_FILE), "passive mode is not as asked: " BLOCKING_FILE);
        assert_done(q, running("{\"antivirusEngine\":{\"enforcementLevel\":\"on_demand\"}}"), "");
        f.sensor.health.passive = TRI_YES;
        assert_done(q, f,
                    "passive mode is not as asked: {\n    \"antivirusEngine\": {\n        \"enforcementLevel\": "
                    "\"real_time\"\n    }\n}\n");
        /* the file says so, the portal says no: not ours to fight */
        f = running(BLOCKING_FILE);
        f.sensor.health.passive = TRI_YES;
        assert_done(q, f, "");
        /* whatever a new sensor does by itself */
        assert_done(q, absent("{}"),
                    "passive mode is not as asked: {\n    \"antivirusEngine\": {\n        "
                    "\"enforcementLevel\": \"real_time\"\n    }\n}");
}

static void a_silent_sensor_that_was_as_asked_is_left_alone(void **state)
{
        Request q = { .passive = TRI_NO, .proxy = PROXY };
        Facts f = running("{\"cloudService\":{\"proxy\":\"" PROXY "\"}}");

        f.sensor.health = (SensorHealth){ .answering = TRI_NO };
        f.fulfilled = TRI_YES;
        assert_done(q, f, "");
        f.fulfilled = TRI_NO;
        assert_done(q, f,
                    "passive mode is not as asked: {\"cloudService\":{\"proxy\":\"" PROXY
                    "\"},\"antivirusEngine\":{\"enforcementLevel\":\"real_time\"}}");
}

static void proxy_and_groups_are_taken_from_file_or_sensor(void **state)
{
        Request q = { .proxy = PROXY, .group_ids = { .items = { "web", "prod" }, .n = 2 } };
        Facts f = running(NULL);

        assert_done(q, running("{\"edr\":{},\"cloudService\":{\"proxy\":\"http://old:1\"}}"),
                    "the sensor's proxy is not as asked: "
                    "{\"edr\":{\"groupIds\":\"web,prod\"},\"cloudService\":{\"proxy\":\"" PROXY "\"}}");
        assert_done(q, running("{\"edr\":{\"groupIds\":\"web\"},\"cloudService\":{\"proxy\":\"" PROXY "\"}}"),
                    "the group ids are not as asked: "
                    "{\"edr\":{\"groupIds\":\"web,prod\"},\"cloudService\":{\"proxy\":\"" PROXY "\"}}");
        strcpy(f.sensor.health.proxy, PROXY);
        strcpy(f.sensor.health.group_ids, "web,prod");
        assert_done(q, f, "");
        /* it is shown escaped */
        q.group_ids = (RequestList){ .items = { "a\"b" }, .n = 1 };
        strcpy(f.sensor.health.group_ids, "a\\x22b");
        assert_done(q, f, "");
}

static void managed_config_is_merged_member_by_member(void **state)
{
        _cleanup_json_ Json *asked = config("{\"antivirusEngine\":{\"scanArchives\":false,\"exclusions\":[1,2]},"
                                            "\"features\":{\"moduleLoad\":null,\"deep\":{}},\"x\":1.50}");
        Request q = { .managed_config = asked };

        assert_done(q, running("{\"antivirusEngine\":{\"scanArchives\":false,\"y\":1e1,\"exclusions\":[2,1]},\"x\":2}"),
                    "the managed configuration is not as asked: "
                    "{\"antivirusEngine\":{\"scanArchives\":false,\"y\":1e1,\"exclusions\":[1,2]},\"x\":1.50}");
        assert_done(q, running("{\"x\":1.5,\"antivirusEngine\":{\"exclusions\":[1, 2],\"scanArchives\":false}}"), "");
}

static void a_setting_of_its_own_wins_over_managed_config(void **state)
{
        _cleanup_json_ Json *asked = config("{\"antivirusEngine\":{\"enforcementLevel\":\"real_time\"},"
                                            "\"cloudService\":\"odd\",\"edr\":{\"groupIds\":{\"x\":1}}}");
        Request q = {
                .passive = TRI_YES, .proxy = PROXY, .group_ids = { .items = { "web" }, .n = 1 }, .managed_config = asked
        };

        assert_done(q, running("{\"antivirusEngine\":{},\"cloudService\":{},\"edr\":{}}"),
                    "passive mode is not as asked: {\"antivirusEngine\":{\"enforcementLevel\":\"passive\"},"
                    "\"cloudService\":{\"proxy\":\"" PROXY "\"},\"edr\":{\"groupIds\":\"web\"}}");
}

static void too_many_values_are_refused(void **state)
{
        _cleanup_json_ Json *asked = json_object_new_object();
        Request q = { .managed_config = asked };
        Facts f = running(NULL);
        Plan plan = { 0 };
        int i;

        for (i = 0; i <= MANAGED_ITEMS_MAX; i++) {
                _cleanup_free_ char *name = text_format("m%d", i);

                if (i == MANAGED_ITEMS_MAX)
                        judge_managed(&q, &f, &plan);
                assert_int_equal(plan.refusal.reason, REASON_NONE);
                json_object_object_add(asked, name, json_object_new_int(i));
        }
        judge_managed(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_MANAGED_CONFIG);
        assert_non_null(strstr(plan.refusal.found, "more than 256 values"));
}

static void passive_wishes_are_told_to_others(void **state)
{
        _cleanup_json_ Json *blocking = config(BLOCKING_FILE), *passive = config(PASSIVE_FILE);
        Request q = { .passive = TRI_YES }, by_config = { .managed_config = passive },
                leaves = { .managed_config = blocking }, none = { 0 };
        Facts f = running(NULL);

        assert_true(managed_wants_passive(&q, &f));
        assert_true(managed_wants_passive(&by_config, &f));
        assert_false(managed_wants_passive(&leaves, &f));
        assert_false(managed_wants_passive(&none, &f));
        q.passive = TRI_NO;
        assert_false(managed_leaves_passive(&q, &f));
        f.sensor.health.passive = TRI_YES;
        assert_true(managed_leaves_passive(&q, &f));
        assert_true(managed_leaves_passive(&leaves, &f));
        assert_false(managed_leaves_passive(&none, &f));
        f.sensor.health.passive = TRI_UNKNOWN;
        assert_false(managed_leaves_passive(&q, &f));
}

static void the_price_of_a_conflict_is_paid_by_a_new_sensor_only(void **state)
{
        _cleanup_json_ Json *blocking = config(BLOCKING_FILE);
        Request q = { .on_conflict = ON_CONFLICT_PASSIVE };
        Facts f = absent(BLOCKING_FILE);

        assert_done(q, f, "");
        f.fanotify.known = TRI_YES;
        f.fanotify.n_holders = 1;
        f.fanotify.holders[0] = (FanotifyHolder){
                .pid = 812, .exe = "/usr/sbin/clamonacc", .class = FANOTIFY_CONTENT, .permission_bits = 0x10000
        };
        assert_true(managed_wants_passive(&q, &f));
        assert_done(q, f, "passive mode is not as asked: " PASSIVE_FILE);
        q.managed_config = blocking;
        assert_false(managed_wants_passive(&q, &f));
        assert_done(q, f, "");
        q.managed_config = NULL;
        q.passive = TRI_NO;
        assert_done(q, f, "");
        q.passive = TRI_NOT_ASKED;
        q.on_conflict = ON_CONFLICT_IGNORE;
        assert_done(q, f, "");
        q.on_conflict = ON_CONFLICT_PASSIVE;
        f.package.state = PACKAGE_INSTALLED;
        f.sensor.files = TRI_YES;
        assert_done(q, f, "");
}

static void changes_are_shown_escaped_cut_and_without_what_is_the_customers_own(void **state)
{
        _cleanup_json_ Json *asked =
                config("{\"antivirusEngine\":{\"enforcementLevel\":\"passive\"},\"a\":{\"b\\n\":\"x\\ny\"},"
                       "\"u\":\"https://me:hunter2@host\"}");
        Request q = { .managed_config = asked, .proxy = PROXY };
        Facts f = running("{\"a\":{\"b\\n\":[1,{\"c\":\"d/e\"}]},"
                          "\"cloudService\":{\"proxy\":\"http://me:hunter2@old:1\"}}");
        _cleanup_(managed_clear) Managed managed = { 0 };
        _cleanup_(text_clear) Text all = { 0 };
        size_t i;

        managed_make(&q, &f, &managed);
        for (i = 0; i < managed.n; i++) {
                _cleanup_free_ char *what = managed_what(&managed.items[i]),
                                    *before = managed_before(&managed.items[i], &f),
                                    *after = managed_after(&managed.items[i]);

                text_append(&all, "%s: %s -> %s\n", what, before, after);
        }
        assert_string_equal(all.data, "proxy of the sensor: a text that is not shown here -> " PROXY "\n"
                                      "managed configuration antivirusEngine.enforcementLevel: none -> passive\n"
                                      "managed configuration a.b\\x0a: another value -> as asked\n"
                                      "managed configuration u: none -> as asked\n");
}

static const PlanNote *note_of(const Plan *plan, const char *name)
{
        size_t i;

        for (i = 0; i < plan->n_notes; i++)
                if (strcmp(plan->notes[i].name, name) == 0)
                        return &plan->notes[i];
        return NULL;
}

static void what_the_sensor_makes_of_it_is_told(void **state)
{
        Request q = { .passive = TRI_YES, .proxy = PROXY, .group_ids = { .items = { "web" }, .n = 1 } };
        Facts f = running("{\"antivirusEngine\":{\"enforcementLevel\":\"passive\"},\"cloudService\":{\"proxy\":\"" PROXY
                          "\"},\"edr\":{\"groupIds\":\"web\",\"groupIds\":\"web\"}}");
        Plan plan = { 0 };

        strcpy(f.sensor.health.group_ids, "web");
        judge_managed(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_int_equal(note_of(&plan, "passive-mode")->level, PLAN_WARNING);
        assert_non_null(strstr(note_of(&plan, "passive-mode")->text, "the sensor reports: off (managed by: MDE)"));
        assert_string_equal(note_of(&plan, "group-ids")->text, "web, as the sensor reports.");
        assert_int_equal(note_of(&plan, "group-ids")->level, PLAN_INFORMATION);
        assert_non_null(strstr(note_of(&plan, "proxy")->text, "the sensor reports none"));
        assert_non_null(strstr(note_of(&plan, "managed-config-twice")->text, "more than once: edr.groupIds."));
        /* asked of the sensor, and not there yet: nothing to tell */
        f = running(NULL);
        plan = (Plan){ 0 };
        judge_managed(&q, &f, &plan);
        assert_int_equal(plan.n_notes, 0);
}

static void a_broken_file_is_refused_only_if_it_has_to_be_edited(void **state)
{
        Request q = { .passive = TRI_YES };
        Facts f = running("{\n\"a\": 1 // x\n}");
        Plan plan = { 0 };

        judge_managed(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_MANAGED_CONFIG);
        assert_non_null(strstr(plan.refusal.found, "line 2 (JSON has no comments)"));
        plan = (Plan){ 0 };
        f.sensor.health.passive = TRI_YES;
        judge_managed(&q, &f, &plan);
        assert_int_equal(plan.refusal.reason, REASON_NONE);
        assert_int_equal(note_of(&plan, "managed-config")->level, PLAN_WARNING);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(who_asks_for_nothing_gets_nothing),
                cmocka_unit_test(passive_mode_is_written_unless_it_is_so),
                cmocka_unit_test(blocking_is_written_over_passive_only),
                cmocka_unit_test(a_silent_sensor_that_was_as_asked_is_left_alone),
                cmocka_unit_test(proxy_and_groups_are_taken_from_file_or_sensor),
                cmocka_unit_test(managed_config_is_merged_member_by_member),
                cmocka_unit_test(a_setting_of_its_own_wins_over_managed_config),
                cmocka_unit_test(too_many_values_are_refused),
                cmocka_unit_test(passive_wishes_are_told_to_others),
                cmocka_unit_test(the_price_of_a_conflict_is_paid_by_a_new_sensor_only),
                cmocka_unit_test(changes_are_shown_escaped_cut_and_without_what_is_the_customers_own),
                cmocka_unit_test(what_the_sensor_makes_of_it_is_told),
                cmocka_unit_test(a_broken_file_is_refused_only_if_it_has_to_be_edited),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
