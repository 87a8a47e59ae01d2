/* Whom http talks to, through whom, and what it makes of those it refuses. */
#include "tests/unit/http_fixture.h"

static void machine_bundle_and_own_authority_are_both_trusted(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HTTPS, &f->local);
        Host without = f->scratch->host;

        assert_answer(ASK(f, .path = "/ok"), "hello");
        assert_answer(ASK(f, .path = "/ok", .port = server.port), "hello");
        without.ca_file = NULL;
        assert_answer(ASK(f, .path = "/ok", .port = server.port, .host = &without), "hello");
        assert_failure(ASK(f, .path = "/ok", .host = &without), ERROR_TRUST, HTTP_STAGE_TLS, "issued by \"Our CA\"");
        server_stop(&server);
}

static void own_authority_suffices_without_a_bundle(void **state)
{
        Fixture *f = fixture(state);
        Scratch *bare;
        Host host;

        scratch_open((void **)&bare);
        host = bare->host;
        assert_failure(ASK(f, .path = "/ok", .host = &host), ERROR_MISSING, HTTP_STAGE_NONE,
                       "no bundle of CA certificates");
        host.ca_file = "/absent.pem";
        assert_failure(ASK(f, .path = "/ok", .host = &host), ERROR_MISSING, HTTP_STAGE_TLS, "absent.pem");
        scratch_write(bare, "/etc/ssl/cert.pem", f->machine.certificate_pem);
        assert_failure(ASK(f, .path = "/ok", .host = &host), ERROR_MISSING, HTTP_STAGE_TLS,
                       "absent.pem cannot be read");
        scratch_write(bare, "/etc/ours.pem", f->ours.certificate_pem);
        host.ca_file = "/etc/ours.pem";
        assert_answer(ASK(f, .path = "/ok", .host = &host), "hello");
        scratch_close((void **)&bare);
}

/* A distribution of each kind has only its own. */
static void each_kind_of_bundle_is_found_alone(void **state)
{
        static const char *const bundles[] = {
                "/etc/ssl/certs/ca-certificates.crt",
                "/etc/pki/tls/certs/ca-bundle.crt",
                "/etc/ssl/ca-bundle.pem",
                "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                "/etc/ssl/cert.pem",
        };
        Fixture *f = fixture(state);
        size_t i;

        for (i = 0; i < ELEMENTSOF(bundles); i++) {
                Scratch *machine;

                scratch_open((void **)&machine);
                scratch_write(machine, bundles[i], f->ours.certificate_pem);
                assert_answer(ASK(f, .path = "/ok", .host = &machine->host), "hello");
                scratch_close((void **)&machine);
        }
}

static void unknown_authority_is_named(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HTTPS, &f->stranger);

        assert_failure(ASK(f, .path = "/ok", .port = server.port, .tries = 3), ERROR_TRUST, HTTP_STAGE_TLS,
                       "issued by \"Prying Proxy CA\", is not trusted: unable to get local issuer certificate");
        server_stop(&server);
}

static void certificate_of_another_name_is_refused(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HTTPS, &f->elsewhere);

        assert_failure(ASK(f, .path = "/ok", .port = server.port), ERROR_TRUST, HTTP_STAGE_TLS,
                       "for \"server\" and issued by \"Our CA\", is of another name");
        server_stop(&server);
}

static void a_certificate_of_the_future_tells_how_far_our_clock_is_behind(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HTTPS, &f->future);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(ask(ASK(f, .path = "/ok", .port = server.port), &response, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_non_null(strstr(err.text, "certificate is not yet valid (it is valid from 20"));
        assert_in_range(response.starts_in_s, 86400 - 3600 - 60, 86400 - 3600);
        server_stop(&server);
}

static void expired_certificate_is_refused_with_both_clocks(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HTTPS, &f->expired);

        assert_failure(
                ASK(f, .path = "/ok", .port = server.port), ERROR_TRUST, HTTP_STAGE_TLS,
                "certificate has expired (it is valid from 2001-09-09T01:46:40Z to 2004-11-09T11:33:20Z, the clock of "
                "this machine says 20");
        server_stop(&server);
}

static void broken_handshake_is_the_networks_fault(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HANGS_UP, NULL);

        assert_failure(ASK(f, .path = "/ok", .port = server.port), ERROR_NETWORK, HTTP_STAGE_TLS, "broke off");
        server_stop(&server);
}

static void redirects_away_from_https_are_refused(void **state)
{
        Fixture *f = fixture(state);

        assert_failure(ASK(f, .path = "/to-http"), ERROR_INPUT, HTTP_STAGE_STATUS,
                       "answered 302, a redirect away from https");
        assert_failure(ASK(f, .path = "/to-file"), ERROR_INPUT, HTTP_STAGE_STATUS, "a redirect away from https");
        assert_failure(ASK(f, .path = "/loop"), ERROR_INPUT, HTTP_STAGE_STATUS, "redirects without end");
}

static void urls_that_are_not_https_are_refused(void **state)
{
        Fixture *f = fixture(state);

        assert_failure(ASK(f, .url = "http://localhost/secret"), ERROR_INPUT, HTTP_STAGE_NONE, "https://");
        assert_failure(ASK(f, .url = "file:///etc/passwd"), ERROR_INPUT, HTTP_STAGE_NONE, "https://");
        assert_failure(ASK(f, .url = "https://local host/"), ERROR_INPUT, HTTP_STAGE_NONE, "at offset 13");
        assert_failure(ASK(f, .url = "https://localhost/\r\nX: y"), ERROR_INPUT, HTTP_STAGE_NONE, "at offset 18");
        assert_failure(ASK(f, .url = "https://localhost:99999/"), ERROR_INPUT, HTTP_STAGE_NONE, "URL");
}

static void proxy_is_used_and_its_refusal_told(void **state)
{
        Fixture *f = fixture(state);
        Server proxy = server_start(SERVER_PROXY, NULL);
        _cleanup_free_ char *url = text_format("http://user:secret@127.0.0.1:%d", proxy.port);

        setenv("no_proxy", "*", 1);
        assert_failure(ASK(f, .path = "/ok", .proxy = url, .tries = 3), ERROR_INPUT, HTTP_STAGE_CONNECT,
                       "answered 407 when asked for localhost:");
        unsetenv("no_proxy");
        server_stop(&proxy);
}

static void proxies_of_the_environment_are_ignored(void **state)
{
        Fixture *f = fixture(state);

        setenv("https_proxy", "http://127.0.0.1:1", 1);
        setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
        assert_answer(ASK(f, .path = "/ok"), "hello");
        unsetenv("https_proxy");
        unsetenv("ALL_PROXY");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(machine_bundle_and_own_authority_are_both_trusted),
                cmocka_unit_test(own_authority_suffices_without_a_bundle),
                cmocka_unit_test(each_kind_of_bundle_is_found_alone),
                cmocka_unit_test(unknown_authority_is_named),
                cmocka_unit_test(certificate_of_another_name_is_refused),
                cmocka_unit_test(a_certificate_of_the_future_tells_how_far_our_clock_is_behind),
                cmocka_unit_test(expired_certificate_is_refused_with_both_clocks),
                cmocka_unit_test(broken_handshake_is_the_networks_fault),
                cmocka_unit_test(redirects_away_from_https_are_refused),
                cmocka_unit_test(urls_that_are_not_https_are_refused),
                cmocka_unit_test(proxy_is_used_and_its_refusal_told),
                cmocka_unit_test(proxies_of_the_environment_are_ignored),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
