#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/guest/extension.h"
#include "agent/guest/settings_files.h"
#include "agent/history.h"
#include "agent/queue.h"

#define BASE(version) EXTENSION_LIBRARY "/" EXTENSION_NAME "-" version
#define HELD_AT 1700000000

static void at(const Scratch *scratch, const char *path, time_t when)
{
        _cleanup_free_ char *full = text_format("%s%s", scratch->root, path);
        const struct timespec times[2] = { { when, 0 }, { when, 0 } };

        assert_int_equal(utimensat(AT_FDCWD, full, times, 0), 0);
}

static void unpack(const Scratch *scratch, const char *base)
{
        _cleanup_free_ char *manifest = text_format("%s/HandlerManifest.json", base);

        scratch_write(scratch, manifest, "[]");
}

static void a_machine_without_anything_is_known_to_have_nothing(void **state)
{
        const Scratch *scratch = *state;
        Extension extension;

        extension_look(&scratch->host, &extension);
        assert_int_equal(extension.agent, GUEST_AGENT_NONE);
        assert_int_equal(extension.visible, TRI_YES);
        assert_null(extension_folder(&extension));
        assert_int_equal(extension.program.present, TRI_NO);
        assert_int_equal(extension.state.visible, TRI_YES);
        assert_int_equal(extension.state.last.present, TRI_NO);
        assert_null(extension_run(&extension, 0));
        assert_int_equal(extension.recheck.present, TRI_NO);
        extension_clear(&extension);
}

/* Each place is a link to what would count, were it looked for outside. */
static void nothing_outside_an_image_is_taken_for_its_own(void **state)
{
        const Scratch *scratch = *state;
        static const char *const places[] = { EXTENSION_LIBRARY, PROGRAM_FOLDER, HISTORY_FOLDER };
        const Scratch image = { .host = { .root = text_format("%s/image", scratch->root) } };
        _cleanup_free_ char *full_program = NULL;
        Extension extension;
        size_t i;

        unpack(scratch, BASE("1.0.9.0"));
        scratch_write(scratch, PROGRAM, "#!/bin/sh\n");
        full_program = text_format("%s" PROGRAM, scratch->root);
        assert_int_equal(chmod(full_program, 0755), 0);
        scratch_write(scratch, HISTORY_FOLDER "/0.json", "{}");
        for (i = 0; i < ELEMENTSOF(places); i++) {
                _cleanup_free_ char *link = text_format("/image%s", places[i]), *above = text_copy(link);
                _cleanup_free_ char *full = text_format("%s%s", scratch->root, link);
                _cleanup_free_ char *target = text_format("%s%s", scratch->root, places[i]);

                *strrchr(above, '/') = '\0';
                scratch_folder(scratch, above);
                assert_int_equal(symlink(target, full), 0);
        }
        extension_look(&image.host, &extension);
        assert_int_equal(extension.agent, GUEST_AGENT_NONE);
        assert_int_equal(extension.n_folders, 0);
        assert_int_equal(extension.program.present, TRI_NO);
        assert_int_equal(extension.n_runs, 0);
        extension_clear(&extension);
        free((char *)image.host.root);
}

static void of_several_versions_the_newest_unpacked_one_counts(void **state)
{
        const Scratch *scratch = *state;
        Extension extension;

        unpack(scratch, BASE("1.0.9.0"));
        unpack(scratch, BASE("1.0.10.0"));
        scratch_folder(scratch, BASE("1.0.11.0"));
        scratch_folder(scratch, EXTENSION_LIBRARY "/Microsoft.Other-2.0");
        scratch_folder(scratch, BASE("1.x"));
        extension_look(&scratch->host, &extension);
        assert_int_equal(extension.agent, GUEST_AGENT_AZURE);
        assert_int_equal(extension.n_folders, 3);
        assert_string_equal(extension.folders[0].version, "1.0.11.0");
        assert_int_equal(extension.folders[0].unpacked, TRI_NO);
        assert_string_equal(extension_folder(&extension)->version, "1.0.10.0");
        extension_clear(&extension);
}

static void whose_request_ended_last_counts_before_the_newest(void **state)
{
        const Scratch *scratch = *state;
        Extension extension;
        Error err;

        unpack(scratch, BASE("1.0.9.0"));
        unpack(scratch, BASE("1.0.10.0"));
        scratch_folder(scratch, STATE_FOLDER "/history");
        assert_int_equal(queue_keep_last(&scratch->host, BASE("1.0.9.0"), 4, &err), 0);
        extension_look(&scratch->host, &extension);
        assert_string_equal(extension_folder(&extension)->version, "1.0.9.0");
        assert_int_equal(extension.state.last.sequence, 4);
        extension_clear(&extension);
}

