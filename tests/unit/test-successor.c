/* Whether an uninstall belongs to an update. */
#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <time.h>

#include "handler/successor.h"
#include "platform/fs.h"

#define BASE "/var/lib/waagent/Extension-1.0.0.2"

static const Host *machine(Scratch *s, const char *boot, const char *uptime)
{
        scratch_write(s, "/proc/sys/kernel/random/boot_id", boot);
        scratch_write(s, "/proc/uptime", uptime);
        return &s->host;
}

static void assert_taken(const Host *host, const char *expected)
{
        _cleanup_free_ char *base = successor_take(host);

        if (expected)
                assert_string_equal(base, expected);
        else
                assert_null(base);
}

static void it_is_taken_once(void **state)
{
        const Host *host = machine(*state, "one", "1000.00 1.00\n");

        assert_taken(host, NULL);
        assert_int_equal(successor_name(host, BASE, NULL), 0);
        machine(*state, "one", "1100.00 1.00\n");
        assert_taken(host, BASE);
        assert_taken(host, NULL);
}

/* The clock of the day plays no part: only the machine's own tells how long ago it was. */
static void after_an_hour_it_is_none(void **state)
{
        const Host *host = machine(*state, "one", "1000.00 1.00\n");

        assert_int_equal(successor_name(host, BASE, NULL), 0);
        machine(*state, "one", "4600.00 1.00\n");
        assert_taken(host, NULL);
        machine(*state, "one", "4599.00 1.00\n");
        assert_taken(host, BASE);
}

static void a_boot_in_between_ends_nothing_until_it_is_an_hour_old(void **state)
{
        const Host *host = machine(*state, "one", "100000.00 1.00\n");

        assert_int_equal(successor_name(host, BASE, NULL), 0);
        machine(*state, "two", "4000.00 1.00\n");
        assert_taken(host, NULL);
        machine(*state, "two", "40.00 1.00\n");
        assert_taken(host, BASE);
}

static void where_no_uptime_is_told_it_is_good(void **state)
{
        Scratch *s = *state;

        assert_int_equal(successor_name(&s->host, BASE, NULL), 0);
        assert_taken(&s->host, BASE);
}

/* One that goes reads the whole file as the folder. */
static void every_version_can_read_who_is_named(void **state)
{
        const Host *host = machine(*state, "one", "1000.00 1.00\n");
        _cleanup_free_ char *text = NULL;

        assert_int_equal(successor_name(host, BASE, NULL), 0);
        text = scratch_read(*state, SUCCESSOR_FILE);
        assert_string_equal(text, BASE);
}

static void named_before(const Scratch *s, const char *since, int hours)
{
        _cleanup_free_ char *path = text_format("%s" SUCCESSOR_FILE, s->root);
        const struct timespec then[] = { { .tv_sec = time(NULL) - hours * 3600 },
                                         { .tv_sec = time(NULL) - hours * 3600 } };

        scratch_write(s, SUCCESSOR_FILE, BASE);
        if (since)
                scratch_write(s, SUCCESSOR_SINCE_FILE, since);
        assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
}

/* Of a version that told no more; and what an earlier update left beside it is not about this one. */
static void who_is_named_without_the_uptime_is_judged_by_the_clock(void **state)
{
        static const char *const others[] = { NULL, "/var/lib/waagent/Extension-1.0.0.3\none\n10\n", BASE "\none\n10",
                                              "" };
        const Host *host = machine(*state, "one", "9000.00 1.00\n");
        size_t i;

        for (i = 0; i < ELEMENTSOF(others); i++) {
                named_before(*state, others[i], 2);
                assert_taken(host, NULL);
                named_before(*state, others[i], 0);
                assert_taken(host, BASE);
                assert_false(fs_exists(host, SUCCESSOR_SINCE_FILE));
        }
}

static void who_is_forgotten_is_named_no_more(void **state)
{
        const Host *host = machine(*state, "one", "1000.00 1.00\n");

        assert_int_equal(successor_name(host, BASE, NULL), 0);
        assert_int_equal(successor_forget(host, NULL), 0);
        assert_taken(host, NULL);
        assert_false(fs_exists(host, SUCCESSOR_SINCE_FILE));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(it_is_taken_once, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(after_an_hour_it_is_none, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(a_boot_in_between_ends_nothing_until_it_is_an_hour_old, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(where_no_uptime_is_told_it_is_good, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(every_version_can_read_who_is_named, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(who_is_named_without_the_uptime_is_judged_by_the_clock, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(who_is_forgotten_is_named_no_more, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
