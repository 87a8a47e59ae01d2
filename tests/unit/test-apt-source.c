#include "tests/unit/scratch.h"

#include "platform/packages/source_text.h"
#include "platform/packages/apt_source.h"

#define PREFIX "https://packages.example.test"
#define GOOD "deb [arch=amd64,arm64 signed-by=/usr/share/keyrings/vendor.gpg] " PREFIX "/debian/12/prod bookworm main\n"

static int parse(const char *text, PackageSource *source, Error *err)
{
        *err = (Error){ 0 };
        return apt_source_parse(text, strlen(text), PREFIX, source, err);
}

static void one_plain_line_is_taken(void **state)
{
        PackageSource source;
        Error err;

        if (parse("# a comment <with> odd [signs]\n\n" GOOD "\n", &source, &err) < 0)
                fail_msg("%s", err.text);
        assert_string_equal(source.uri, PREFIX "/debian/12/prod");
        assert_string_equal(source.suite, "bookworm");
        assert_string_equal(source.component, "main");
        assert_string_equal(source.signed_by, "/usr/share/keyrings/vendor.gpg");
        assert_string_equal(source.file, "");
        assert_true(source.enabled);
}

static void harmless_variations_are_taken(void **state)
{
        static const char *const lists[] = {
                "deb " PREFIX "/ubuntu/22.04/prod jammy main",
                "deb " PREFIX "/ubuntu/22.04/prod/ jammy main\r\n",
                "  deb\t[ arch=amd64 ]\t" PREFIX "/ubuntu/22.04/prod jammy  main  \n",
                "deb [arch=amd64 signed-by=/etc/apt/keyrings/a.asc] " PREFIX "/ubuntu/22.04/prod jammy main\n# end\n",
                "deb [signed-by=/usr/share/keyrings/a.gpg arch=amd64] " PREFIX "/ubuntu/22.04/prod jammy main\n",
        };
        PackageSource source;
        size_t i;
        Error err;

        for (i = 0; i < ELEMENTSOF(lists); i++) {
                if (parse(lists[i], &source, &err) < 0)
                        fail_msg("%s: %s", lists[i], err.text);
                assert_string_equal(source.uri, PREFIX "/ubuntu/22.04/prod");
                assert_string_equal(source.suite, "jammy");
        }
}

#define LINE(options, uri, rest) "deb " options uri rest "\n"
#define URI PREFIX "/debian/12/prod"