static void no_more_folders_than_the_limit_are_looked_at_and_the_newest_stay(void **state)
{
        const Scratch *scratch = *state;
        Extension extension;
        int i;

        for (i = 1; i <= 20; i++) {
                _cleanup_free_ char *base = text_format(BASE("1.0.%d"), i);

                unpack(scratch, base);
        }
        extension_look(&scratch->host, &extension);
        assert_int_equal(extension.n_folders, EXTENSION_FOLDERS_MAX);
        assert_string_equal(extension.folders[0].version, "1.0.20");
        extension_clear(&extension);
}

static void the_settings_written_last_are_the_sequence_and_its_status_is_read(void **state)
{
        const Scratch *scratch = *state;
        const ExtensionFolder *folder;
        Extension extension;

        unpack(scratch, BASE("1.0.0.1"));
        scratch_write(scratch, BASE("1.0.0.1") "/config/7.settings", "{}");
        scratch_write(scratch, BASE("1.0.0.1") "/config/2.settings", "{}");
        scratch_write(scratch, BASE("1.0.0.1") "/config/x.settings", "{}");
        at(scratch, BASE("1.0.0.1") "/config/7.settings", HELD_AT);
        at(scratch, BASE("1.0.0.1") "/config/2.settings", HELD_AT + 1);
        at(scratch, BASE("1.0.0.1") "/config/x.settings", HELD_AT + 2);
        scratch_write(scratch, BASE("1.0.0.1") "/config/HandlerState", "Enabled\n");
        scratch_write(scratch, BASE("1.0.0.1") "/config/HandlerStatus",
                      "{\"status\": \"NotReady\", \"code\": -1, \"message\": \"a\\nb\"}");
        scratch_write(scratch, BASE("1.0.0.1") "/status/2.status",
                      "[{\"version\": 1.0, \"timestampUTC\": \"2026-01-02T03:04:05Z\", \"status\": {\"operation\": "
                      "\"Enable\", \"status\": \"error\", \"code\": 53, \"formattedMessage\": {\"message\": \"It "
                      "failed.\"}, \"substatus\": [{\"name\": \"ErrorClarification\", \"status\": \"error\", "
                      "\"formattedMessage\": {\"message\": \"conflict: Another product.\"}}]}}]");
        extension_look(&scratch->host, &extension);
        folder = extension_folder(&extension);
        assert_int_equal(folder->sequence, 2);
        assert_int_equal(folder->settings_s, HELD_AT + 1);
        assert_int_equal(folder->enabled, TRI_YES);
        assert_string_equal(folder->reported, "NotReady");
        assert_int_equal(folder->reported_code, -1);
        assert_string_equal(folder->reported_message, "a\\x0ab");
        assert_int_equal(folder->status.present, TRI_YES);
        assert_int_equal(folder->status.damaged, TRI_NO);
        assert_string_equal(folder->status.status, "error");
        assert_int_equal(folder->status.code, 53);
        assert_int_equal(folder->status.reason, REASON_CONFLICT);
        assert_int_equal(folder->status.told_s, 1767323045);
        extension_clear(&extension);
}

static bool parse(const char *text, ExtensionStatus *ret)
{
        *ret = (ExtensionStatus){ 0 };
        return extension_status_parse(text, strlen(text), ret);
}

static void a_status_of_another_program_is_read_as_far_as_it_is_one(void **state)
{
        static const char *const damaged[] = {
                "",    "[", "[]", "{}", "7", "null", "[{\"status\": \"success\"}]", "[{\"status\": {\"status\": 3}}]",
                "[[]]"
        };
        ExtensionStatus *status = text_allocate(sizeof(*status));
        size_t i;

        for (i = 0; i < ELEMENTSOF(damaged); i++)
                assert_false(parse(damaged[i], status));
        /* bare, without anything that need not be there; words that are none of ours */
        assert_true(parse("{\"status\": {\"status\": \"transitioning\", \"substatus\": [7, null, {\"name\": "
                          "\"ErrorClarification\", \"formattedMessage\": {\"message\": \"who knows: this\"}}]}, "
                          "\"timestampUTC\": \"yesterday\"}",
                          status));
        assert_string_equal(status->status, "transitioning");
        assert_string_equal(status->message, "");
        assert_int_equal(status->n_rows, 3);
        assert_int_equal(status->reason, REASON_NONE);
        assert_int_equal(status->told_s, 0);
        free(status);
}

