#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "agent/commands/outcome_show.h"
#include "agent/commands/progress.h"
#include "platform/base/text.h"

static char *line(const char *name, const char *text, int64_t elapsed_ms, unsigned width)
{
        return progress_line(name, text, elapsed_ms, width);
}

static void a_line_never_reaches_the_last_column(void **state)
{
        _cleanup_free_ char *whole = line("package", "installing", 500, 80),
                            *cut = line("package", "installing", 12345, 20),
                            *narrow = line("package", "installing", 12345, 4);

        assert_string_equal(whole, "package: installing");
        assert_string_equal(cut, "package: inst  12 s");
        assert_string_equal(narrow, "p  12 s");
}

static void it_is_cut_between_characters_and_holds_no_controls(void **state)
{
        _cleanup_free_ char *cut = line("", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", 0, 4),
                            *plain = line("", "a\033[2J\tb", 0, 80);

        assert_string_equal(cut, "\xc3\xa4\xc3\xb6\xc3\xbc");
        assert_string_equal(plain, "a [2J b");
}

#define MIB ((int64_t)1024 * 1024)

static void assert_bar(int64_t done, int64_t total, int64_t elapsed_ms, unsigned width, const char *expected)
{
        _cleanup_free_ char *bar = progress_bar("package", done, total, elapsed_ms, width);

        assert_string_equal(bar, expected);
        assert_true(strlen(bar) < width);
}

static void a_bar_gives_up_its_parts_by_what_they_tell_where_columns_are_few(void **state)
{
        assert_bar(69 * MIB, 160 * MIB, 12345, 80,
                   "package [############..................]  43 %  69 of 160 MiB  12 s");
        assert_bar(69 * MIB, 160 * MIB, 12345, 60, "package [#########.............]  43 %  69 of 160 MiB  12 s");
        assert_bar(69 * MIB, 160 * MIB, 12345, 40, "package [#######..........]  43 %  12 s");
        assert_bar(69 * MIB, 160 * MIB, 12345, 20, "package  43 %  12 s");
        assert_bar(69 * MIB, 160 * MIB, 12345, 9, "pa  43 %");
        assert_bar(69 * MIB, 160 * MIB, 1000, 24, "package [###....]  43 %");
}

static void a_bar_holds_whatever_the_numbers_are(void **state)
{
        assert_bar(161 * MIB, 160 * MIB, 0, 40, "package [######]  100 %  160 of 160 MiB");
        assert_bar(-1, 160 * MIB, 0, 30, "package [.............]   0 %");
        assert_bar(0, 1, 0, 50, "package [.......................]   0 %  0 of 1 B");
        assert_bar(5000, 12345, 0, 50, "package [########............]  40 %  4 of 12 KiB");
        assert_bar(INT64_MAX / 2, INT64_MAX, 0, 70,
                   "package [########.........]  50 %  4398046511103 of 8796093022207 MiB");
}

/* As it is for a file or a pipe. */
static void nothing_is_said_where_nobody_looks(void **state)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        _cleanup_fclose_ FILE *file = tmpfile();
        Progress progress;

        progress_begin(&progress, file);
        outcome_row(outcome, "package", ROW_WORKING, "installing");
        progress_tell(&progress, outcome, 1000);
        progress_end(&progress, outcome, 1000);
        assert_int_equal(ftell(file), 0);
}

/* A terminal, and all that was written to it so far. */
typedef struct Looked {
        FILE *file;
        Progress progress;
        Outcome outcome;
        char text[8000];
} Looked;

static Looked *look(bool dumb, unsigned width)
{
        Looked *looked = text_allocate(sizeof(Looked));

        looked->file = tmpfile();
        assert_non_null(looked->file);
        progress_begin(&looked->progress, looked->file);
        looked->progress.screen = (Screen){ .file = looked->file, .terminal = true, .dumb = dumb, .width = width };
        looked->progress.outlet.fd = dup(fileno(looked->file));
        return looked;
}

static void looked_free(Looked *looked)
{
        cleanup_close(&looked->progress.outlet.fd);
        fclose(looked->file);
        free(looked);
}
DEFINE_CLEANUP(Looked *, looked_free)