static const struct {
        const char *list;
        const char *words; /* of the message */
} refused[] = {
        /* what is no list */
        { "", "is empty" },
        { "# nothing\n\n", "is empty" },
        { "<!DOCTYPE html><html>\n", "an HTML page" },
        { "\n  <html><body>deb</body></html>", "an HTML page" },
        { "Access denied by policy\n", "the line \"Access denied" },
        { "{\"error\":1}\n", "the line" },
        { "deb-src " URI " bookworm main\n", "the line \"deb-src" },
        { "Types: deb\nURIs: " URI "\n", "the line \"Types" },
        { "\xef\xbb\xbf" GOOD, "the line" },
        { "\x1f\x8b\x08 gzip", "byte 0x1f" },
        { "deb\n", "the line" },
        /* more than one */
        { GOOD GOOD, "a second line" },
        { GOOD "deb https://evil.test/ x y\n", "a second line" },
        { GOOD "deb-src " URI " bookworm main\n", "the line" },
        { LINE("", URI, " bookworm main\rdeb https://evil.test/a b c"), "a line within a line" },
        { LINE("", URI, " bookworm main contrib"), "a second component" },
        { LINE("", URI, " bookworm main # note"), "a second component" },
        /* options */
        { LINE("[trusted=yes] ", URI, " bookworm main"), "the option \"trusted=yes" },
        { LINE("[arch=amd64 trusted=yes] ", URI, " bookworm main"), "trusted=yes" },
        { LINE("[allow-insecure=yes] ", URI, " bookworm main"), "allow-insecure=yes" },
        { LINE("[check-valid-until=no] ", URI, " bookworm main"), "check-valid-until=no" },
        { LINE("[arch+=amd64] ", URI, " bookworm main"), "the option" },
        { LINE("[arch=] ", URI, " bookworm main"), "the option" },
        { LINE("[arch=amd64 arch=arm64] ", URI, " bookworm main"), "the option \"arch=arm64" },
        { LINE("[signed-by=/tmp/evil.gpg] ", URI, " bookworm main"), "signed-by=/tmp/evil.gpg" },
        { LINE("[signed-by=/usr/share/keyrings/../../../tmp/x.gpg] ", URI, " bookworm main"), "the option" },
        { LINE("[signed-by=/usr/share/keyrings/a.gpg,/tmp/b.gpg] ", URI, " bookworm main"), "the option" },
        { LINE("[signed-by=/usr/share/keyrings/] ", URI, " bookworm main"), "the option" },
        { LINE("[signed-by=BC528686B50D79E339D3721CEB3E94ADBE1229CF] ", URI, " bookworm main"), "the option" },
        { LINE("[signed-by=/usr/share/keyrings/a signed-by=/usr/share/keyrings/b] ", URI, " bookworm main"),
          "keyrings/b" },
        { LINE("[arch=amd64 ", URI, " bookworm main"), "options without an end" },
        { LINE("[arch=amd64]", URI, " bookworm main"), "options without an end" },
        /* addresses */
        { LINE("", "http://packages.example.test/debian", " bookworm main"), "a foreign address" },
        { LINE("", "https://packages.example.test.evil.test/debian", " bookworm main"), "the address" },
        { LINE("", "https://packages.example.testevil/debian", " bookworm main"), "the address" },
        { LINE("", "https://packages.example.test:8443/debian", " bookworm main"), "the address" },
        { LINE("", "https://packages.example.test@evil.test/debian", " bookworm main"), "the address" },
        { LINE("", "https://evil.test/" PREFIX "/debian", " bookworm main"), "a foreign address" },
        { LINE("", PREFIX, " bookworm main"), "the address" },
        { LINE("", PREFIX "/", " bookworm main"), "the address" },
        { LINE("", PREFIX "/a/../../b", " bookworm main"), "the address" },
        { LINE("", PREFIX "/.hidden", " bookworm main"), "the address" },
        { LINE("", PREFIX "//debian", " bookworm main"), "the address" },
        { LINE("", PREFIX "/debian//", " bookworm main"), "the address" },
        { LINE("", PREFIX "/debian?x=y", " bookworm main"), "the address" },
        { LINE("", PREFIX "/debian%2f", " bookworm main"), "the address" },
        { LINE("", "mirror+" PREFIX "/debian", " bookworm main"), "a foreign address" },
        { LINE("", "file:/etc", " bookworm main"), "a foreign address" },
        { LINE("", "", ""), "the line" },
        /* suite and component */
        { LINE("", URI, ""), "the suite" },
        { LINE("", URI, " ./"), "the suite" },
        { LINE("", URI, " bookworm/updates main"), "the suite" },
        { LINE("", URI, " $(ARCH) main"), "the suite" },
        { LINE("", URI, " bookworm"), "the component" },
        { LINE("", URI, " bookworm -main"), "the component" },
};

static void anything_else_is_refused_and_named(void **state)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(refused); i++) {
                PackageSource source = { .uri = "untouched" };
                Error err;

                if (parse(refused[i].list, &source, &err) == 0)
                        fail_msg("taken: %s", refused[i].list);
                assert_int_equal(err.kind, ERROR_INPUT);
                if (!strstr(err.text, refused[i].words))
                        fail_msg("%s\nis refused with: %s", refused[i].list, err.text);
                assert_string_equal(source.uri, "untouched");
        }
}

static void bytes_that_are_no_text_are_refused(void **state)
{
        static const char list[] = GOOD "\0deb https://evil.test/ x y\n";
        PackageSource source;
        Error err = { 0 };

        assert_int_equal(apt_source_parse(list, sizeof(list) - 1, PREFIX, &source, &err), -1);
        assert_non_null(strstr(err.text, "byte 0x00"));
}