/* As much as no status ever has, and what is no file at all, are no status as well; each is named. */
static void a_file_that_is_no_status_is_damaged(void **state)
{
        const Scratch *scratch = *state;
        ExtensionStatus *status = text_allocate(sizeof(*status));
        _cleanup_free_ char *large = text_format("[%300000d]", 1);

        scratch_write(scratch, "/x/0.status", "[{");
        scratch_write(scratch, "/x/1.status", large);
        scratch_folder(scratch, "/x/2.status");
        extension_status_read(&scratch->host, "/x/0.status", status);
        assert_int_equal(status->damaged, TRI_YES);
        assert_string_equal(status->trouble, "/x/0.status holds no status");
        extension_status_read(&scratch->host, "/x/1.status", status);
        assert_true(status->present == TRI_YES && status->damaged == TRI_YES);
        assert_non_null(strstr(status->trouble, "/x/1.status is larger than"));
        extension_status_read(&scratch->host, "/x/2.status", status);
        assert_int_equal(status->damaged, TRI_YES);
        extension_status_read(&scratch->host, "/x/3.status", status);
        assert_true(status->present == TRI_NO && status->damaged == TRI_UNKNOWN && !*status->trouble);
        free(status);
}

static void rows_without_end_are_cut(void **state)
{
        ExtensionStatus *status = text_allocate(sizeof(*status));
        _cleanup_(text_clear) Text text = { 0 };
        int i;

        text_append(&text, "{\"status\": {\"status\": \"success\", \"substatus\": [{}");
        for (i = 0; i < 500; i++)
                text_append(&text, ", {\"name\": \"%0900d\"}", i);
        text_append(&text, "]}}");
        assert_true(extension_status_parse(text.data, text.length, status));
        assert_int_equal(status->n_rows, EXTENSION_ROWS_MAX);
        assert_true(strlen(status->rows[1].name) < sizeof(status->rows[1].name));
        free(status);
}

static void remember(const Scratch *scratch, int sequence, Verdict verdict, ReasonId reason)
{
        HistoryRecord *record = text_allocate(sizeof(*record));
        Error err;

        snprintf(record->digest, sizeof(record->digest), "abc");
        record->verdict = verdict;
        if (reason)
                failure_set(&record->failure, reason, "Found %d.", sequence);
        assert_int_equal(history_write(&scratch->host, sequence, record, &err), 0);
        free(record);
}

static void runs_are_told_the_latest_first_those_by_hand_among_them(void **state)
{
        const Scratch *scratch = *state;
        Extension extension;

        remember(scratch, 3, VERDICT_SUCCEEDED, REASON_NONE);
        remember(scratch, 12, VERDICT_REFUSED, REASON_CONFLICT);
        remember(scratch, EXTENSION_BY_HAND, VERDICT_FAILED, REASON_SERVICE_FAILED);
        scratch_write(scratch, HISTORY_FOLDER "/-5.json", "{}");
        scratch_write(scratch, HISTORY_FOLDER "/notes.txt", "");
        at(scratch, HISTORY_FOLDER "/3.json", HELD_AT + 5);
        at(scratch, HISTORY_FOLDER "/12.json", HELD_AT);
        at(scratch, HISTORY_FOLDER "/hand.json", HELD_AT + 9);
        extension_look(&scratch->host, &extension);
        assert_int_equal(extension.n_runs, 3);
        assert_int_equal(extension.runs[0].sequence, EXTENSION_BY_HAND);
        assert_int_equal(extension.runs[0].failure.reason, REASON_SERVICE_FAILED);
        assert_int_equal(extension.runs[0].ended_s, HELD_AT + 9);
        assert_int_equal(extension.runs[1].sequence, 3);
        assert_string_equal(extension_run(&extension, 12)->failure.found, "Found 12.");
        extension_clear(&extension);
}

static void a_run_by_hand_that_ends_as_before_is_the_last_run_anew(void **state)
{
        const Scratch *scratch = *state;
        Extension extension;
        size_t i;

        for (i = 0; i < 2; i++) {
                remember(scratch, EXTENSION_BY_HAND, VERDICT_SUCCEEDED, REASON_NONE);
                remember(scratch, 3, VERDICT_SUCCEEDED, REASON_NONE);
                if (i == 0) {
                        at(scratch, HISTORY_FOLDER "/hand.json", HELD_AT);
                        at(scratch, HISTORY_FOLDER "/3.json", HELD_AT);
                }
        }
        extension_look(&scratch->host, &extension);
        assert_true(extension_run(&extension, EXTENSION_BY_HAND)->ended_s > HELD_AT);
        assert_int_equal(extension_run(&extension, 3)->ended_s, HELD_AT);
        extension_clear(&extension);
}

