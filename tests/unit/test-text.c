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
                { "https://dom\\bob:s3cr3t@host.test", "https://***@host.test" },
                { "[\"https:\\/\\/bob:s3cr3t@host.test\\/x\"]", "[\"https:\\/\\/***@host.test\\/x\"]" },
                { "baseurl=https://bob:s3cr3t@a.test/ https://eve:s3cr3t@b.test/",
                  "baseurl=https://***@a.test/ https://***@b.test/" },
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

static void what_is_shown_has_no_login_even_where_it_is_cut(void **state)
{
        _cleanup_free_ char *cut = text_shown("https://bob:a-very-long-password@host.test/folder", 16);
        _cleanup_free_ char *escaped = text_shown("deb\n https://bob:s3cr3t@host.test/", 100);

        assert_null(strstr(cut, "bob"));
        assert_null(strstr(cut, "password"));
        assert_string_equal(escaped, "deb\\x0a https://***@host.test/");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(logins_of_addresses_are_hidden),
                cmocka_unit_test(what_is_shown_has_no_login_even_where_it_is_cut),
        };

        return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
