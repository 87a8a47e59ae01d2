#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/guest/places.h"
#include "agent/guest/program_call.h"
#include "platform/base/text.h"

static void the_extensions_program_is_called_by_its_whole_path(void **state)
{
        char call[PROGRAM_CALL_MAX];

        assert_string_equal(program_call_of(PROGRAM, true, call), "/usr/local/sbin/mde-linux");
        assert_string_equal(program_call_of(PROGRAM " (deleted)", true, call), "/usr/local/sbin/mde-linux");
        assert_string_equal(program_call_of(PROGRAM, false, call), PROGRAM); /* the name was somebody else's */
}

static void a_packages_program_is_called_by_its_name(void **state)
{
        char call[PROGRAM_CALL_MAX];

        assert_string_equal(program_call_of("/usr/sbin/mde-linux", true, call), "mde-linux");
        assert_string_equal(program_call_of("/usr/bin/mde-linux", false, call), "mde-linux");
}

static void any_other_is_called_where_it_lies(void **state)
{
        char call[PROGRAM_CALL_MAX], long_path[PROGRAM_CALL_MAX + 8];

        assert_string_equal(program_call_of("/root/mde-linux", true, call), "/root/mde-linux");
        assert_string_equal(program_call_of("", true, call), "mde-linux");
        memset(long_path, '/', sizeof(long_path));
        long_path[sizeof(long_path) - 1] = '\0';
        assert_string_equal(program_call_of(long_path, true, call), "mde-linux");
        assert_true(*program_call(call));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_extensions_program_is_called_by_its_whole_path),
                cmocka_unit_test(a_packages_program_is_called_by_its_name),
                cmocka_unit_test(any_other_is_called_where_it_lies),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
