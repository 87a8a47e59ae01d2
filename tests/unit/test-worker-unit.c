#include "tests/unit/scratch.h"

#include "handler/worker_unit.h"

static void a_release_is_the_first_number_of_what_systemd_calls_itself(void **state)
{
        static const struct {
                const char *words;
                unsigned version;
        } rows[] = {
                { "219", 219 },         { "252.39-1~deb12u2", 252 }, { "v258~rc1-3-gabcdef", 258 },
                { "systemd 229", 229 }, { "261.1-2", 261 },          { "", 0 },
                { "of tomorrow", 0 },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_int_equal(systemd_version_of(rows[i].words), rows[i].version);
}

/* Old: complained of since 252 and unknown from 258; new: unknown below 232. */
static void the_unit_speaks_as_the_running_systemd_does(void **state)
{
        static const struct {
                unsigned version;
                bool is_new;
        } rows[] = { { 0, false }, { 219, false }, { 231, false }, { 232, true }, { 252, true }, { 261, true } };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *text = worker_unit_text(rows[i].version, false);

                assert_int_equal(!!strstr(text, "\nCPUWeight=25\n"), rows[i].is_new);
                assert_int_equal(!!strstr(text, "\nIOWeight=25\n"), rows[i].is_new);
                assert_int_equal(!!strstr(text, "\nCPUShares=256\n"), !rows[i].is_new);
                assert_int_equal(!!strstr(text, "\nBlockIOWeight=100\n"), !rows[i].is_new);
        }
}

static void on_arc_the_processor_is_limited_as_documented(void **state)
{
        _cleanup_free_ char *usual = worker_unit_text(252, false), *limited = worker_unit_text(252, true);

        assert_null(strstr(usual, "CPUQuota"));
        assert_true(text_ends_with(limited, "\nCPUQuota=60%\n"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_release_is_the_first_number_of_what_systemd_calls_itself),
                cmocka_unit_test(the_unit_speaks_as_the_running_systemd_does),
                cmocka_unit_test(on_arc_the_processor_is_limited_as_documented),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
