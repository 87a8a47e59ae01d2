#include "tests/unit/scratch.h"

#include <sys/wait.h>
#include <unistd.h>

#include "agent/facts.h"
#include "agent/hold.h"

#define NOW 1800000000 /* 2027-01-15T08:00:00Z */

static Hold parse(const char *text)
{
        Hold hold;

        hold_parse(text, NOW, &hold);
        return hold;
}

static void times_are_dates_or_distances_from_now(void **state)
{
        static const struct {
                const char *text;
                int64_t time;
        } right[] = {
                { "2027-01-15", 1799971200 }, { "2027-01-15T08:00:00Z", NOW },
                { "2027-01-15 08:00", NOW },  { "2027-01-15T08:00:01", NOW + 1 },
                { "2028-02-29", 1835395200 }, { "+90m", NOW + 5400 },
                { "+2h", NOW + 7200 },        { "+3d", NOW + 3 * 86400 },
                { "+1w", NOW + 7 * 86400 },
        };
        static const char *const wrong[] = { "",
                                             "Friday",
                                             "2027-02-29",
                                             "2027-13-01",
                                             "2027-1-1",
                                             "2027-01-15T",
                                             "2027-01-15T24:00",
                                             "2027-01-15T08:00:00+01:00",
                                             "2027-01-15Z",
                                             "20270115",
                                             "+",
                                             "+2",
                                             "+h",
                                             "+0h",
                                             "-2h",
                                             "+2H",
                                             "+999999999d",
                                             "+2hh",
                                             "+ 2h" };
        size_t i;
        int64_t time;

        (void)state;
        for (i = 0; i < ELEMENTSOF(right); i++) {
                time = 0;
                if (!hold_time(right[i].text, NOW, &time) || time != right[i].time)
                        fail_msg("%s: %lld", right[i].text, (long long)time);
        }
        for (i = 0; i < ELEMENTSOF(wrong); i++)
                if (hold_time(wrong[i], NOW, &time))
                        fail_msg("%s is taken", wrong[i]);
}

static void a_file_without_an_end_holds(void **state)
{
        Hold hold = parse("maintenance, ask Kim\n");

        (void)state;
        assert_int_equal(hold.held, TRI_YES);
        assert_int_equal(hold.until_s, 0);
        assert_string_equal(hold.reason, "maintenance, ask Kim");
        assert_int_equal(parse("").held, TRI_YES);
        assert_string_equal(parse("two\r\n\n  lines \n").reason, "two lines");
        /* the first line is the reason, whatever it says */
        assert_int_equal(parse("until 2020-01-01\n").held, TRI_YES);
        assert_string_equal(parse("until 2020-01-01\n").reason, "until 2020-01-01");
}

static void a_hold_ends_at_its_end(void **state)
{
        Hold before = parse("why\nuntil 2027-01-15T08:00:01Z\n"),
             after = parse("why\n\n until  2027-01-15T08:00:00Z\r\n");

        (void)state;
        assert_int_equal(before.held, TRI_YES);
        assert_int_equal(before.until_s, NOW + 1);
        assert_false(before.over);
        assert_string_equal(before.reason, "why");
        assert_int_equal(after.held, TRI_NO);
        assert_true(after.over);
        assert_string_equal(after.reason, "why");
}

static void a_hold_whose_end_cannot_be_read_holds(void **state)
{
        static const char *const damaged[] = { "why\nuntil Friday\n",
                                               "why\nuntil\n",
                                               "why\nuntil: 2020-01-01\n",
                                               "why\nuntil +2h\n",
                                               "why\nuntil 2020-01-01 or so\n",
                                               "why\nuntil 2020-01-01\nuntil 2020-01-02\n",
                                               "why\nuntil 2020-01-01\nuntil later\n",
                                               "why\nuntil 2020-0" };
        size_t i;

        (void)state;
        for (i = 0; i < ELEMENTSOF(damaged); i++) {
                Hold hold = parse(damaged[i]);

                if (hold.held != TRI_YES || !hold.damaged || hold.until_s || hold.over)
                        fail_msg("%s", damaged[i]);
        }
        assert_false(parse("why\nuntiltomorrow\n").damaged);
}