static void a_failure_by_hand_does_not_take_what_was_met_before(void **state)
{
        const HistoryRecord before = { .tenant = "t-1", .fulfilled = "abc", .fulfilled_blind = "def" };
        HistoryRecord failed = { .digest = "xyz", .tenant = "t-2", .verdict = VERDICT_FAILED }, first = failed;

        history_carry_fulfilled(&failed, &before);
        assert_true(history_is_fulfilled(&failed, "abc") && history_is_fulfilled(&failed, "def"));
        assert_false(history_is_fulfilled(&failed, "xyz"));
        assert_string_equal(failed.tenant, "t-1");
        history_carry_fulfilled(&first, &(HistoryRecord){ .tenant = "t-3" });
        assert_string_equal(first.tenant, "t-2");
}

static void an_image_does_not_tell_who_is_at_work(void **state)
{
        const Scratch *scratch = *state;
        QueueEntry entry = { .sequence = 3, .base = BASE("1.0.0.1") }, taken;
        Extension extension;
        bool any;
        Error err;

        scratch_write(scratch, STATE_LOCK, "");
        assert_int_equal(queue_put_next(&scratch->host, &entry, &err), 0);
        assert_int_equal(queue_take(&scratch->host, &any, &taken, &err), 0);
        assert_int_equal(queue_put_next(&scratch->host, &entry, &err), 0);
        extension_look(&scratch->host, &extension);
        assert_int_equal(extension.state.current.present, TRI_YES);
        assert_int_equal(extension.state.next.present, TRI_YES);
        assert_int_equal(extension.state.worked_on, TRI_UNKNOWN);
        assert_int_equal(extension.state.locked, TRI_UNKNOWN);
        assert_int_equal(extension.state.worker, TRI_UNKNOWN);
        assert_int_equal(extension_is_busy(&extension), TRI_UNKNOWN);
        extension_clear(&extension);
}

static void a_request_that_waits_is_waited_for_while_it_may_be_taken_up(void **state)
{
        ExtensionState working = { .locked = TRI_YES }, done = { .locked = TRI_NO, .next.present = TRI_NO },
                       between = { .locked = TRI_NO, .next.present = TRI_YES }, unseen = { .locked = TRI_UNKNOWN };

        assert_true(extension_state_goes_on(&working, INT64_MAX));
        assert_false(extension_state_goes_on(&done, 0));
        assert_false(extension_state_goes_on(&unseen, 0));
        assert_true(extension_state_goes_on(&between, EXTENSION_HAND_OVER_MS - 1));
        assert_false(extension_state_goes_on(&between, EXTENSION_HAND_OVER_MS));
}

static void an_images_program_is_never_run(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *program = text_format("%s" PROGRAM, scratch->root);
        Extension extension;

        scratch_write(scratch, PROGRAM, "#!/bin/sh\ntouch \"$0.ran\"\necho mde-linux 9.9.9.9\n");
        chmod(program, 0755);
        extension_look(&scratch->host, &extension);
        assert_int_equal(extension.program.present, TRI_YES);
        assert_int_equal(extension.program.packaged, TRI_NO);
        assert_string_equal(extension.program.path, PROGRAM);
        assert_string_equal(extension.program.version, "");
        assert_null(scratch_read(scratch, PROGRAM ".ran"));
        extension_clear(&extension);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)
                TEST(a_machine_without_anything_is_known_to_have_nothing),
                TEST(nothing_outside_an_image_is_taken_for_its_own),
                TEST(of_several_versions_the_newest_unpacked_one_counts),
                TEST(whose_request_ended_last_counts_before_the_newest),
                TEST(no_more_folders_than_the_limit_are_looked_at_and_the_newest_stay),
                TEST(the_settings_written_last_are_the_sequence_and_its_status_is_read),
                TEST(a_status_of_another_program_is_read_as_far_as_it_is_one),
                TEST(a_file_that_is_no_status_is_damaged),
                TEST(rows_without_end_are_cut),
                TEST(runs_are_told_the_latest_first_those_by_hand_among_them),
                TEST(a_run_by_hand_that_ends_as_before_is_the_last_run_anew),
                TEST(a_failure_by_hand_does_not_take_what_was_met_before),
                TEST(an_image_does_not_tell_who_is_at_work),
                cmocka_unit_test(a_request_that_waits_is_waited_for_while_it_may_be_taken_up),
                TEST(an_images_program_is_never_run),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
