#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/machine/out_of_memory.h"

#define SCRIPT "postinst: installed mdatp package post-installation script subprocess returned error exit status "

static Failure judge(ReasonId reason, const char *found, int64_t before, int64_t now)
{
        Failure failure = { 0 };

        failure_set(&failure, reason, "%s", found);
        out_of_memory_judge(before, now, &failure);
        return failure;
}

static void a_killed_script_is_lack_of_memory(void **state)
{
        Failure f = judge(REASON_INSTALL_FAILED, SCRIPT "137", 3, 5);

        assert_int_equal(f.reason, REASON_OUT_OF_MEMORY);
        assert_string_equal(f.found, "Processes ended by the kernel for lack of memory meanwhile: 2; " SCRIPT "137");
        assert_int_equal(judge(REASON_SERVICE_FAILED, "result oom-kill, restarted", 0, 1).reason, REASON_OUT_OF_MEMORY);
}

static void another_failure_keeps_its_reason_and_tells_the_count(void **state)
{
        Failure f = judge(REASON_INSTALL_FAILED, SCRIPT "1", 0, 1);

        assert_int_equal(f.reason, REASON_INSTALL_FAILED);
        assert_string_equal(f.found, "Processes ended by the kernel for lack of memory meanwhile: 1; " SCRIPT "1");
}

static void without_a_kill_nothing_is_said(void **state)
{
        assert_string_equal(judge(REASON_INSTALL_FAILED, SCRIPT "137", 3, 3).found, SCRIPT "137");
        assert_string_equal(judge(REASON_INSTALL_FAILED, SCRIPT "137", -1, 3).found, SCRIPT "137");
        assert_string_equal(judge(REASON_INSTALL_FAILED, SCRIPT "137", 3, -1).found, SCRIPT "137");
        assert_string_equal(judge(REASON_REPOSITORY_UNREACHABLE, "away", 3, 4).found, "away");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_killed_script_is_lack_of_memory),
                cmocka_unit_test(another_failure_keeps_its_reason_and_tells_the_count),
                cmocka_unit_test(without_a_kill_nothing_is_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
