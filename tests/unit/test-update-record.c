#include "tests/unit/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/azure/azure_tags.h"
#include "agent/state.h"
#include "agent/update_record.h"
#include "platform/base/text.h"

#define DAY INT64_C(86400)
#define NOW (20600 * DAY + 4711)
#define ID "0123456789abcdef0123456789abcdef"

static void what_is_remembered_is_read_again(void **state)
{
        Scratch *s = *state;
        UpdateRecord record = { .looked = 20600, .due = true, .opted_out = TRI_NO, .skipped_s = NOW }, again;
        Error err = { 0 };

        strcpy(record.before, "101.1.1");
        strcpy(record.after, "101.2.2-1");
        strcpy(record.skipped, "101.3.3");
        strcpy(record.skipped_why, "it \"died\"");
        strcpy(record.trouble, "none");
        assert_int_equal(state_prepare(&s->host, &err), 0);
        assert_int_equal(update_record_write(&s->host, &record, &err), 0);
        update_record_read(&s->host, &again);
        assert_memory_equal(&record, &again, sizeof(record));
}

static void what_cannot_be_read_is_nothing(void **state)
{
        static const char *const texts[] = { "",
                                             "{",
                                             "[]",
                                             "{\"schema\": 2, \"looked\": 5}",
                                             "{\"looked\": 5}",
                                             "{\"schema\": 1, \"looked\": \"x\", \"after\": \"1\"}" };
        const UpdateRecord none = { 0 };
        Scratch *s = *state;
        UpdateRecord record;
        size_t i;

        update_record_read(&s->host, &record);
        assert_memory_equal(&record, &none, sizeof(record));
        for (i = 0; i < ELEMENTSOF(texts); i++) {
                scratch_write(s, STATE_FOLDER "/update.json", texts[i]);
                update_record_read(&s->host, &record);
                assert_memory_equal(&record, &none, sizeof(record));
        }
}

static void every_machine_has_one_day_in_a_week(void **state)
{
        UpdateRecord record = { .looked = NOW / DAY - 100 };
        unsigned days = 0;
        int64_t i;

        for (i = 1; i <= 700; i++) {
                bool due = update_record_is_due(&record, ID, NOW + i * DAY);

                days += due;
                if (due)
                        record.looked = NOW / DAY + i;
        }
        assert_int_equal(days, 100 + 1); /* and at once, as it had been off for long */
}

static void a_day_that_was_missed_is_made_up_for(void **state)
{
        int64_t last = update_record_last_day(ID, NOW), today = NOW / DAY;
        UpdateRecord record = { .looked = last - 7 };

        assert_true(last <= today && last > today - 7);
        assert_true(update_record_is_due(&record, ID, NOW));
        record.looked = last;
        assert_false(update_record_is_due(&record, ID, NOW));
        record.looked = today;
        assert_false(update_record_is_due(&record, ID, NOW));
        assert_true(update_record_is_due(&record, ID, (last + 7) * DAY));
        /* a clock that was ahead, and no look so far: on that very day only */
        record.looked = today + 1000;
        assert_true(update_record_is_due(&record, ID, last * DAY));
        assert_false(update_record_is_due(&record, ID, (last + 1) * DAY));
        record.looked = 0;
        assert_true(update_record_is_due(&record, ID, last * DAY));
        assert_false(update_record_is_due(&record, ID, (last + 6) * DAY));
}

static void machines_are_spread_over_the_week(void **state)
{
        unsigned count[7] = { 0 };
        size_t i;

        for (i = 0; i < 7000; i++) {
                _cleanup_free_ char *id = text_format("%032zx", i);

                count[update_record_last_day(id, NOW) % 7]++;
        }
        for (i = 0; i < 7; i++)
                assert_in_range(count[i], 850, 1150);
}

static void tags_of_azure_are_read(void **state)
{
        static const struct {
                const char *text;
                Tri excluded;
        } rows[] = {
                { "{\"tagsList\": [{\"name\": \"a\", \"value\": \"b\"}, {\"name\": \"excludemdeautoupdate\", "
                  "\"value\": "
                  "\"True\"}]}",
                  TRI_YES },
                { "{\"tagsList\": [{\"name\": \"ExcludeMdeAutoUpdate\", \"value\": \"false\"}]}", TRI_NO },
                { "{\"tagsList\": [], \"tags\": \"ExcludeMdeAutoUpdate:true\"}", TRI_NO },
                { "{\"tagsList\": [null, 5, {\"name\": 1}]}", TRI_NO },
                { "{\"tags\": \"a:b;ExcludeMdeAutoUpdate:true\"}", TRI_YES },
                { "{\"tags\": \"ExcludeMdeAutoUpdate\"}", TRI_NO },
                { "{\"tags\": \"\"}", TRI_NO },
                { "{\"vmId\": \"x\"}", TRI_UNKNOWN },
                { "<html>", TRI_UNKNOWN },
                { "[]", TRI_UNKNOWN },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                if (azure_tags_read(rows[i].text, strlen(rows[i].text), "ExcludeMdeAutoUpdate") != rows[i].excluded)
                        fail_msg("%s", rows[i].text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_is_remembered_is_read_again, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_cannot_be_read_is_nothing, scratch_open, scratch_close),
                cmocka_unit_test(every_machine_has_one_day_in_a_week),
                cmocka_unit_test(a_day_that_was_missed_is_made_up_for),
                cmocka_unit_test(machines_are_spread_over_the_week),
                cmocka_unit_test(tags_of_azure_are_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
