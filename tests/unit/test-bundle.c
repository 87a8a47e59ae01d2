#include "tests/unit/scratch.h"

#include <sys/utsname.h>

#include "agent/history.h"
#include "agent/sensor/sensor_diagnostics.h"
#include "handler/people/bundle.h"
#include "platform/base/log.h"
#include "platform/fs.h"

#define SECRET "hunter2-hunter2-hunter2"

static void only_lines_of_our_own_shape_are_taken(void **state)
{
        static const char *const ours[] = {
                "[2026-11-22 12:00:00.123Z][Information] [42] sequence 1: success",
                "[2026-11-22 12:00:00.123Z][Error] [4294967] ",
                "[2026-11-22 12:00:00.123Z][Debug] [1] caf\xc3\xa9",
        };
        static const char *const others[] = {
                "",
                ("token " SECRET),
                "[2026-11-22 12:00:00Z][Information] [42] the handler before us",
                "[2026-11-22 12:00:00.123Z][Trace] [42] x",
                "[2026-11-22 12:00:00.123Z][Information] [] x",
                "[2026-11-22 12:00:00.123Z][Information] 42 x",
                "[2026-11-22 12:00:00.123Z][Information] [42]x",
                "[2026-11-22 12:00:00.123Z][Information] [42] a\tb",
                "[2026-11-22 12:00:00.123Z][Information] [42] \xff",
                " [2026-11-22 12:00:00.123Z][Information] [42] x",
                "[2026-11-22 12:00:00.123",
        };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTSOF(ours); i++)
                if (!bundle_is_log_line(ours[i], strlen(ours[i])))
                        fail_msg("%s", ours[i]);
        for (i = 0; i < ELEMENTSOF(others); i++)
                if (bundle_is_log_line(others[i], strlen(others[i])))
                        fail_msg("%s", others[i]);
}

static void what_our_log_writes_is_taken(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s/log", scratch->root), *written = NULL, *both = NULL;
        _cleanup_(bundle_clear) Bundle bundle = { 0 };
        Error err = { 0 };

        assert_int_equal(log_open(path, &err), 0);
        log_info("one https://user:%s@proxy.example", SECRET);
        log_close();
        written = scratch_read(scratch, "/log");
        both = text_format("%spassword=%s\n", written, SECRET);
        scratch_write(scratch, "/log", both);
        bundle_add_log(&scratch->host, "/log", "x.log", "it", &bundle);
        assert_int_equal(bundle.n_files, 1);
        assert_non_null(strstr(bundle.files[0].data, "one https://"));
        assert_null(strstr(bundle.files[0].data, SECRET));
        assert_int_equal(bundle.n_omissions, 1);
        assert_non_null(strstr(bundle.omissions[0].why, "1 lines"));
}

static void nothing_of_this_machine_is_told_as_the_image_s(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_(bundle_clear) Bundle bundle = { 0 };
        struct utsname here;

        scratch_write(scratch, "/etc/os-release", "ID=debian\nVERSION_ID=12\n");
        assert_int_equal(uname(&here), 0);
        bundle_add_machine(&scratch->host, &bundle);
        assert_string_equal(bundle.files[0].name, "facts.json");
        assert_non_null(strstr(bundle.files[0].data, "debian"));
        assert_null(strstr(bundle.files[0].data, here.release));
        assert_null(strstr(bundle.files[0].data, "\"/\""));
}

static void what_an_earlier_program_remembered_has_no_login_and_no_token(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ HistoryRecord *record = text_allocate(sizeof(*record));
        _cleanup_json_ Json *json = NULL;
        const char *text;

        scratch_write(scratch, HISTORY_FOLDER "/3.json",
                      "{\"schema\": 1, \"reason\": \"repository-unreachable\","
                      " \"found\": \"https://m.test/x?sig=" SECRET "\", \"refused\": {\"GROUP\": \"a:" SECRET "@b\"},"
                      " \"notes\": [{\"name\": \"x\", \"level\": \"warning\", \"text\": \"of http://a:" SECRET
                      "@b/\"}]}");
        history_read(&scratch->host, 3, record);
        json = history_json(record);
        text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE);
        assert_non_null(strstr(text, "https://m.test/x?***"));
        assert_non_null(strstr(text, "of http://***@b/"));
        assert_non_null(strstr(text, "***@b"));
        assert_null(strstr(text, SECRET));
}

