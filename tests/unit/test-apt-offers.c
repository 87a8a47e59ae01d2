/* Texts as apt 2.6 and 3.0 print them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "platform/base/text.h"
#include "platform/packages/apt.h"

static PackageOffers parse(const char *text)
{
        PackageOffers policy;

        apt_offers_parse(text, strlen(text), &policy);
        return policy;
}

static void every_version_and_where_it_is_offered_is_read(void **state)
{
        PackageOffers p =
                parse("mdatp:\n"
                      "  Installed: 101.24092.0002\n"
                      "  Candidate: 101.25042.0003\n"
                      "  Version table:\n"
                      "     101.25042.0003 500\n"
                      "        500 https://packages.microsoft.com/debian/12/prod bookworm/main amd64 Packages\n"
                      "        500 http://mirror.test/debian/ stable/updates/main amd64 Packages\n"
                      " *** 101.24092.0002 500\n"
                      "        500 https://packages.microsoft.com/debian/12/prod bookworm/main amd64 Packages\n"
                      "        100 /var/lib/dpkg/status\n"
                      "     101.24082.0004 -1\n"
                      "         -1 https://old.test bookworm/main amd64 Packages\n");

        assert_string_equal(p.candidate, "101.25042.0003");
        assert_int_equal(p.n_offers, 4);
        assert_string_equal(p.offers[0].version, "101.25042.0003");
        assert_string_equal(p.offers[0].uri, "https://packages.microsoft.com/debian/12/prod");
        assert_string_equal(p.offers[0].suite, "bookworm");
        assert_string_equal(p.offers[1].version, "101.25042.0003");
        assert_string_equal(p.offers[1].uri, "http://mirror.test/debian");
        assert_string_equal(p.offers[1].suite, "stable/updates");
        assert_string_equal(p.offers[2].version, "101.24092.0002");
        assert_string_equal(p.offers[3].version, "101.24082.0004");
        assert_string_equal(p.offers[3].uri, "https://old.test");
}

static void a_package_that_only_dpkg_knows_is_offered_nowhere(void **state)
{
        PackageOffers p = parse("mdatp:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n"
                                "     101.24092.0002 -1\n        100 /var/lib/dpkg/status\n");

        assert_string_equal(p.candidate, "");
        assert_int_equal(p.n_offers, 0);
}

static void what_is_no_policy_offers_nothing(void **state)
{
        static const char *const texts[] = {
                "",
                "N: Unable to locate package mdatp\n",
                "     101.1 500\n        500 http://a.test b/main amd64 Packages\n",
                "  Version table:\n        500 http://a.test b/main amd64 Packages\n",
                "  Version table:\n     \n     x\n        500\n        500 http://a.test\n",
                "  Candidate: ",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(texts); i++)
                assert_int_equal(parse(texts[i]).n_offers, 0);
}

static void more_than_fits_is_left_out(void **state)
{
        _cleanup_(text_clear) Text text = { 0 };
        PackageOffers p;
        size_t i;

        text_append(&text, "  Version table:\n     1 500\n");
        for (i = 0; i < 3 * PACKAGE_OFFERS_MAX; i++)
                text_append(&text, "        500 http://a.test b/main amd64 Packages\n");
        p = parse(text.data);
        assert_int_equal(p.n_offers, PACKAGE_OFFERS_MAX);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_version_and_where_it_is_offered_is_read),
                cmocka_unit_test(a_package_that_only_dpkg_knows_is_offered_nowhere),
                cmocka_unit_test(what_is_no_policy_offers_nothing),
                cmocka_unit_test(more_than_fits_is_left_out),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