static void what_is_longer_than_its_place_is_refused(void **state)
{
        const size_t lengths[] = { 100, 300, 70000 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(lengths); i++) {
                _cleanup_free_ char *word = text_allocate(lengths[i] + 1);
                _cleanup_free_ char *uri = NULL, *suite = NULL, *component = NULL, *keyring = NULL;
                PackageSource source;
                Error err;

                memset(word, 'a', lengths[i]);
                uri = text_format("deb " PREFIX "/%s%s%s%s bookworm main\n", word, word, word, word);
                suite = text_format("deb " URI " %s main\n", word);
                component = text_format("deb " URI " bookworm %s\n", word);
                keyring = text_format("deb [signed-by=/usr/share/keyrings/%s%s%s] " URI " bookworm main\n", word, word,
                                      word);
                assert_int_equal(parse(uri, &source, &err), -1);
                assert_int_equal(parse(suite, &source, &err), -1);
                assert_int_equal(parse(component, &source, &err), -1);
                assert_int_equal(parse(keyring, &source, &err), -1);
        }
}

static void what_we_write_we_would_take(void **state)
{
        PackageSource source, again;
        _cleanup_free_ char *list = NULL, *unsigned_list = NULL;
        Error err;

        assert_int_equal(parse(GOOD, &source, &err), 0);
        list = apt_source_line(&source, "aarch64");
        assert_non_null(
                strstr(list, "\ndeb [arch=arm64 signed-by=/usr/share/keyrings/vendor.gpg] " URI " bookworm main\n"));
        assert_int_equal(*list, '#');
        assert_int_equal(parse(list, &again, &err), 0);
        assert_memory_equal(&again, &source, sizeof(source));
        source.signed_by[0] = '\0';
        unsigned_list = apt_source_line(&source, "x86_64");
        assert_non_null(strstr(unsigned_list, "\ndeb [arch=amd64] " URI " bookworm main\n"));
}

#define PARTS "/etc/apt/sources.list.d"

/* True when found; *source tells where. */
static bool find(const Scratch *scratch, PackageSource *source)
{
        Error err = { 0 };
        bool found;

        if (apt_source_find(&source_format_apt, &scratch->host, &(PackageSource){ .uri = URI, .suite = "bookworm" },
                            NULL, &found, source, &err) < 0)
                fail_msg("%s", err.text);
        return found;
}

static void an_entry_for_other_architectures_is_not_ours(void **state)
{
        static const char *const entries[][2] = {
                { PARTS "/a.list", "deb [arch=armhf,s390x signed-by=/k.gpg] " URI " bookworm main\n" },
                { PARTS "/a.sources", "Types: deb\nURIs: " URI "\nSuites: bookworm\nComponents: main\n"
                                      "Architectures: armhf s390x\nSigned-By: /k.gpg\n" },
        };
        Scratch *scratch = *state;
        PackageSource source;
        size_t i;

        for (i = 0; i < ELEMENTSOF(entries); i++) {
                scratch_write(scratch, entries[i][0], entries[i][1]);
                assert_false(find(scratch, &source));
                assert_true(source.enabled);
                assert_string_equal(source.file, entries[i][0]);
                assert_string_equal(source.signed_by, "/k.gpg");
                scratch_write(scratch, entries[i][0], "# nothing\n");
        }
        scratch_write(scratch, PARTS "/b.list", "deb [arch=armhf,amd64,arm64] " URI " bookworm main\n");
        assert_true(find(scratch, &source));
}

static void a_machine_without_sources_has_none(void **state)
{
        PackageSource source;

        assert_false(find(*state, &source));
}

