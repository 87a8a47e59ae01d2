#include "tests/unit/scratch.h"

#include "platform/packages/rpm.h"

static void versions_are_ordered_as_rpm_does(void **state)
{
        static const struct {
                const char *older, *newer;
        } rows[] = {
                { "1.0", "1.1" },
                { "1.9", "1.10" },
                { "1.0", "1.0.1" },
                { "1.0a", "1.0.1" },
                { "1.0a", "1.0b" },
                { "1.0", "1.0a" },
                { "1.0~rc1", "1.0" },
                { "1.0~rc1", "1.0~rc2" },
                { "1.0", "1.0^git1" },
                { "1.0^git1", "1.0.1" },
                { "1.0^a", "1.0^b" },
                { "101.24092.0002-1", "101.25042.0003-1" },
                { "101.24092.0002-1", "101.24092.0002-2" },
                { "101.24092.0002_insiderfast-1", "101.24092.0003-1" },
                { "9.0-1", "1:1.0-1" },
                { "1:1.0-1", "2:0.1-1" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                if (rpm_compare_versions(rows[i].older, rows[i].newer) != -1 ||
                    rpm_compare_versions(rows[i].newer, rows[i].older) != 1)
                        fail_msg("%s is older than %s", rows[i].older, rows[i].newer);
}

static void the_same_may_be_written_differently(void **state)
{
        static const char *const rows[][2] = {
                { "1.0", "1.0" },
                { "1.01", "1.1" },
                { "1.0", "1_0" },
                { "1.0-1", "0:1.0-1" },
                { "1.0", "1.0-3.el9" },
                { "1.0.", "1.0" },
                { "1.000000000001", "1.1" },
                { "", "" },
                { "1.0~~", "1.0~~" },
                { "1^.2", "1^.2" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                if (rpm_compare_versions(rows[i][0], rows[i][1]) != 0)
                        fail_msg("%s and %s", rows[i][0], rows[i][1]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(versions_are_ordered_as_rpm_does),
                cmocka_unit_test(the_same_may_be_written_differently),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