/* A second later, until seconds of the clock are over. */
static void tell_until(Looked *looked, int64_t from_s, int64_t to_s)
{
        int64_t s;

        for (s = from_s; s <= to_s; s++)
                progress_tell(&looked->progress, &looked->outcome, s * 1000);
}

static const char *seen(Looked *looked)
{
        size_t n;

        rewind(looked->file);
        n = fread(looked->text, 1, sizeof(looked->text) - 1, looked->file);
        looked->text[n] = '\0';
        fseek(looked->file, 0, SEEK_END);
        return looked->text;
}

static void at_work(Looked *looked, const char *words)
{
        outcome_row(&looked->outcome, "package", ROW_WORKING, "%s", words);
}

static void a_stage_that_is_over_leaves_a_line_and_a_short_one_no_other(void **state)
{
        _cleanup_(looked_freep) Looked *looked = look(true, 80);

        outcome_row(&looked->outcome, "look", ROW_WORKING, "looking");
        tell_until(looked, 1, 2);
        outcome_row(&looked->outcome, "look", ROW_SUCCESS, "seen");
        outcome_row(&looked->outcome, "note", ROW_WARNING, "never at work");
        at_work(looked, "installing");
        progress_tell(&looked->progress, &looked->outcome, 2900);
        outcome_row(&looked->outcome, "package", ROW_ERROR, "no");
        progress_end(&looked->progress, &looked->outcome, 4800);
        assert_string_equal(seen(looked), "look                 done 1.9 s\npackage              failed 1.9 s\n");
}

static void lines_tell_what_is_at_work_for_two_seconds_and_again_each_minute(void **state)
{
        _cleanup_(looked_freep) Looked *looked = look(true, 80);
        int64_t s;

        for (s = 100; s <= 225; s++) {
                outcome_row(&looked->outcome, "package", ROW_WORKING,
                            "waiting %lld s for apt: apt-get (pid 812, for %lld s)", (long long)s - 100,
                            (long long)s - 40);
                progress_tell(&looked->progress, &looked->outcome, s * 1000);
        }
        outcome_row(&looked->outcome, "package", ROW_SUCCESS, "installed");
        tell_until(looked, 226, 226);
        assert_string_equal(seen(looked),
                            "package              waiting 2 s for apt: apt-get (pid 812, for 62 s)\n"
                            "package              62 s: waiting 62 s for apt: apt-get (pid 812, for 122 s)\n"
                            "package              122 s: waiting 122 s for apt: apt-get (pid 812, for 182 s)\n"
                            "package              done 126.0 s\n");
}

static void other_words_are_a_line_but_ten_seconds_after_the_one_before(void **state)
{
        _cleanup_(looked_freep) Looked *looked = look(true, 80);

        at_work(looked, "looking");
        tell_until(looked, 100, 105);
        at_work(looked, "waiting 3 s for apt: dpkg (pid 7)");
        tell_until(looked, 106, 111);
        at_work(looked, "waiting 9 s for apt: dpkg (pid 8)");
        tell_until(looked, 112, 130);
        at_work(looked, "installing");
        tell_until(looked, 131, 131);
        assert_string_equal(seen(looked), "package              looking\n"
                                          "package              12 s: waiting 9 s for apt: dpkg (pid 8)\n"
                                          "package              31 s: installing\n");
}

static void each_stage_has_its_own_two_seconds_also_when_it_is_at_work_again(void **state)
{
        _cleanup_(looked_freep) Looked *looked = look(true, 80);

        at_work(looked, "reading");
        tell_until(looked, 100, 103);
        outcome_row(&looked->outcome, "package", ROW_SUCCESS, "read");
        outcome_row(&looked->outcome, "onboard", ROW_WORKING, "asking");
        tell_until(looked, 104, 106);
        outcome_row(&looked->outcome, "onboard", ROW_SUCCESS, "asked");
        at_work(looked, "reading");
        tell_until(looked, 107, 108);
        assert_null(strstr(seen(looked), "package              done 4.0 s\nonboard              asking\n"
                                         "onboard              done 3.0 s\npackage"));
        tell_until(looked, 109, 109);
        assert_string_equal(seen(looked), "package              reading\n"
                                          "package              done 4.0 s\n"
                                          "onboard              asking\n"
                                          "onboard              done 3.0 s\n"
                                          "package              reading\n");
}

