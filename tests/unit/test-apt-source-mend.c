#include "tests/unit/scratch.h"

#include "platform/packages/apt_source.h"

#define PREFIX "https://packages.example.test"
#define GOOD "deb [arch=amd64 signed-by=/usr/share/keyrings/vendor.gpg] " PREFIX "/debian/12/prod bookworm main\n"
#define OLDER "deb [arch=amd64] " PREFIX "/ubuntu/18.04/prod bionic main\n"
#define FOREIGN "deb [trusted=yes] https://mirror.example.test/debian/11/prod bullseye main\n"

static const PackageSource wanted = { .uri = PREFIX "/debian/12/prod", .suite = "bookworm", .component = "main" };

static SourceMend mend(const char *text, bool also_wanted)
{
        SourceMend result;

        apt_source_mend(text, strlen(text), PREFIX, &wanted, also_wanted, &result);
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
                { OLDER, "", "ubuntu/18.04/prod bionic" },
                { "deb " PREFIX "/debian/11/prod/ bullseye main\n", "", "debian/11" },
                { "deb HTTPS://Packages.Example.test/debian/11/prod bullseye main\n", "", "debian/11" },
                { "deb-src " PREFIX "/debian/11/prod bullseye main\n", "", "debian/11" },
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
                { "# mine\n" OLDER FOREIGN "\ngarbage\n", "# mine\n" FOREIGN "\n", "bionic" },
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_of_use_is_left_to_the_byte),
                cmocka_unit_test(what_is_of_no_use_is_taken_out_and_named),
                cmocka_unit_test(the_wanted_place_itself_is_taken_out_when_asked),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
