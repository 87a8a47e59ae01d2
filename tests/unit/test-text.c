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
                { "https://mirror.example/repo/repomd.xml?sig=TOKENSECRET1",
                  "https://mirror.example/repo/repomd.xml?***" },
                { "'https://updates.suse.com/SUSE/x?TOKENSECRET3': 403.",
                  "'https://updates.suse.com/SUSE/x?***': 403." },
                { "[\"https:\\/\\/h.test\\/x?sig=s3cr3t\",\"b\"]", "[\"https:\\/\\/h.test\\/x?***\",\"b\"]" },
                { "(https://h.test/x#s3cr3t), https://h.test/y?sig=1&u=a@b",
                  "(https://h.test/x#***), https://h.test/y?***" },
                { "https://bob:s3?cr3t@h.test/x", "https://***@h.test/x" },
                { "https://bob:s3/cr3t@h.test/x", "https://***@h.test/x" },
                { "have you seen https://h.test/x?", "have you seen https://h.test/x?" },
                { "bob:PWSECRET4@proxy:8080", "***@proxy:8080" },
                { "proxy=dom\\bob:p@ss,w/rd@[::1]:8080 (eve:s3cr3t@p)", "proxy=***@[::1]:8080 (***@p)" },
                { "user@1000.service: getty@tty1.service:12, /usr/lib/x.conf:getty@tty1",
                  "user@1000.service: getty@tty1.service:12, /usr/lib/x.conf:getty@tty1" },
                { "Key: Microsoft <gpgsecurity@microsoft.com> at 12:30:45, a@b.test",
                  "Key: Microsoft <gpgsecurity@microsoft.com> at 12:30:45, a@b.test" },
                { "host:8080/a@b file:/lib/getty@tty1 foo.service:getty@.service",
                  "host:8080/a@b file:/lib/getty@tty1 foo.service:getty@.service" },
                { "/etc/yum.conf:12:bob:s3cr3t@proxy", "/etc/yum.conf:***@proxy" },
                { "x?y #1 1:2.3-4 @System", "x?y #1 1:2.3-4 @System" },
                { "", "" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *text = text_copy(cases[i][0]);

                assert_string_equal(text_hide_logins(text), cases[i][1]);
                assert_string_equal(text_hide_logins(text), cases[i][1]);
        }
}

static void tokens_in_paths_and_values_of_secrets_are_hidden(void **state)
{
        static const char *const cases[][2] = {
                { "https://h.test/sas/Zm9vYmFyQmF6MTIzNDU2Nzg5MEFCQ0RFRkdI/x.deb: 404",
                  "https://h.test/sas/***/x.deb: 404" },
                { "https://h.test/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.x", "https://h.test/***.x" },
                { "[\"https:\\/\\/h.test\\/Zm9vYmFyQmF6MTIzNDU2Nzg5MEFCQ0RFRkdI\\/x\"]",
                  "[\"https:\\/\\/h.test\\/***\\/x\"]" },
                { "h.test/c/x?sv=2022&sig=s3cr3t: 403", "h.test/c/x?***: 403" },
                { "sv=2022&sig=s3cr3t%3D", "sv=2022&sig=***" },
                { "--password=s3cr3t, proxy_password=s3cr3t", "--password=*** proxy_password=***" },
                { "\"Password=s3cr3t\" client_secret=s3cr3t", "\"Password=***\" client_secret=***" },
        };
        static const char *const honest[] = {
                "https://h.test/by-hash/SHA256/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "https://arm.test/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/"
                "ProdResourceGroupWestEurope2024Backend1/providers/Microsoft.Compute/virtualMachines/"
                "Machine01OfTheFleet",
                "https://h.test/MicrosoftDefenderATPOnboardingLinuxServer_valid_until_2026-12-01.py",
                "https://packages.microsoft.com/config/rhel/9.0/packages-microsoft-prod.rpm",
                "/var/lib/waagent/Microsoft.Azure.AzureDefenderForServers.MDE.Linux-1.0.0.1/a?b",
                "design=good ms=12 sig= token= what is /dev/sda?",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *text = text_copy(cases[i][0]);

                assert_string_equal(text_hide_logins(text), cases[i][1]);
                assert_string_equal(text_hide_logins(text), cases[i][1]);
        }
        for (i = 0; i < ELEMENTSOF(honest); i++) {
                _cleanup_free_ char *text = text_copy(honest[i]);

                assert_string_equal(text_hide_logins(text), honest[i]);
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

static void the_place_of_a_url_has_neither_login_nor_query(void **state)
{
        static const char *const rows[][2] = {
                { "https://host.example:8443/a/b.py?sig=secret#x", "host.example:8443/a/b.py" },
                { "https://user:p@ss@host.example", "host.example/" },
                { "https://host.example?sig=/a@b", "host.example/" },
                { "https://host.example/a@b", "host.example/a@b" },
                { "host/x", "host/x" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *place = text_url_place(rows[i][0]);

                assert_string_equal(place, rows[i][1]);
        }
}

static void what_goes_on_in_lower_case_is_no_sentence_of_its_own(void **state)
{
        static const char *const rows[][3] = {
                { "The disk is full.", "Only 12 MB are free.", "The disk is full. Only 12 MB are free." },
                { "The disk is full.", "only 12 MB are free", "The disk is full: only 12 MB are free" },
                { "The disk is full", "/opt has 12 MB.", "The disk is full. /opt has 12 MB." },
                { "It is masked: it may not run.", "mdatp is masked.",
                  "It is masked: it may not run; mdatp is masked." },
                { "The disk is full.", "", "The disk is full." },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *text = text_go_on(rows[i][0], rows[i][1]);

                assert_string_equal(text, rows[i][2]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_place_of_a_url_has_neither_login_nor_query),
                cmocka_unit_test(logins_of_addresses_are_hidden),
                cmocka_unit_test(tokens_in_paths_and_values_of_secrets_are_hidden),
                cmocka_unit_test(what_goes_on_in_lower_case_is_no_sentence_of_its_own),
                cmocka_unit_test(what_is_shown_has_no_login_even_where_it_is_cut),
        };

        return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
