#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/state_holder.h"

static const char locks[] = "1: POSIX  ADVISORY  WRITE 700 08:01:4242 0 EOF\n"
                            "2: FLOCK  ADVISORY  WRITE 812 00:2f:4242 0 EOF\n"
                            "2: -> FLOCK  ADVISORY  WRITE 900 00:2f:4242 0 EOF\n"
                            "3: FLOCK  ADVISORY  WRITE 0 00:2f:77 0 EOF\n"
                            "4: FLOCK  MSNFS\n";

static void the_holder_is_who_has_a_flock_on_the_inode(void **state)
{
        assert_int_equal(state_holder_pid(locks, strlen(locks), 4242), 812);
        assert_int_equal(state_holder_pid(locks, strlen(locks), 4243), 0);
}

static void a_holder_that_cannot_be_seen_is_none(void **state)
{
        assert_int_equal(state_holder_pid(locks, strlen(locks), 77), 0);
        assert_int_equal(state_holder_pid("", 0, 4242), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_holder_is_who_has_a_flock_on_the_inode),
                cmocka_unit_test(a_holder_that_cannot_be_seen_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