static void a_source_is_found_beside_a_file_and_in_it(void **state)
{
        Scratch *scratch = *state;
        PackageSource source;
        bool found = true;
        Error err = { 0 };

        scratch_write(scratch, PARTS "/a.list", "deb " URI " bookworm main\n");
        assert_int_equal(apt_source_find(&source_format_apt, &scratch->host,
                                         &(PackageSource){ .uri = URI, .suite = "bookworm" }, PARTS "/a.list", &found,
                                         &source, &err),
                         0);
        assert_false(found);
        scratch_write(scratch, PARTS "/b.list", "deb [signed-by=/b.gpg] " URI " bookworm main\n");
        assert_int_equal(apt_source_find(&source_format_apt, &scratch->host,
                                         &(PackageSource){ .uri = URI, .suite = "bookworm" }, PARTS "/a.list", &found,
                                         &source, &err),
                         0);
        assert_true(found);
        assert_string_equal(source.signed_by, "/b.gpg");
        assert_true(apt_source_find_in(&scratch->host, PARTS "/a.list",
                                       &(PackageSource){ .uri = URI, .suite = "bookworm" }, &source));
        assert_string_equal(source.signed_by, "");
        assert_false(apt_source_find_in(&scratch->host, PARTS "/a.list",
                                        &(PackageSource){ .uri = URI, .suite = "trixie" }, &source));
        assert_false(apt_source_find_in(&scratch->host, PARTS "/c.list",
                                        &(PackageSource){ .uri = URI, .suite = "bookworm" }, &source));
}

static void a_source_without_signatures_is_known_as_such(void **state)
{
        static const char *const files[][3] = {
                { PARTS "/a.list", "deb [trusted=yes] " URI " bookworm main\n", "says [trusted=yes] in line 1" },
                { PARTS "/a.list", "# x\n\ndeb [arch=amd64,arm64 allow-insecure=1] " URI " bookworm main\n",
                  "says [allow-insecure=1] in line 3" },
                { PARTS "/a.list", "deb [trusted=no allow-insecure=1] " URI " bookworm main\n",
                  "says [allow-insecure=1] in line 1" },
                { PARTS "/a.sources",
                  "Types: deb\nURIs: " URI "\nSuites: bookworm\nComponents: main\nTrusted: True\n# x\n\n",
                  "says \"Trusted: True\" in line 5" },
                { PARTS "/a.sources",
                  "Types: deb\n\nTypes: deb\nURIs: " URI "\nSuites: bookworm\nallow-insecure: yes\nTrusted: no\n"
                  "Components: main\n",
                  "says \"Allow-Insecure: yes\" in line 6" },
        };
        PackageSource source;
        size_t i;

        for (i = 0; i < ELEMENTSOF(files); i++) {
                scratch_write(*state, files[i][0], files[i][1]);
                assert_true(find(*state, &source));
                assert_true(source.unverified);
                assert_string_equal(source.weakness, files[i][2]);
                scratch_write(*state, files[i][0], "");
        }
        scratch_write(*state, PARTS "/a.list", "deb [trusted=no allow-insecure=no] " URI " bookworm main\n");
        assert_true(find(*state, &source));
        assert_false(source.unverified);
        assert_string_equal(source.weakness, "");
}

static void an_existing_line_is_found_with_its_keyring(void **state)
{
        PackageSource source;

        scratch_write(*state, PARTS "/a.list", "# deb " URI " bookworm main\ndeb https://other.test/x bookworm main\n");
        scratch_write(*state, PARTS "/vendor.list",
                      "deb [ arch=amd64,arm64 signed-by=/usr/share/keyrings/v.gpg ] "
                      "HTTPS://Packages.Example.test/debian/12/prod/ bookworm main "
                      "contrib # note\n");
        assert_true(find(*state, &source));
        assert_string_equal(source.uri, "HTTPS://Packages.Example.test/debian/12/prod");
        assert_string_equal(source.suite, "bookworm");
        assert_string_equal(source.component, "main");
        assert_string_equal(source.signed_by, "/usr/share/keyrings/v.gpg");
        assert_string_equal(source.file, PARTS "/vendor.list");
}