static void only_the_end_of_a_long_log_is_taken(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_(bundle_clear) Bundle bundle = { 0 };
        _cleanup_(text_clear) Text log = { 0 };
        int i;

        for (i = 0; i < 10000; i++)
                text_append(&log, "[2026-11-22 12:00:00.123Z][Information] [42] the line %d is written\n", i);
        scratch_write(scratch, "/log", log.data);
        bundle_add_log(&scratch->host, "/log", "x.log", "it", &bundle);
        assert_true(bundle.files[0].length <= BUNDLE_LOG_MAX);
        assert_non_null(strstr(bundle.files[0].data, "line 9999 "));
        assert_true(text_starts_with(bundle.files[0].data, "[2026-"));
}

/* NULL: the bundle has no such file. */
static const char *file_of(const Bundle *bundle, const char *name)
{
        size_t i;

        for (i = 0; i < bundle->n_files; i++)
                if (text_equal(bundle->files[i].name, name))
                        return bundle->files[i].data;
        return NULL;
}

static const char *why_without(const Bundle *bundle, const char *what)
{
        size_t i;

        for (i = 0; i < bundle->n_omissions; i++)
                if (text_equal(bundle->omissions[i].what, what))
                        return bundle->omissions[i].why;
        return NULL;
}

static Json *parse(const char *text)
{
        Json *json = NULL;
        Error err = { 0 };

        if (json_parse(text, strlen(text), &json, &err) < 0)
                fail_msg("%s", err.text);
        return json;
}

static void a_run_by_hand_is_in_the_history(void **state)
{
        static const char record[] = "{\"schema\": 1, \"verdict\": \"failed\", \"secret\": \"" SECRET "\"}";
        const Scratch *s = *state;
        _cleanup_(bundle_clear) Bundle alone = { 0 }, both = { 0 };
        _cleanup_json_ Json *one = NULL, *two = NULL;
        Json *hand;

        scratch_write(s, HISTORY_FOLDER "/hand.json", record);
        bundle_add_extension(&s->host, &alone);
        assert_non_null(file_of(&alone, "history.json"));
        one = parse(file_of(&alone, "history.json"));
        assert_int_equal(json_object_array_length(one), 1);
        hand = json_object_array_get_idx(one, 0);
        assert_string_equal(json_string(hand, "by"), "hand");
        assert_string_equal(json_string(hand, "verdict"), "failed");
        assert_null(json_member(hand, "sequence"));
        assert_non_null(json_string(hand, "time"));
        assert_null(json_member(hand, "secret"));
        scratch_write(s, HISTORY_FOLDER "/7.json", record);
        bundle_add_extension(&s->host, &both);
        two = parse(file_of(&both, "history.json"));
        assert_int_equal(json_object_array_length(two), 2);
        assert_null(why_without(&both, "older history"));
}

static void runs_that_are_too_many_are_said_to_be_left_out(void **state)
{
        const Scratch *s = *state;
        _cleanup_(bundle_clear) Bundle bundle = { 0 };
        int i;

        for (i = 0; i < BUNDLE_RECORDS_MAX + 3; i++) {
                _cleanup_free_ char *path = text_format(HISTORY_FOLDER "/%d.json", i);

                scratch_write(s, path, "{\"schema\": 1}");
        }
        bundle_add_extension(&s->host, &bundle);
        assert_non_null(why_without(&bundle, "older history"));
        assert_non_null(strstr(why_without(&bundle, "older history"), "3 "));
}

static void of_a_status_only_known_members_are_taken(void **state)
{
        _cleanup_json_ Json *document = parse(
                "[{\"version\": 1.0, \"timestampUTC\": \"2026-11-22T12:00:00Z\", \"secret\": \"" SECRET "\","
                " \"status\": {\"name\": \"MDE.Linux\", \"operation\": \"Enable\", \"status\": \"error\", \"code\": 51,"
                " \"secret\": \"" SECRET "\", \"formattedMessage\": {\"lang\": \"" SECRET "\", \"message\": \"why\"},"
                " \"substatus\": [{\"name\": \"row\", \"status\": \"warning\", \"code\": 0,"
                " \"formattedMessage\": {\"message\": \"http://a:" SECRET "@b\"}}, 7, null]}}]");
        _cleanup_json_ Json *known = bundle_status(document), *other = parse("[{\"status\": {\"name\": \"x\"}}]");
        const char *text = json_object_to_json_string(known);

        (void)state;
        assert_null(strstr(text, SECRET));
        assert_string_equal(json_string(known, "status"), "error");
        assert_string_equal(json_string(known, "message"), "why");
        assert_string_equal(json_string(known, "timestampUTC"), "2026-11-22T12:00:00Z");
        assert_int_equal(json_object_array_length(json_member(known, "substatus")), 3);
        assert_null(bundle_status(other));
        assert_null(bundle_status(NULL));
}

