#include "tests/unit/scratch.h"

#include "platform/base/text.h"

static void logins_of_addresses_are_hidden(void **state)
{
        static const char *const cases[][2] = {
                { "Cannot download https://bob:s3cr3t@host.test/x: 401",
                  "Cannot download https://***@host.test/x: 401" },
                { "http://a:p@ss@h/ and ftp://u@h", "http://***@h/ and ftp://*@h" },
                { "https://host.test/a@b", "https://host.test/a@b" },
                { "https://host.test someone@host.test", "https://host.test someone@host.test" },
                { "https://@host.test/", "https://@host.test/" },
                { "https://", "https://" },
                { "", "" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *text = text_copy(cases[i][0]);

                assert_string_equal(text_hide_logins(text), cases[i][1]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(logins_of_addresses_are_hidden),
        };

        return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