static void an_existing_stanza_is_found(void **state)
{
        PackageSource source;

        scratch_write(
                *state, PARTS "/vendor.sources",
                "# by another product\nTypes: deb\nURIs: https://other.test\nSuites: bookworm\nComponents: main\n\n"
                "types: deb-src deb\nURIs:\n https://other.test/y\n " URI "/\nSuites: bullseye bookworm\n"
                "# in between\nComponents: main extra\nSigned-By: /usr/share/keyrings/v.gpg\n");
        assert_true(find(*state, &source));
        assert_string_equal(source.uri, URI);
        assert_string_equal(source.suite, "bookworm");
        assert_string_equal(source.component, "main");
        assert_string_equal(source.signed_by, "/usr/share/keyrings/v.gpg");
        assert_string_equal(source.file, PARTS "/vendor.sources");
}

static void a_key_inside_the_file_has_no_path(void **state)
{
        PackageSource source;

        scratch_write(
                *state, PARTS "/v.sources",
                "Types: deb\nURIs: " URI "\nSuites: bookworm\nComponents: main\nSigned-By:\n"
                " -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQENBFYxWIwB\n -----END PGP PUBLIC KEY BLOCK-----\n");
        assert_true(find(*state, &source));
        assert_string_equal(source.signed_by, "");
}

static void what_apt_does_not_read_is_not_found(void **state)
{
        static const struct {
                const char *file, *text;
        } rows[] = {
                { PARTS "/a.list.save", "deb " URI " bookworm main\n" },
                { PARTS "/a.disabled", "deb " URI " bookworm main\n" },
                { PARTS "/.a.list", "deb " URI " bookworm main\n" },
                { PARTS "/a b.list", "deb " URI " bookworm main\n" },
                { PARTS "/a.list", "#deb " URI " bookworm main\n" },
                { PARTS "/b.list", "deb-src " URI " bookworm main\n" },
                { PARTS "/c.list", "deb [ " URI " bookworm main\n" },
                { PARTS "/d.list", "deb " URI "\n" },
                { PARTS "/e.list",
                  "deb " URI " bookworm-updates main\ndeb " URI "2 bookworm main\ndeb " URI "/x bookworm main\n" },
                { PARTS "/f.list", "deb " PREFIX "/DEBIAN/12/prod bookworm main\n" },
                { PARTS "/a.sources", "Types: deb\nURIs: " URI "\nSuites: bookworm\nComponents: main\nEnabled: no\n" },
                { PARTS "/b.sources", "Types: deb-src\nURIs: " URI "\nSuites: bookworm\nComponents: main\n" },
                { PARTS "/c.sources", "Types: deb\nURIs: " URI "\n\nSuites: bookworm\nComponents: main\n" },
                { PARTS "/d.sources", "deb " URI " bookworm main\n" },
        };
        const Scratch *scratch = *state;
        PackageSource source;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                scratch_write(scratch, rows[i].file, rows[i].text);
        if (find(scratch, &source))
                fail_msg("found in %s", source.file);
        assert_string_equal(source.file, PARTS "/a.sources"); /* the disabled one is told */
        assert_false(source.enabled);
        scratch_write(scratch, "/etc/apt/sources.list", "deb " URI " bookworm main\n");
        assert_true(find(scratch, &source));
        assert_string_equal(source.file, "/etc/apt/sources.list");
}

#define WITH_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