static void of_a_managed_configuration_only_known_members_are_taken(void **state)
{
        static const char all[] =
                "{\"antivirusEngine\": {\"enforcementLevel\": \"passive\", \"exclusions\": [\"" SECRET "\"]},"
                " \"cloudService\": {\"proxy\": \"http://proxy.example:3128\", \"key\": \"" SECRET "\"},"
                " \"edr\": {\"groupIds\": \"a,b\"}, \"" SECRET "\": 1}";
        static const char login[] = "{\"antivirusEngine\": {\"enforcementLevel\": \"" SECRET "\"}, \"cloudService\":"
                                    " {\"proxy\": \"http://user:" SECRET "@proxy.example:3128\"}}";
        _cleanup_json_ Json *known = bundle_managed(all, strlen(all)), *none = bundle_managed(login, strlen(login)),
                            *damaged = bundle_managed(SECRET, strlen(SECRET));

        (void)state;
        assert_string_equal(json_string(json_member(known, "antivirusEngine"), "enforcementLevel"), "passive");
        assert_string_equal(json_string(json_member(known, "cloudService"), "proxy"), "http://proxy.example:3128");
        assert_string_equal(json_string(json_member(known, "edr"), "groupIds"), "a,b");
        assert_null(strstr(json_object_to_json_string(known), SECRET));
        assert_string_equal(json_object_to_json_string_ext(none, JSON_C_TO_STRING_PLAIN), "{}");
        assert_string_equal(json_object_to_json_string_ext(damaged, JSON_C_TO_STRING_PLAIN), "{}");
}

static void the_sensors_archive_is_where_it_says(void **state)
{
        _cleanup_free_ char *quoted = sensor_diagnostics_path("x\nDiagnostic file created: \"/var/opt/a/b-1.zip\"\n"),
                            *plain = sensor_diagnostics_path("made /a.tar and /b/c.zip now"),
                            *none = sensor_diagnostics_path("could not: /a/b.txt http://x/y.zip ../z.zip /a/../b.zip");

        (void)state;
        assert_string_equal(quoted, "/var/opt/a/b-1.zip");
        assert_string_equal(plain, "/b/c.zip");
        assert_null(none);
}

static void a_log_is_not_looked_for_outside_the_image(void **state)
{
        const Scratch *s = *state;
        const Host image = { .root = text_format("%s/image", s->root) };
        Bundle bundle = { 0 };

        scratch_write(s, "/image/var/log/extension.log", "[2026-11-22 12:00:00.123Z][Error] [42] inside\n");
        scratch_write(s, "/logs/extension.log", "[2026-11-22 12:00:00.123Z][Error] [42] outside\n");
        bundle_add_log(&image, "/../logs/extension.log", "a.log", "a log", &bundle);
        assert_int_equal(bundle.n_files, 0);
        bundle_add_log(&image, "/../var/log/extension.log", "a.log", "a log", &bundle);
        assert_int_equal(bundle.n_files, 1);
        bundle_clear(&bundle);
        free((char *)image.root);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_lines_of_our_own_shape_are_taken),
                cmocka_unit_test_setup_teardown(what_our_log_writes_is_taken, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(nothing_of_this_machine_is_told_as_the_image_s, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_an_earlier_program_remembered_has_no_login_and_no_token,
                                                scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(only_the_end_of_a_long_log_is_taken, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_log_is_not_looked_for_outside_the_image, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_run_by_hand_is_in_the_history, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(runs_that_are_too_many_are_said_to_be_left_out, scratch_open,
                                                scratch_close),
                cmocka_unit_test(of_a_status_only_known_members_are_taken),
                cmocka_unit_test(of_a_managed_configuration_only_known_members_are_taken),
                cmocka_unit_test(the_sensors_archive_is_where_it_says),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
