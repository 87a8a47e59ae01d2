/* Where an onboarding package is asked for, and how long. */
#include "tests/unit/scratch.h"

#include "agent/steps.h"
#include "tests/unit/identity.h"

/* Nobody listens on the port of a service that is no more: its number is kept for it. */
#define DEAD "https://127.0.0.1:9/package"

static void trust_somebody(const Scratch *s)
{
        Identity authority;

        make_identity(&authority, &(IdentitySpec){ .cn = "CA",
                                                   .key = make_key(EVP_PKEY_EC),
                                                   .not_before = 1000000000,
                                                   .not_after = 4000000000,
                                                   .authority = true });
        scratch_write(s, "/etc/ssl/certs/ca-certificates.crt", authority.certificate_pem);
        identity_clear(&authority);
}

static void where_the_time_is_over_no_server_is_said_to_ask_for_patience(void **state)
{
        Scratch *s = *state;
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(*outcome));
        _cleanup_free_ Mission *mission = text_allocate(sizeof(*mission));
        const Request request = { .sources = { .uri = DEAD } };
        Failure failure = { 0 };

        trust_somebody(s);
        mission->host = &s->host;
        mission->request = &request;
        mission->outcome = outcome;
        mission->deadline = deadline_in(1);
        assert_int_equal(step_onboarding_package(mission, &failure), -1);
        assert_string_equal(reason_get(failure.reason)->id, "onboarding-unreachable");
        assert_null(strstr(failure.found, "not to be asked"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(where_the_time_is_over_no_server_is_said_to_ask_for_patience,
                                                scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
