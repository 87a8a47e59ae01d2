#include "tests/unit/scratch.h"

#include "handler/events.h"
#include "platform/fs.h"
#include "platform/json.h"

#define LOG "/var/log/azure/x"
#define EVENTS LOG "/events"

static const Environment environment = {
        .version = (char *)"1.2.3.4",
        .log_folder = (char *)LOG,
        .events_folder = (char *)EVENTS,
};

static char **names_in(const Scratch *scratch, const char *folder)
{
        char **names = NULL;
        Error err;

        assert_int_equal(fs_list(&scratch->host, folder, &names, &err), 0);
        return names;
}

static size_t count_in(const Scratch *scratch, const char *folder)
{
        _cleanup_(fs_names_freep) char **names = names_in(scratch, folder);
        size_t n = 0;

        while (names && names[n])
                n++;
        return n;
}

static Json *read_event(const Scratch *scratch, const char *name)
{
        _cleanup_free_ char *path = text_format(EVENTS "/%s", name), *text = scratch_read(scratch, path);
        Json *event = NULL;
        Error err;

        assert_non_null(text);
        if (json_parse_unique(text, strlen(text), &event, &err) < 0)
                fail_msg("%s", err.text);
        return event;
}

static Json *read_only_event(const Scratch *scratch)
{
        _cleanup_(fs_names_freep) char **names = names_in(scratch, EVENTS);

        assert_true(names && names[0] && !names[1]);
        return read_event(scratch, names[0]);
}

static size_t count_characters(const char *text)
{
        size_t n = 0;

        for (; *text; text++)
                n += ((unsigned char)*text & 0xc0) != 0x80;
        return n;
}

static void an_event_has_the_eight_strings_the_agent_wants(void **state)
{
        static const char *const members[] = { "Version", "Timestamp", "TaskName", "EventLevel",
                                               "Message", "EventPid",  "EventTid", "OperationId" };
        _cleanup_json_ Json *event = NULL;
        Scratch *scratch = *state;
        char pid[24];
        size_t i;

        scratch_folder(scratch, EVENTS);
        events_write(&scratch->host, &environment, LOG_LEVEL_WARNING, "package", "waiting");
        event = read_only_event(scratch);
        assert_int_equal(json_object_object_length(event), ELEMENTSOF(members));
        for (i = 0; i < ELEMENTSOF(members); i++)
                assert_non_null(json_string(event, members[i]));
        snprintf(pid, sizeof(pid), "%ld", (long)getpid());
        assert_string_equal(json_string(event, "Version"), "1.2.3.4");
        assert_string_equal(json_string(event, "TaskName"), "package");
        assert_string_equal(json_string(event, "EventLevel"), "Warning");
        assert_string_equal(json_string(event, "Message"), "waiting");
        assert_string_equal(json_string(event, "EventPid"), pid);
        assert_int_equal(strlen(json_string(event, "Timestamp")), strlen("2026-01-02T03:04:05.123456Z"));
        assert_int_equal(json_string(event, "Timestamp")[19], '.');
}

static void each_event_has_a_file_of_digits_of_its_own(void **state)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        Scratch *scratch = *state;
        size_t i;

        scratch_folder(scratch, EVENTS);
        for (i = 0; i < 20; i++)
                events_write(&scratch->host, &environment, LOG_LEVEL_INFO, "t", "m");
        names = names_in(scratch, EVENTS);
        for (i = 0; names[i]; i++) {
                assert_int_equal(strspn(names[i], "0123456789"), strlen(names[i]) - strlen(".json"));
                assert_int_equal(strlen(names[i]), 16 + strlen(".json"));
                assert_true(text_ends_with(names[i], ".json"));
        }
        assert_int_equal(i, 20);
        assert_int_equal(count_in(scratch, LOG), 1); /* the events folder itself: nothing is left beside it */
}

static void long_texts_are_cut_by_characters(void **state)
{
        _cleanup_json_ Json *event = NULL;
        _cleanup_(text_clear) Text message = { 0 };
        Scratch *scratch = *state;
        size_t total = 0, i;

        for (i = 0; i < 5000; i++)
                text_append(&message, "\xe2\x82\xac");
        scratch_folder(scratch, EVENTS);
        events_write(&scratch->host, &environment, LOG_LEVEL_ERROR, message.data, message.data);
        event = read_only_event(scratch);
        assert_int_equal(count_characters(json_string(event, "Message")), 3072);
        json_object_object_foreach(event, name, member)
        {
                (void)name;
                total += count_characters(json_object_get_string(member));
        }
        assert_true(total <= 6144);
}

static void foreign_bytes_do_not_break_an_event(void **state)
{
        _cleanup_json_ Json *event = NULL;
        Scratch *scratch = *state;

        scratch_folder(scratch, EVENTS);
        events_write(&scratch->host, &environment, LOG_LEVEL_DEBUG, NULL, "a\xff\n\"b");
        event = read_only_event(scratch);
        assert_string_equal(json_string(event, "Message"), "a? \"b");
        assert_string_equal(json_string(event, "EventLevel"), "Verbose");
}

static void an_empty_message_is_no_event(void **state)
{
        Scratch *scratch = *state;

        scratch_folder(scratch, EVENTS);
        events_write(&scratch->host, &environment, LOG_LEVEL_INFO, "t", "");
        events_write(&scratch->host, &environment, LOG_LEVEL_INFO, "t", NULL);
        assert_int_equal(count_in(scratch, EVENTS), 0);
}

static void without_the_folder_nothing_is_written_nor_made(void **state)
{
        const Environment none = { .version = (char *)"1", .log_folder = (char *)LOG };
        Scratch *scratch = *state;

        scratch_folder(scratch, LOG);
        events_write(&scratch->host, &environment, LOG_LEVEL_INFO, "t", "m");
        events_write(&scratch->host, &none, LOG_LEVEL_INFO, "t", "m");
        assert_int_equal(count_in(scratch, LOG), 0);
}

static void a_folder_that_nobody_empties_does_not_grow_for_ever(void **state)
{
        Scratch *scratch = *state;
        size_t i;

        scratch_folder(scratch, EVENTS);
        for (i = 0; i < EVENTS_WAITING_MAX + 10; i++)
                events_write(&scratch->host, &environment, LOG_LEVEL_INFO, "t", "m");
        assert_int_equal(count_in(scratch, EVENTS), EVENTS_WAITING_MAX);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(an_event_has_the_eight_strings_the_agent_wants),
                TEST(each_event_has_a_file_of_digits_of_its_own),
                TEST(long_texts_are_cut_by_characters),
                TEST(foreign_bytes_do_not_break_an_event),
                TEST(an_empty_message_is_no_event),
                TEST(without_the_folder_nothing_is_written_nor_made),
                TEST(a_folder_that_nobody_empties_does_not_grow_for_ever),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
