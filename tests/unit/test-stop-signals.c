#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform/base/cleanup.h"
#include "platform/stop_signals.h"

static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
static volatile sig_atomic_t caught;

static void on_stop(int number)
{
        caught++;
}

static int reset(void **state)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(numbers); i++)
                signal(numbers[i], SIG_DFL);
        caught = 0;
        return 0;
}

static void send_all(void)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(numbers); i++)
                raise(numbers[i]);
}

static void each_of_them_asks_to_stop(void **state)
{
        stop_signals_catch(on_stop);
        send_all();
        send_all();
        assert_int_equal(caught, 6);
}

static void what_was_ignored_from_the_beginning_stays_ignored(void **state)
{
        signal(SIGHUP, SIG_IGN);
        signal(SIGINT, SIG_IGN);
        stop_signals_catch(on_stop);
        send_all();
        assert_int_equal(caught, 1);
}

static void a_kill_is_heard_all_the_same(void **state)
{
        signal(SIGTERM, SIG_IGN);
        stop_signals_catch(on_stop);
        send_all();
        assert_int_equal(caught, 3);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(each_of_them_asks_to_stop, reset, reset),
                cmocka_unit_test_setup_teardown(what_was_ignored_from_the_beginning_stays_ignored, reset, reset),
                cmocka_unit_test_setup_teardown(a_kill_is_heard_all_the_same, reset, reset),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