static void the_same_place_is_known_in_another_spelling(void **state)
{
        static const struct {
                const char *a, *b;
                bool same;
        } rows[] = {
                { "https://packages.example.test/debian/12/prod", "HTTPS://Packages.example.test/debian/12/prod/",
                  true },
                { "https://bob:s3cr3t@mirror.example.test/x", "https://mirror.example.test/x", true },
                { "https://mirror.example.test/x@y", "https://mirror.example.test/y", false },
                { "https://bob:s3@cr3t@mirror.example.test/x", "https://mirror.example.test/x", true },
                { "https://evil.example#@mirror.example.test/x", "https://mirror.example.test/x", false },
                { "https://evil.example?@mirror.example.test/x", "https://mirror.example.test/x", false },
                { "https://mirror.example.test/X", "https://mirror.example.test/x", false },
                { "https://mirror.example.test/x", "https://mirror.example.test/xy", false },
                { "https://mirror.example.test", "https://mirror.example.test/", true },
                { "https://mirror.example.test:443/x", "https://mirror.example.test/x", true },
                { "HTTPS://bob:s3cr3t@mirror.example.test:443", "https://mirror.example.test/", true },
                { "https://[::1]:443/x", "https://[::1]/x", true },
                { "https://[fe80::443]/x", "https://[fe80:]/x", false },
                { "http://mirror.example.test:443/x", "https://mirror.example.test/x", false },
                { "http://mirror.example.test/x", "https://mirror.example.test/x", false },
                { "https://mirror.example.test:8443/x", "https://mirror.example.test/x", false },
                { "https://mirror.example.test/x:443", "https://mirror.example.test/x", false },
                { "", "", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_int_equal(source_text_is_same_uri(rows[i].a, strlen(rows[i].a), rows[i].b), rows[i].same);
}

static void what_lies_below_a_place_is_known_in_any_spelling(void **state)
{
        static const struct {
                const char *uri, *place;
                bool below;
        } rows[] = {
                { "https://packages.example.test/rhel/9/prod", "https://packages.example.test", true },
                { "https://packages.example.test", "https://packages.example.test/", true },
                { "HTTPS://bob:s3cr3t@Packages.example.test/rhel/9/prod/", "https://packages.example.test", true },
                { "https://bob@mirror.example.test/ms/x", "https://mirror.example.test/ms", true },
                { "https://mirror.example.test:443/ms/x", "https://mirror.example.test/ms", true },
                { "https://mirror.example.test/ms/x", "https://mirror.example.test:443/ms", true },
                { "https://mirror.example.test:443.evil.example/ms/x", "https://mirror.example.test/ms", false },
                { "https://mirror.example.test/ms/x", "https://bob:s3@cr3t@mirror.example.test/ms/", true },
                { "https://mirror.example.test/msx/x", "https://mirror.example.test/ms", false },
                { "https://mirror.example.test/MS/x", "https://mirror.example.test/ms", false },
                { "https://packages.example.test.evil.example/x", "https://packages.example.test", false },
                { "https://packages.example.test@evil.example/x", "https://packages.example.test", false },
                { "https://evil.example#@packages.example.test/x", "https://packages.example.test", false },
                { "https://evil.example?@packages.example.test/x", "https://packages.example.test", false },
                { "https://evil.example/@packages.example.test/x", "https://packages.example.test", false },
                { "http://packages.example.test/x", "https://packages.example.test", false },
                { "", "https://packages.example.test", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                if (source_text_is_below(rows[i].uri, rows[i].place) != rows[i].below)
                        fail_msg("%s, %s", rows[i].uri, rows[i].place);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(an_entry_for_other_architectures_is_not_ours, scratch_open,
                                                scratch_close),
                cmocka_unit_test(the_same_place_is_known_in_another_spelling),
                cmocka_unit_test(what_lies_below_a_place_is_known_in_any_spelling),
                cmocka_unit_test(one_plain_line_is_taken),
                cmocka_unit_test(harmless_variations_are_taken),
                cmocka_unit_test(anything_else_is_refused_and_named),
                cmocka_unit_test(bytes_that_are_no_text_are_refused),
                cmocka_unit_test(what_is_longer_than_its_place_is_refused),
                cmocka_unit_test(what_we_write_we_would_take),
                WITH_SCRATCH(a_machine_without_sources_has_none),
                WITH_SCRATCH(a_source_is_found_beside_a_file_and_in_it),
                WITH_SCRATCH(a_source_without_signatures_is_known_as_such),
                WITH_SCRATCH(an_existing_line_is_found_with_its_keyring),
                WITH_SCRATCH(an_existing_stanza_is_found),
                WITH_SCRATCH(a_key_inside_the_file_has_no_path),
                WITH_SCRATCH(what_apt_does_not_read_is_not_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