static void its_end_is_told(void **state)
{
        Hold hold = parse("why\nuntil 2027-02-01\n"), damaged = parse("why\nuntil then\n"), none = parse("why");
        _cleanup_free_ char *words = hold_end_words(&hold), *unread = hold_end_words(&damaged),
                            *nothing = hold_end_words(&none);

        (void)state;
        assert_string_equal(words, "It ends at 2027-02-01T00:00:00Z.");
        assert_non_null(strstr(unread, "cannot be read"));
        assert_string_equal(nothing, "");
}

static void foreign_bytes_are_escaped(void **state)
{
        (void)state;
        assert_string_equal(parse("a\x1b[31m\xff").reason, "a\\x1b[31m\\xff");
}

static void what_cannot_be_read_as_a_file_holds(void **state)
{
        const Scratch *scratch = *state;
        Hold hold;

        hold_read(&scratch->host, NOW, &hold);
        assert_int_equal(hold.held, TRI_NO);
        scratch_folder(scratch, FACTS_HOLD_FILE "/");
        hold_read(&scratch->host, NOW, &hold);
        assert_int_equal(hold.held, TRI_YES);
        assert_true(facts_are_held(&scratch->host));
}

static void is_unreadable(const Scratch *scratch, const char *why)
{
        _cleanup_free_ char *words = NULL, *end = NULL;
        Hold hold;

        hold_read(&scratch->host, NOW, &hold);
        words = hold_reason_words(&hold);
        end = hold_end_words(&hold);
        assert_int_equal(hold.held, TRI_YES);
        assert_true(hold.since_s > 0);
        if (!strstr(hold.trouble, why) || !strstr(hold.trouble, FACTS_HOLD_FILE))
                fail_msg("%s", hold.trouble);
        assert_true(text_starts_with(words, "the reason cannot be read: "));
        assert_non_null(strstr(words, why));
        assert_non_null(strstr(end, "until the file is"));
}

static void what_cannot_be_read_is_told_with_why(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s%s", scratch->root, FACTS_HOLD_FILE), *large = text_allocate(5000);

        scratch_folder(scratch, FACTS_HOLD_FILE);
        is_unreadable(scratch, "is no regular file");
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(mkfifo(path, 0644), 0);
        is_unreadable(scratch, "is no regular file");
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("nowhere", path), 0);
        is_unreadable(scratch, "leads nowhere");
        assert_int_equal(unlink(path), 0);
        memset(large, 'x', 4999);
        scratch_write(scratch, FACTS_HOLD_FILE, large);
        is_unreadable(scratch, "4096");
}

static void its_reason_is_told(void **state)
{
        Hold hold = parse("ask Kim\n"), none = parse("");
        _cleanup_free_ char *words = hold_reason_words(&hold), *nothing = hold_reason_words(&none);

        (void)state;
        assert_string_equal(words, "ask Kim");
        assert_string_equal(nothing, "no reason was given");
}

static void an_ended_hold_holds_no_change(void **state)
{
        const Scratch *scratch = *state;

        Hold hold;

        hold_read(&scratch->host, NOW, &hold);
        assert_int_equal(hold.since_s, 0);
        scratch_write(scratch, FACTS_HOLD_FILE, "why\nuntil 2020-01-01\n");
        hold_read(&scratch->host, NOW, &hold);
        assert_true(hold.since_s > 0);
        assert_false(facts_are_held(&scratch->host));
        scratch_write(scratch, FACTS_HOLD_FILE, "why\nuntil 9000-01-01\n");
        assert_true(facts_are_held(&scratch->host));
}

static void is_written(const Host *host, const char *text)
{
        Error err = { 0 };

        if (hold_write(host, text, &err) < 0)
                fail_msg("%s", err.text);
}

static bool was_held(const Host *host)
{
        bool held = true;
        Error err = { 0 };

        if (hold_remove(host, &held, &err) < 0)
                fail_msg("%s", err.text);
        return held;
}