static void lines_of_what_is_fetched_tell_percent_and_sizes(void **state)
{
        _cleanup_(looked_freep) Looked *looked = look(true, 80);

        at_work(looked, "downloading mdatp: 1 MB so far");
        outcome_far(&looked->outcome, "package", MIB, 160 * MIB);
        tell_until(looked, 100, 150);
        at_work(looked, "downloading mdatp: 72 MB so far");
        outcome_far(&looked->outcome, "package", 69 * MIB, 160 * MIB);
        tell_until(looked, 151, 170);
        assert_string_equal(seen(looked), "package              downloading mdatp: 1 MB so far\n"
                                          "package              62 s: 43 %  69 of 160 MiB\n");
}

static void a_line_is_wrapped_bounded_and_harmless(void **state)
{
        _cleanup_(looked_freep) Looked *looked = look(true, 40);
        char words[900];

        memset(words, 'x', sizeof(words) - 1);
        words[sizeof(words) - 1] = '\0';
        memcpy(words, "a\033[2J\nb and more words ", strlen("a\033[2J\nb and more words "));
        at_work(looked, words);
        tell_until(looked, 100, 102);
        seen(looked);
        assert_true(text_starts_with(looked->text, "package              a?[2J b and more\n"
                                                   "                     words\n"
                                                   "                     xxx"));
        assert_null(strchr(looked->text, '\033'));
        assert_true(strlen(looked->text) < 420);
}

