#include "tests/unit/scratch.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/commands/page.h"
#include "tests/unit/sweep.h"

#define N 5

/* Headline, why, what to do, and two others; as shown on a terminal of that height (0: piped). */
static char *shown(unsigned height, bool colour, const size_t lines[N])
{
        static const unsigned char ranks[N] = { 1, 3, 2, 0, 0 };
        char *text = NULL;
        size_t length = 0, i, line;
        FILE *file = open_memstream(&text, &length);
        const Screen screen = {
                .file = file, .terminal = height, .height = height, .width = height ? 80 : 0, .colour = colour
        };
        Page pages[N];

        for (i = 0; i < N; i++) {
                page_begin(&pages[i], &screen);
                for (line = 0; line < lines[i]; line++)
                        fprintf(pages[i].screen.file, "%c%zu\n", 'a' + (char)i, line + 1);
                page_end(&pages[i]);
        }
        page_show_all(&screen, pages, ranks, N, "the rest");
        for (i = 0; i < N; i++)
                page_clear(&pages[i]);
        fclose(file);
        return text;
}

static size_t lines_of(const char *text)
{
        size_t n = 0;

        for (; *text; text++)
                n += *text == '\n';
        return n;
}

static void what_fits_or_is_piped_is_whole_and_in_order(void **state)
{
        _cleanup_free_ char *fits = shown(12, false, (const size_t[N]){ 1, 2, 1, 3, 3 });
        _cleanup_free_ char *piped = shown(0, false, (const size_t[N]){ 1, 90, 1, 30, 3 });
        _cleanup_free_ char *tiny = shown(4, false, (const size_t[N]){ 1, 90, 1, 30, 3 });

        assert_string_equal(fits, "a1\nb1\nb2\nc1\nd1\nd2\nd3\ne1\ne2\ne3\n");
        assert_int_equal(lines_of(piped), 125);
        assert_int_equal(lines_of(tiny), 125);
}

static void what_matters_comes_first_and_the_rest_is_counted(void **state)
{
        _cleanup_free_ char *text = shown(12, false, (const size_t[N]){ 1, 2, 1, 7, 3 });

        assert_string_equal(text, "a1\nb1\nb2\nc1\ne1\ne2\ne3\n(7 more lines: the rest)\n");
}

static void a_long_why_leaves_room_for_what_to_do(void **state)
{
        _cleanup_free_ char *text = shown(12, true, (const size_t[N]){ 1, 20, 3, 1, 1 });

        assert_string_equal(text, "a1\nb1\nb2\nb3\nb4\n\033[0m  ...\nc1\nc2\nc3\n"
                                  "\033[1m(18 more lines: the rest)\033[0m\n");
}

static void no_mix_is_higher_than_the_screen(void **state)
{
        static const size_t some[] = { 0, 1, 2, 5, 9, 25 };
        const size_t step = sweep_stride(1);
        size_t mix, n;

        for (mix = 0; mix < 20 * 6 * 6 * 6 * 6 * 6; mix += step) {
                const size_t height = 10 + mix % 20, rest = mix / 20;
                const size_t lines[N] = { some[rest % 6], some[rest / 6 % 6], some[rest / 36 % 6], some[rest / 216 % 6],
                                          some[rest / 1296 % 6] };
                _cleanup_free_ char *text = shown((unsigned)height, false, lines);

                n = lines_of(text);
                if (n > height - 2)
                        fail_msg("height %zu, mix %zu: %zu lines:\n%s", height, mix, n, text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_fits_or_is_piped_is_whole_and_in_order),
                cmocka_unit_test(what_matters_comes_first_and_the_rest_is_counted),
                cmocka_unit_test(a_long_why_leaves_room_for_what_to_do),
                cmocka_unit_test(no_mix_is_higher_than_the_screen),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