static void a_hold_is_written_and_taken_away(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s%s", scratch->root, FACTS_HOLD_FILE), *text = NULL;
        struct stat st;

        scratch_folder(scratch, "/etc");
        assert_false(was_held(&scratch->host));
        is_written(&scratch->host, "a longer reason\n");
        is_written(&scratch->host, "why\n");
        text = scratch_read(scratch, FACTS_HOLD_FILE);
        assert_string_equal(text, "why\n");
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0644);
        assert_true(was_held(&scratch->host));
        assert_false(was_held(&scratch->host));
        *strrchr(path, '/') = '\0';
        assert_int_equal(rmdir(path), 0); /* nothing else is left there */
}

static void a_link_that_leads_nowhere_is_a_hold_and_taken_away(void **state)
{
        const Scratch *scratch = *state;
        _cleanup_free_ char *path = text_format("%s%s", scratch->root, FACTS_HOLD_FILE);

        scratch_folder(scratch, "/etc/mde-linux");
        assert_int_equal(symlink("nowhere", path), 0);
        assert_true(facts_are_held(&scratch->host));
        assert_true(was_held(&scratch->host));
        assert_false(facts_are_held(&scratch->host));
}

static void what_cannot_be_taken_away_is_not_told_as_gone(void **state)
{
        const Scratch *scratch = *state;
        bool held = false;
        Error err = { 0 };

        scratch_folder(scratch, FACTS_HOLD_FILE);
        assert_int_equal(hold_remove(&scratch->host, &held, &err), -1);
        assert_non_null(strstr(err.text, "remove it"));
        assert_int_equal(hold_write(&scratch->host, "why\n", &err), -1);
        assert_non_null(strstr(err.text, "remove it"));
}

static void a_folder_that_is_no_image_is_said_to_be_none(void **state)
{
        const Scratch *scratch = *state;
        const Host image = { .root = scratch->root, .image = true };
        bool held = false;
        Error err = { 0 };

        assert_int_equal(hold_write(&image, "why\n", &err), -1);
        assert_non_null(strstr(err.text, "the image's /"));
        assert_int_equal(hold_remove(&image, &held, &err), -1);
        assert_non_null(strstr(err.text, "the image's /"));
}

/* As in an image that a person is in by chroot, without /proc. */
static int hold_and_let_go_in(const char *root)
{
        const Host host = { .root = "" };
        bool held = false;
        Error err = { 0 };

        if (chroot(root) < 0 || chdir("/") < 0)
                return 77;
        if (hold_write(&host, "why\n", &err) < 0 || access(FACTS_HOLD_FILE, F_OK) < 0)
                return 1;
        return hold_remove(&host, &held, &err) < 0 || !held || access(FACTS_HOLD_FILE, F_OK) == 0 ? 2 : 0;
}

static void no_proc_is_needed(void **state)
{
        const Scratch *scratch = *state;
        int status = 0;
        pid_t child;

        scratch_folder(scratch, "/etc");
        child = fork();
        if (child == 0)
                _exit(hold_and_let_go_in(scratch->root));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 77)
                skip();
        assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(times_are_dates_or_distances_from_now),
                cmocka_unit_test(a_file_without_an_end_holds),
                cmocka_unit_test(a_hold_ends_at_its_end),
                cmocka_unit_test(a_hold_whose_end_cannot_be_read_holds),
                cmocka_unit_test(its_end_is_told),
                cmocka_unit_test(foreign_bytes_are_escaped),
                cmocka_unit_test_setup_teardown(what_cannot_be_read_as_a_file_holds, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_hold_is_written_and_taken_away, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_link_that_leads_nowhere_is_a_hold_and_taken_away, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(what_cannot_be_taken_away_is_not_told_as_gone, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(no_proc_is_needed, scratch_open, scratch_close),
                cmocka_unit_test(its_reason_is_told),
                cmocka_unit_test_setup_teardown(what_cannot_be_read_is_told_with_why, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_folder_that_is_no_image_is_said_to_be_none, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(an_ended_hold_holds_no_change, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
