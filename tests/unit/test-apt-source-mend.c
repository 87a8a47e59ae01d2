#include "tests/unit/scratch.h"

#include "platform/packages/apt_source.h"
#include "platform/packages/source_text.h"

#define PREFIX "https://packages.example.test"
#define GOOD "deb [arch=amd64 signed-by=/usr/share/keyrings/vendor.gpg] " PREFIX "/debian/12/prod bookworm main\n"
#define OLDER "deb [arch=amd64] " PREFIX "/ubuntu/18.04/prod bionic main\n"
#define FOREIGN "deb [trusted=yes] https://mirror.example.test/debian/11/prod bullseye main\n"

static const PackageSource wanted = { .uri = PREFIX "/debian/12/prod", .suite = "bookworm", .component = "main" };

static SourceMend mend(const char *text, bool also_wanted)
{
        SourceMend result;

        apt_source_mend(text, strlen(text), &wanted, also_wanted, &result);
        return result;
}

static void what_is_of_use_is_left_to_the_byte(void **state)
{
        static const char *const lists[] = {
                "",
                "# nothing\n\n",
                GOOD,
                "# note\r\n\tdeb " PREFIX "/debian/12/prod/ bookworm contrib main # why\r\n",
                GOOD FOREIGN,
                OLDER, /* other products may be updated from there */
                "deb " PREFIX "/debian/12/prod insiders-fast main\n",
                "deb " PREFIX "/repos/code stable main\n",
                "deb " PREFIX "/debian/12/prod-x bookworm main\n",
                "deb " PREFIX "/debian/12/other bookworm main\n",
                "deb " PREFIX "/debian/12/a/prod bookworm main\n",
                "deb " PREFIX ".elsewhere.test/debian/11/prod bullseye main\n",
                "deb [ arch=amd64 lang=none ] cdrom:[Debian] ./\n",
                "deb-src " PREFIX "/debian/12/prod bookworm main\n",
                "deb " PREFIX "/debian/12/prod bookworm main", /* no line end */
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(lists); i++) {
                _cleanup_(source_mend_clear) SourceMend result = mend(lists[i], false);

                if (result.dropped > 0)
                        fail_msg("%s: dropped %s", lists[i], result.what);
                assert_string_equal(result.text, lists[i]);
        }
}

static void what_is_of_no_use_is_taken_out_and_named(void **state)
{
        static const struct {
                const char *list, *kept, *what;
        } rows[] = {
                { "<!DOCTYPE html>\n<html># x\n# deb " PREFIX "\n</html>\n", "", "an HTML page \"<!DOCTYPE html>\"" },
                { "Access denied\n", "", "the line \"Access denied\"" },
                { "\x1f\x8b\x08\n", "", "the line \"\\x1f" },
                /* half written */
                { "deb [arch=amd64 signed-by=/usr/sh", "", "the line \"deb [arch" },
                { "deb [arch=amd64] " PREFIX "/debian/12/pr\n", "", "the line" },
                { "deb [arch=amd64] " PREFIX "/debian/12/prod bookworm\n", "", "the line" },
                { "deb [arch=amd64] " PREFIX "/debian/12/prod bookworm # main\n", "", "the line" },
                { "deb [arch=amd64] " PREFIX "/debian/12/prod bookworm ma\n", "", "bookworm ma\"" },
                { "deb [arch=amd64]" PREFIX "/debian/12/prod bookworm main\n", "", "the line" },
                { "deb [amd64] " PREFIX "/debian/12/prod bookworm main\n", "", "the line" },
                { "Deb " PREFIX "/debian/12/prod bookworm main\n", "", "the line" },
                { "deb", "", "the line \"deb\"" },
                { "Types: deb\nURIs: " PREFIX "/debian/12/prod\n", "", "the line \"Types: deb\"" },
                /* beside what is of use */
                { "# mine\n" OLDER FOREIGN "\ngarbage\n", "# mine\n" OLDER FOREIGN "\n", "garbage" },
                { GOOD "garbage\n", GOOD, "garbage" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(source_mend_clear) SourceMend result = mend(rows[i].list, false);

                assert_true(result.dropped > 0);
                assert_string_equal(result.text, rows[i].kept);
                if (!strstr(result.what, rows[i].what))
                        fail_msg("%s: dropped %s", rows[i].list, result.what);
        }
}

static void the_wanted_place_itself_is_taken_out_when_asked(void **state)
{
        _cleanup_(source_mend_clear) SourceMend alone = mend(GOOD, true), mixed = mend(FOREIGN GOOD, true),
                                                other = mend(FOREIGN, true);

        assert_string_equal(alone.text, "");
        assert_string_equal(mixed.text, FOREIGN);
        assert_int_equal(mixed.dropped, 1);
        assert_int_equal(other.dropped, 0);
}

static bool find_misplaced(const char *text, size_t n, PackageSource *ret)
{
        return apt_source_misplaced(text, strlen(text), PREFIX, &wanted, n, ret);
}

static void entries_of_the_vendors_for_other_releases_are_found(void **state)
{
        static const char *const others[] = {
                OLDER,
                "deb " PREFIX "/ubuntu/18.04/prod/ bionic main contrib # why\n",
                "deb-src HTTPS://Packages.Example.test/ubuntu/18.04/prod bionic main\n",
                "# mine\nno line at all\n" GOOD FOREIGN OLDER,
        };
        PackageSource found = { 0 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(others); i++) {
                assert_true(find_misplaced(others[i], 0, &found));
                assert_true(source_text_is_same_uri(found.uri, strlen(found.uri), PREFIX "/ubuntu/18.04/prod"));
                assert_string_equal(found.suite, "bionic");
                assert_string_equal(found.component, "main");
                assert_false(find_misplaced(others[i], 1, &found));
        }
        assert_false(find_misplaced(GOOD FOREIGN "deb " PREFIX "/repos/code stable main\n", 0, &found));
        assert_true(find_misplaced(OLDER "deb " PREFIX "/debian/11/prod bullseye main\n", 1, &found));
        assert_string_equal(found.uri, PREFIX "/debian/11/prod");
}

static void one_that_was_found_can_be_taken_out(void **state)
{
        static const char list[] = GOOD OLDER FOREIGN;
        _cleanup_(source_mend_clear) SourceMend result = { 0 };
        PackageSource found = { 0 };

        assert_true(find_misplaced(list, 0, &found));
        apt_source_mend(list, strlen(list), &found, true, &result);
        assert_string_equal(result.text, GOOD FOREIGN);
}

/* Who does not know it yet looks for what apt stumbles over. */
static void without_a_component_that_is_wanted_any_will_do(void **state)
{
        PackageSource any = { .uri = "https://packages.microsoft.com/debian/12/prod", .suite = "bookworm" };
        const char *list = "deb [arch=amd64 signed-by=/usr/share/keyrings/microsoft-prod.gpg] "
                           "https://packages.microsoft.com/debian/12/prod bookworm main\n";
        _cleanup_(source_mend_clear) SourceMend result = { 0 };

        (void)state;
        apt_source_mend(list, strlen(list), &any, false, &result);
        assert_int_equal(result.dropped, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_a_component_that_is_wanted_any_will_do),
                cmocka_unit_test(what_is_of_use_is_left_to_the_byte),
                cmocka_unit_test(what_is_of_no_use_is_taken_out_and_named),
                cmocka_unit_test(entries_of_the_vendors_for_other_releases_are_found),
                cmocka_unit_test(one_that_was_found_can_be_taken_out),
                cmocka_unit_test(the_wanted_place_itself_is_taken_out_when_asked),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