static void words_are_the_same_that_differ_in_what_is_counted_only(void **state)
{
        static const struct {
                const char *a, *b;
                bool same;
        } rows[] = {
                { "", "", true },
                { "waiting 9 s for apt", "waiting 10 s for apt", true },
                { "5 MB so far", "17 MB so far", true },
                { "9 %, 3 s", "10 %, 12 s", true },
                { "apt (pid 81, for 9 s)", "apt (pid 81, for 10 s)", true },
                { "apt (pid 81, for 9 s)", "apt (pid 82, for 9 s)", false },
                { "2 sensors", "3 sensors", false },
                { "waiting 9 s", "waiting 9 s for apt", false },
                { "version 101.2 is there", "version 101.3 is there", false },
                { "9", "", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                assert_int_equal(progress_is_same(rows[i].a, rows[i].b), rows[i].same);
                assert_int_equal(progress_is_same(rows[i].b, rows[i].a), rows[i].same);
        }
}

static void what_is_fetched_is_a_bar_until_something_else_is_done(void **state)
{
        _cleanup_(looked_freep) Looked *looked = look(false, 40);

        at_work(looked, "downloading: 5 MB so far");
        outcome_far(&looked->outcome, "package", 5 * MIB, 20 * MIB);
        outcome_far(&looked->outcome, "nothing", 1, 2);
        tell_until(looked, 1, 1);
        assert_non_null(strstr(seen(looked), "]  25 %  5 of 20 MiB"));
        at_work(looked, "installing");
        tell_until(looked, 2, 2);
        assert_true(text_ends_with(seen(looked), "package: installing"));
}

static void a_line_is_written_over_when_it_changed_and_four_times_a_second_at_most(void **state)
{
        _cleanup_(looked_freep) Looked *looked = look(false, 40);
        int64_t ms;

        at_work(looked, "installing");
        for (ms = 1000; ms < 3000; ms += 100)
                progress_tell(&looked->progress, &looked->outcome, ms);
        assert_string_equal(seen(looked), "\r\033[Kpackage: installing");
        at_work(looked, "configuring");
        progress_tell(&looked->progress, &looked->outcome, 3000);
        at_work(looked, "ending");
        progress_tell(&looked->progress, &looked->outcome, 3100);
        progress_tell(&looked->progress, &looked->outcome, 3200);
        assert_true(text_ends_with(seen(looked), "\r\033[Kpackage: configuring  2 s"));
        progress_note(&looked->progress, "a note");
        progress_tell(&looked->progress, &looked->outcome, 3210);
        assert_true(text_ends_with(seen(looked), "\r\033[Ka note\n\r\033[Kpackage: ending  2 s"));
}

/* A real terminal, whose output the test reads when it likes to. */
typedef struct Pty {
        int top;
        FILE *file;
        Progress progress;
        Outcome outcome;
        char text[1 << 16];
} Pty;

static Pty *pty_new(const char *term)
{
        Pty *pty = text_allocate(sizeof(Pty));
        int fd;

        pty->top = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (pty->top < 0 || grantpt(pty->top) < 0 || unlockpt(pty->top) < 0) {
                free(pty);
                return NULL;
        }
        fd = open(ptsname(pty->top), O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_true(fd >= 0);
        pty->file = fdopen(fd, "w");
        setenv("TERM", term, 1);
        progress_begin(&pty->progress, pty->file);
        alarm(60); /* who waits for this terminal waits for ever */
        return pty;
}

static void pty_free(Pty *pty)
{
        alarm(0);
        cleanup_close(&pty->progress.outlet.fd);
        cleanup_close(&pty->top);
        fclose(pty->file);
        free(pty);
}
DEFINE_CLEANUP(Pty *, pty_free)

/* All that comes within a moment. */
static const char *pty_read(Pty *pty)
{
        struct pollfd ready = { .fd = pty->top, .events = POLLIN };
        size_t length = 0;
        ssize_t n = 1;

        while (n > 0 && length < sizeof(pty->text) - 1 && poll(&ready, 1, 100) > 0) {
                n = read(pty->top, pty->text + length, sizeof(pty->text) - 1 - length);
                length += n > 0 ? (size_t)n : 0;
        }
        pty->text[length] = '\0';
        return pty->text;
}

static void pty_tell(Pty *pty, int64_t from_s, int64_t to_s)
{
        int64_t s;

        for (s = from_s; s < to_s; s++) {
                outcome_row(&pty->outcome, "package", ROW_WORKING, "part %lld of it", (long long)s);
                progress_tell(&pty->progress, &pty->outcome, s * 1000);
        }
}

static bool comes_before(const char *text, const char *first, const char *second)
{
        const char *found = strstr(text, first);

        return found && strstr(found, second);
}

static void what_is_over_while_a_terminal_is_stopped_is_told_when_it_goes_on(void **state)
{
        static const char *const terms[] = { "xterm", "dumb" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(terms); i++) {
                _cleanup_(pty_freep) Pty *pty = pty_new(terms[i]);

                if (!pty)
                        skip();
                tcflow(fileno(pty->file), TCOOFF);
                pty_tell(pty, 1, 1000);
                progress_note(&pty->progress, "a note");
                outcome_row(&pty->outcome, "package", ROW_SUCCESS, "installed");
                outcome_row(&pty->outcome, "onboard", ROW_WORKING, "asking");
                progress_tell(&pty->progress, &pty->outcome, 1000000);
                assert_string_equal(pty_read(pty), "");
                tcflow(fileno(pty->file), TCOON);
                progress_tell(&pty->progress, &pty->outcome, 1100000);
                progress_tell(&pty->progress, &pty->outcome, 1101000);
                assert_true(comes_before(pty_read(pty), "a note", "package              done 999.0 s"));
                assert_true(comes_before(pty->text, "package              done 999.0 s", "asking"));
                assert_null(strstr(pty->text, "part 998"));
                assert_false(fcntl(fileno(pty->file), F_GETFL) & O_NONBLOCK);
        }
}

static void a_terminal_that_nobody_reads_is_told_what_is_so_when_it_is_read(void **state)
{
        static const char *const terms[] = { "xterm", "dumb" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(terms); i++) {
                _cleanup_(pty_freep) Pty *pty = pty_new(terms[i]);

                if (!pty)
                        skip();
                pty_tell(pty, 1, 20000);
                assert_non_null(strstr(pty_read(pty), "part 1"));
                pty_tell(pty, 20000, 20100);
                assert_non_null(strstr(pty_read(pty), "part 200"));
                outcome_row(&pty->outcome, "package", ROW_SUCCESS, "installed");
                progress_end(&pty->progress, &pty->outcome, 30000 * 1000);
                assert_non_null(strstr(pty_read(pty), "package              done 29999.0 s"));
        }
}

static void what_a_stopped_terminal_could_not_take_comes_before_the_answer(void **state)
{
        _cleanup_(pty_freep) Pty *pty = pty_new("xterm");

        if (!pty)
                skip();
        tcflow(fileno(pty->file), TCOOFF);
        pty_tell(pty, 1, 3);
        outcome_row(&pty->outcome, "package", ROW_SUCCESS, "installed");
        progress_tell(&pty->progress, &pty->outcome, 3000);
        tcflow(fileno(pty->file), TCOON);
        progress_end(&pty->progress, &pty->outcome, 4000);
        fputs("the answer\n", pty->file);
        fflush(pty->file);
        assert_true(comes_before(pty_read(pty), "package              done 2.0 s", "the answer"));
}

static void a_terminal_that_hung_up_is_not_waited_for(void **state)
{
        _cleanup_(pty_freep) Pty *pty = pty_new("xterm");

        if (!pty)
                skip();
        pty_tell(pty, 1, 3);
        close(pty->top);
        pty->top = -1;
        pty_tell(pty, 3, 5);
        outcome_row(&pty->outcome, "package", ROW_SUCCESS, "installed");
        progress_end(&pty->progress, &pty->outcome, 5000);
}

static void a_document_tells_what_came_of_it(void **state)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        _cleanup_json_ Json *document = screen_document("onboard", 1);

        outcome->verdict = VERDICT_REFUSED;
        failure_set(&outcome->failure, REASON_HELD, "until Friday");
        outcome_row(outcome, "package", ROW_WARNING, "old");
        outcome_put(document, outcome, "Wait.");
        assert_string_equal(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN),
                            "{\"schema\":\"mde-linux.onboard\",\"version\":1,\"verdict\":\"refused\","
                            "\"message\":\"Changes to this machine are on hold.\",\"reason\":\"held\",\"code\":53,"
                            "\"found\":\"until Friday\",\"remedy\":\"Wait.\","
                            "\"rows\":[{\"name\":\"package\",\"level\":\"warning\",\"text\":\"old\"}]}");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_never_reaches_the_last_column),
                cmocka_unit_test(it_is_cut_between_characters_and_holds_no_controls),
                cmocka_unit_test(a_bar_gives_up_its_parts_by_what_they_tell_where_columns_are_few),
                cmocka_unit_test(a_bar_holds_whatever_the_numbers_are),
                cmocka_unit_test(what_is_fetched_is_a_bar_until_something_else_is_done),
                cmocka_unit_test(nothing_is_said_where_nobody_looks),
                cmocka_unit_test(a_stage_that_is_over_leaves_a_line_and_a_short_one_no_other),
                cmocka_unit_test(lines_tell_what_is_at_work_for_two_seconds_and_again_each_minute),
                cmocka_unit_test(other_words_are_a_line_but_ten_seconds_after_the_one_before),
                cmocka_unit_test(each_stage_has_its_own_two_seconds_also_when_it_is_at_work_again),
                cmocka_unit_test(lines_of_what_is_fetched_tell_percent_and_sizes),
                cmocka_unit_test(a_line_is_wrapped_bounded_and_harmless),
                cmocka_unit_test(words_are_the_same_that_differ_in_what_is_counted_only),
                cmocka_unit_test(a_line_is_written_over_when_it_changed_and_four_times_a_second_at_most),
                cmocka_unit_test(what_is_over_while_a_terminal_is_stopped_is_told_when_it_goes_on),
                cmocka_unit_test(a_terminal_that_nobody_reads_is_told_what_is_so_when_it_is_read),
                cmocka_unit_test(what_a_stopped_terminal_could_not_take_comes_before_the_answer),
                cmocka_unit_test(a_terminal_that_hung_up_is_not_waited_for),
                cmocka_unit_test(a_document_tells_what_came_of_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
