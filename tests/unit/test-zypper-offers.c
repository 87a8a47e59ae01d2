#include "tests/unit/scratch.h"

#include "platform/packages/zypper.h"
#include "platform/packages/zypper_xml.h"

/* Of a real run of zypper 1.14.42. Caller frees. */
static char *transcript(const char *name, size_t *ret_length)
{
        _cleanup_free_ char *path = text_format("tests/unit/data/zypper/%s.txt", name);
        _cleanup_fclose_ FILE *file = fopen(path, "re");
        char *bytes = text_allocate(65536);

        if (!file)
                fail_msg("%s is not there", path);
        *ret_length = fread(bytes, 1, 65535, file);
        return bytes;
}

static PackageOffers parse(const char *name)
{
        size_t length;
        _cleanup_free_ char *output = transcript(name, &length);
        PackageOffers offers;
        Error err = { 0 };

        if (zypper_offers_parse(output, length, "mdatp", &offers, &err) < 0)
                fail_msg("%s: %s", name, err.text);
        return offers;
}

static void every_version_is_read_with_its_source(void **state)
{
        const PackageOffers offers = parse("search");

        assert_int_equal(offers.n_offers, 3);
        assert_string_equal(offers.candidate, "101.25052.0003-1");
        assert_string_equal(offers.offers[0].version, "101.25052.0003-1");
        assert_string_equal(offers.offers[2].version, "101.25022.0001-1");
        assert_string_equal(offers.offers[2].id, "packages-microsoft-com-prod");
        assert_string_equal(offers.offers[2].uri, "");
}

static void what_others_are_in_the_way_of_is_read_all_the_same(void **state)
{
        assert_int_equal(parse("search-foreign-broken").n_offers, 3);
        assert_int_equal(parse("search-two-sources").n_offers, 4);
}

static void nothing_offered_is_no_error(void **state)
{
        const PackageOffers offers = parse("search-none");

        assert_int_equal(offers.n_offers, 0);
        assert_string_equal(offers.candidate, "");
}

static void names_of_sources_become_their_ids(void **state)
{
        PackageOffers offers = parse("search-odd-name");
        size_t length;
        _cleanup_free_ char *repos = transcript("repos", &length);
        Error err = { 0 };

        assert_string_equal(offers.offers[0].id, "Microsoft \"odd\" <name>");
        assert_int_equal(zypper_offers_resolve(repos, length, &offers, &err), 0);
        assert_string_equal(offers.offers[0].id, "packages-microsoft-com-prod");
        snprintf(offers.offers[0].id, sizeof(offers.offers[0].id), "nobody's");
        assert_int_equal(zypper_offers_resolve(repos, length, &offers, &err), 0);
        assert_string_equal(offers.offers[0].id, "");
}

static void a_name_of_two_sources_is_nobodys(void **state)
{
        static const char repos[] =
                "<repo alias=\"a\" name=\"same\" enabled=\"1\">\n<repo alias=\"b\" name=\"same\" "
                "enabled=\"1\">\n<repo alias=\"c\" name=\"x\" enabled=\"1\">\n<repo alias=\"d\" name=\"x\" "
                "enabled=\"0\">\n";
        PackageOffers offers = { .n_offers = 2, .offers = { { .id = "same" }, { .id = "x" } } };
        Error err = { 0 };

        assert_int_equal(zypper_offers_resolve(repos, strlen(repos), &offers, &err), 0);
        assert_string_equal(offers.offers[0].id, "");
        assert_string_equal(offers.offers[1].id, "c");
}

#define SOLVABLE(edition, repository)                                                                                  \
        "<solvable status=\"installed\" name=\"mdatp\" kind=\"package\" edition=" edition " repository=" repository "/>"

static void what_is_only_installed_is_no_offer(void **state)
{
        static const char text[] = SOLVABLE("\"2-1\"", "\"(System Packages)\"") SOLVABLE("'1-1'", "'a'");
        PackageOffers offers;
        Error err = { 0 };

        assert_int_equal(zypper_offers_parse(text, strlen(text), "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, 1);
        assert_string_equal(offers.candidate, "1-1");
}

#define LONG_EDITION SOLVABLE("\"0123456789012345678901234567890123456789012345678901234567890123\"", "\"a\"")

static void odd_bytes_are_refused(void **state)
{
        static const char *const rows[] = {
                SOLVABLE("\"1&odd;\"", "\"a\""),
                SOLVABLE("\"1&\"", "\"a\""),
                SOLVABLE("1", "\"a\""),
                "<solvable name=\"mdatp\" edition=\"1\"/>",
                LONG_EDITION,
                "<solvable x=\"edition=\" name=\"mdatp\" repository=\"a\"/>",
        };
        PackageOffers offers;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Error err = { 0 };

                if (zypper_offers_parse(rows[i], strlen(rows[i]), "mdatp", &offers, &err) == 0)
                        fail_msg("%s", rows[i]);
                assert_int_equal(err.kind, ERROR_INPUT);
        }
}

/* Every shorter text, whole in memory of its own: nothing behind it is read. */
static void a_torn_text_is_read_to_its_end_only(void **state)
{
        size_t length, n;
        _cleanup_free_ char *output = transcript("search-odd-name", &length);

        for (n = 0; n < length; n++) {
                _cleanup_free_ char *part = malloc(n + 1);
                PackageOffers offers;
                Error err = { 0 };

                memcpy(part, output, n);
                assert_true(zypper_offers_parse(part, n, "mdatp", &offers, &err) <= 0);
                assert_true(offers.n_offers <= 3);
        }
}

static void more_than_there_is_room_for_is_left(void **state)
{
        _cleanup_(text_clear) Text text = { 0 };
        PackageOffers offers;
        Error err = { 0 };
        int i;

        for (i = 0; i < 3 * PACKAGE_OFFERS_MAX; i++)
                text_append(&text, SOLVABLE("\"%d-1\"", "\"a\"") "\n", i);
        assert_int_equal(zypper_offers_parse(text.data, text.length, "mdatp", &offers, &err), 0);
        assert_int_equal(offers.n_offers, PACKAGE_OFFERS_MAX);
}

static void its_error_is_told_in_one_line(void **state)
{
        size_t length;
        _cleanup_free_ char *locked = transcript("search-locked", &length);
        _cleanup_free_ char *said = zypper_xml_error(locked, length, 200), *cut = zypper_xml_error(locked, length, 10);

        assert_string_equal(said, "System management is locked by the application with pid 240 (zypper). Close this "
                                  "application before trying again.");
        assert_true(strlen(cut) <= 10);
        assert_null(zypper_xml_error("<stream>", 8, 200));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_version_is_read_with_its_source),
                cmocka_unit_test(what_others_are_in_the_way_of_is_read_all_the_same),
                cmocka_unit_test(nothing_offered_is_no_error),
                cmocka_unit_test(names_of_sources_become_their_ids),
                cmocka_unit_test(a_name_of_two_sources_is_nobodys),
                cmocka_unit_test(what_is_only_installed_is_no_offer),
                cmocka_unit_test(odd_bytes_are_refused),
                cmocka_unit_test(a_torn_text_is_read_to_its_end_only),
                cmocka_unit_test(more_than_there_is_room_for_is_left),
                cmocka_unit_test(its_error_is_told_in_one_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
