#include "tests/unit/scratch.h"

#include <unistd.h>

#include "agent/configuration.h"
#include "platform/fs.h"
#include "platform/host_init.h"

#define ROOT64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KEY40 "BC528686B50D79E339D3721CEB3E94ADBE1229CF"

static int read_it(const Scratch *s, const char *text, Configuration *c, Failure *failure)
{
        scratch_write(s, CONFIGURATION_FILE, text);
        return configuration_read(&s->host, c, failure);
}

static void no_file_configures_nothing(void **state)
{
        Scratch *s = *state;
        Configuration c = { 0 };
        Failure failure = { 0 };

        assert_int_equal(configuration_read(&s->host, &c, &failure), 0);
        assert_null(c.packages_url);
        assert_int_equal(failure.reason, REASON_NONE);
}

static void trust_and_endpoints_are_read(void **state)
{
        Scratch *s = *state;
        _cleanup_(configuration_clear) Configuration c = { 0 };
        Failure failure = { 0 };
        Host host;

        scratch_write(s, "/etc/ca.pem", "");
        assert_int_equal(read_it(s,
                                 "# ours\n[endpoints]\npackages = https://mirror.example/ms\nimds=http://10.0.0.1:80\n"
                                 "himds = http://localhost:1\n\n[trust]\nca-file=/etc/ca.pem\n"
                                 "onboarding-roots=" ROOT64 "\nrepository-keys = " KEY40 ", " KEY40 "\n",
                                 &c, &failure),
                         0);
        host_init(&host);
        configuration_apply(&c, &host);
        assert_string_equal(host.packages_url, "https://mirror.example/ms");
        assert_string_equal(host.imds_url, "http://10.0.0.1:80");
        assert_string_equal(host.himds_url, "http://localhost:1");
        assert_string_equal(host.ca_file, "/etc/ca.pem");
        assert_string_equal(host.onboarding_roots[0], ROOT64);
        assert_string_equal(host.repository_keys[1], KEY40);
        assert_null(host.repository_keys[2]);
}

/* A policy that is not enforced would be worse than an error. */
static void what_is_not_known_is_refused_with_line_and_key(void **state)
{
        static const struct {
                const char *text, *words;
        } rows[] = {
                { "[policy]\nallowed-tenants=x\n", "Line 2" },
                { "[polciy]\ndeny-settings=channel\n", "section [polciy]" },
                { "[policy]\ndeny-settings=a b\n", "comma separated" },
                { "[policy]\ndeny-settings=channel,,tags\n", "comma separated" },
                { "[trust]\nrepository-keys=\n", "40 hex digits" },
                { "[trust]\nrepository-keys=ABC\n", "40 hex digits" },
                { "[trust]\nonboarding-roots=" KEY40 "\n", "64 hex digits" },
                { "[trust]\nca-file=etc/ca.pem\n", "absolute path" },
                { "[endpoints]\npackages=http://mirror.example\n", "https://" },
                { "[endpoints]\nimds=https://169.254.169.254\n", "http://169.254.169.254" },
                { "[endpoints]\npackages=https://user@mirror.example\n", "https://" },
                { "nonsense\n", "neither" },
        };
        Scratch *s = *state;
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Configuration c = { 0 };
                Failure failure = { 0 };

                assert_int_equal(read_it(s, rows[i].text, &c, &failure), -1);
                assert_int_equal(failure.reason, REASON_CONFIGURATION_UNTRUSTED);
                assert_non_null(strstr(failure.found, rows[i].words));
                assert_null(c.packages_url);
        }
}

static void an_authority_that_others_may_write_is_refused(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *full = text_format("%s/etc/ca.pem", s->root);
        Configuration c = { 0 };
        Failure failure = { 0 };

        scratch_write(s, "/etc/ca.pem", "");
        assert_int_equal(chmod(full, 0666), 0);
        assert_int_equal(read_it(s, "[trust]\nca-file=/etc/ca.pem\n", &c, &failure), -1);
        assert_int_equal(failure.reason, REASON_CONFIGURATION_UNTRUSTED);
        assert_non_null(strstr(failure.found, "/etc/ca.pem"));
}

static void a_file_that_others_may_write_is_refused(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ char *full = text_format("%s" CONFIGURATION_FILE, s->root);
        Configuration c = { 0 };
        Failure failure = { 0 };

        scratch_write(s, CONFIGURATION_FILE, "[trust]\n");
        assert_int_equal(chmod(full, 0666), 0);
        assert_int_equal(configuration_read(&s->host, &c, &failure), -1);
        assert_int_equal(failure.reason, REASON_CONFIGURATION_UNTRUSTED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(no_file_configures_nothing, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(trust_and_endpoints_are_read, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_is_not_known_is_refused_with_line_and_key, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(an_authority_that_others_may_write_is_refused, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_file_that_others_may_write_is_refused, scratch_open, scratch_close),
        };

        if (geteuid() != 0)
                return 77; /* everything has to be root's */
        return cmocka_run_group_tests(tests, NULL, NULL);
}
