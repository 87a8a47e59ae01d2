#include "tests/unit/scratch.h"

#include "platform/packages/dnf_family.h"

static void offers_are_read_among_what_else_is_said(void **state)
{
        static const char text[] = "Error: Cache-only enabled but no cache for 'baseos'\n"
                                   "Ignoring repositories: baseos\n"
                                   "Last metadata expiration check: 0:00:01 ago on Sun Nov 22 02:02:59 2026.\n"
                                   "offer=mdatp 101.24092.0002-1 packages-microsoft-com-prod\n"
                                   "offer=mdatp 101.25042.0003-1 other\n"
                                   "offer=mdatp\n";
        PackageOffers offers = { 0 };

        assert_true(dnf_offers_parse(text, strlen(text), &offers));
        assert_int_equal(offers.n_offers, 2);
        assert_string_equal(offers.offers[0].version, "101.25042.0003-1");
        assert_string_equal(offers.offers[0].id, "other");
        assert_string_equal(offers.offers[1].version, "101.24092.0002-1");
        assert_string_equal(offers.offers[1].id, "packages-microsoft-com-prod");
}

/* They come oldest first. */
static void the_oldest_are_left_out_of_more_than_fit(void **state)
{
        _cleanup_(text_clear) Text text = { 0 }, columns = { 0 };
        PackageOffers offers = { 0 }, listed = { 0 };
        int i;

        text_append(&columns, "Available Packages\n");
        for (i = 0; i < 2 * PACKAGE_OFFERS_MAX; i++) {
                text_append(&text, "offer=mdatp 101.%d-1 prod\n", i);
                text_append(&columns, "mdatp.x86_64 101.%d-1 prod\n", i);
        }
        assert_true(dnf_offers_parse(text.data, text.length, &offers));
        assert_int_equal(offers.n_offers, PACKAGE_OFFERS_MAX);
        assert_int_equal(atoi(offers.offers[0].version + 4), 2 * PACKAGE_OFFERS_MAX - 1);
        assert_int_equal(atoi(offers.offers[PACKAGE_OFFERS_MAX - 1].version + 4), PACKAGE_OFFERS_MAX);
        assert_true(yum_offers_parse(columns.data, columns.length, &listed));
        assert_int_equal(atoi(listed.offers[0].version + 4), 2 * PACKAGE_OFFERS_MAX - 1);
}

static void no_offer_is_none(void **state)
{
        PackageOffers offers = { 0 };

        assert_false(dnf_offers_parse("Complete!\n", 10, &offers));
        assert_false(yum_offers_parse("Error: No matching Packages to list\n", 36, &offers));
        assert_int_equal(offers.n_offers, 0);
}

/* What does not fit into its column goes on in the next line. */
static void the_columns_of_yum_are_read_over_several_lines(void **state)
{
        static const char text[] =
                "Loaded plugins: fastestmirror\n"
                "Loading mirror speeds from cached hostfile\n"
                " * base: mirror.example.test\n"
                "Available Packages\n"
                "mdatp.x86_64        101.24092.0002-1         packages-microsoft-com-prod\n"
                "mdatp.x86_64        101.25042.0003_insiderfast-1\n"
                "                                             packages-microsoft-com-prod-insiders-fast\n"
                "mdatp.x86_64        1:1.0-1                  other\n";
        PackageOffers offers = { 0 };

        assert_true(yum_offers_parse(text, strlen(text), &offers));
        assert_int_equal(offers.n_offers, 3);
        assert_string_equal(offers.offers[0].version, "1:1.0-1");
        assert_string_equal(offers.offers[1].version, "101.25042.0003_insiderfast-1");
        assert_string_equal(offers.offers[1].id, "packages-microsoft-com-prod-insiders-fast");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(offers_are_read_among_what_else_is_said),
                cmocka_unit_test(the_oldest_are_left_out_of_more_than_fit),
                cmocka_unit_test(no_offer_is_none),
                cmocka_unit_test(the_columns_of_yum_are_read_over_several_lines),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
