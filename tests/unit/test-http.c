#include "tests/unit/scratch.h"

#include <sys/time.h>

#include "platform/http.h"
#include "tests/unit/https_server.h"

typedef struct Fixture {
        Scratch *scratch; /* its host trusts the machine's authority and, by ca_file, ours */
        Identity machine, ours, foreign;
        Identity good, stranger, elsewhere, expired, local;
        Server server; /* with the good certificate */
} Fixture;

static volatile sig_atomic_t stop;

static void make_server_identity(Identity *ret, const char *names, const Identity *issuer, int64_t not_after)
{
        make_identity(ret, &(IdentitySpec){ .cn = "server",
                                            .key = make_key(EVP_PKEY_EC),
                                            .issuer = issuer,
                                            .not_before = 1000000000,
                                            .not_after = not_after,
                                            .names = names });
}

static void make_authority(Identity *ret, const char *cn)
{
        make_identity(ret, &(IdentitySpec){ .cn = cn,
                                            .key = make_key(EVP_PKEY_EC),
                                            .not_before = 1000000000,
                                            .not_after = time(NULL) + 86400,
                                            .authority = true });
}

static int setup(void **state)
{
        Fixture *f = text_allocate(sizeof(*f));
        int64_t tomorrow = time(NULL) + 86400;

        scratch_open((void **)&f->scratch);
        make_authority(&f->machine, "Machine CA");
        make_authority(&f->ours, "Our CA");
        make_authority(&f->foreign, "Prying Proxy CA");
        make_server_identity(&f->good, "DNS:localhost", &f->ours, tomorrow);
        make_server_identity(&f->local, "DNS:localhost", &f->machine, tomorrow);
        make_server_identity(&f->stranger, "DNS:localhost", &f->foreign, tomorrow);
        make_server_identity(&f->elsewhere, "DNS:elsewhere.test", &f->ours, tomorrow);
        make_server_identity(&f->expired, "DNS:localhost", &f->ours, 1100000000);
        scratch_write(f->scratch, "/etc/ssl/certs/ca-certificates.crt", f->machine.certificate_pem);
        scratch_write(f->scratch, "/etc/ours.pem", f->ours.certificate_pem);
        f->scratch->host.ca_file = "/etc/ours.pem";
        f->scratch->host.stop = &stop;
        f->server = server_start(SERVER_HTTPS, &f->good);
        *state = f;
        return 0;
}

static int teardown(void **state)
{
        Fixture *f = *state;
        Identity *identities[] = { &f->machine, &f->ours,     &f->foreign,   &f->good,
                                   &f->local,   &f->stranger, &f->elsewhere, &f->expired };
        size_t i;

        server_stop(&f->server);
        for (i = 0; i < ELEMENTSOF(identities); i++)
                identity_clear(identities[i]);
        scratch_close((void **)&f->scratch);
        free(f);
        return 0;
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

/* Of the fixture's host and server unless said otherwise. */
typedef struct Ask {
        const Fixture *fixture;
        const Host *host;
        int port;
        const char *path, *url; /* url: instead of port and path */
        const char *proxy;
        size_t max_bytes;  /* 0: 64 KiB */
        int64_t within_ms; /* 0: 20 s */
        int tries;
        void (*on_wait)(const char *text, void *userdata);
        void *userdata;
} Ask;

static int ask(const Ask *ask, HttpResponse *response, Error *err)
{
        _cleanup_free_ char *url = ask->url ? text_copy(ask->url)
                                            : text_format("https://localhost:%d%s",
                                                          ask->port ? ask->port : ask->fixture->server.port, ask->path);
        HttpSpec spec = {
                .url = url,
                .proxy = ask->proxy,
                .max_bytes = ask->max_bytes ? ask->max_bytes : 65536,
                .deadline = deadline_in(ask->within_ms ? ask->within_ms : 20000),
                .tries = ask->tries,
                .on_wait = ask->on_wait,
                .userdata = ask->userdata,
        };

        return http_get(ask->host ? ask->host : &ask->fixture->scratch->host, &spec, response, err);
}

static void assert_answer(const Ask *what, const char *body)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        if (ask(what, &response, &err) < 0)
                fail_msg("%s", err.text);
        assert_string_equal(response.body, body);
        assert_int_equal(response.length, strlen(body));
        assert_int_equal(response.status, 200);
}

static void assert_failure(const Ask *what, ErrorKind kind, HttpStage stage, const char *words)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(ask(what, &response, &err), -1);
        if (err.kind != kind || response.failed_at != stage || !strstr(err.text, words))
                fail_msg("expected %s at stage %d \"%s\", not %s at %d \"%s\"", error_kind_name(kind), (int)stage,
                         words, error_kind_name(err.kind), (int)response.failed_at, err.text);
        assert_null(response.body);
        assert_null(strstr(err.text, "secret"));
}

static Fixture *fixture(void **state)
{
        stop = 0;
        return *state;
}

#define ASK(f, ...) (&(Ask){ .fixture = f, __VA_ARGS__ })

/* ---- tests ------------------------------------------------------------------------------------------------------ */

static void page_is_read(void **state)
{
        Fixture *f = fixture(state);

        assert_answer(ASK(f, .path = "/ok?token=secret"), "hello");
        assert_answer(ASK(f, .path = "/empty"), "");
        assert_answer(ASK(f, .path = "/to-ok"), "hello");
}

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

static void one_client_keeps_its_connection(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_client_freep) HttpClient *client = http_client_new(&f->scratch->host);
        Server server = server_start(SERVER_HTTPS, &f->good);
        _cleanup_free_ char *url = text_format("https://localhost:%d/connections", server.port);
        _cleanup_free_ char *wrong = text_format("https://localhost:%d/absent", server.port);
        HttpSpec spec = { .url = url, .max_bytes = 64 };
        int i;

        for (i = 0; i < 3; i++) {
                _cleanup_(http_response_clear) HttpResponse response = { 0 };
                Error err = { 0 };

                spec.url = wrong;
                assert_int_equal(http_client_get(client, &spec, &response, &err), -1);
                assert_int_equal(response.status, 404);
                spec.url = url;
                assert_int_equal(http_client_get(client, &spec, &response, &err), 0);
                assert_string_equal(response.body, "1");
        }
        server_stop(&server);
}

static void request_names_program_and_nothing_else(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(ask(ASK(f, .path = "/request"), &response, &err), 0);
        assert_non_null(strstr(response.body, "User-Agent: mde-linux/"));
        assert_null(strstr(response.body, "Authorization"));
        assert_null(strstr(response.body, "Cookie"));
}

static void name_that_does_not_exist_fails_at_dns(void **state)
{
        Fixture *f = fixture(state);

        assert_failure(ASK(f, .url = "https://user:secret@packages.invalid/key?secret"), ERROR_NETWORK, HTTP_STAGE_DNS,
                       "the name of packages.invalid cannot be resolved");
        assert_failure(ASK(f, .path = "/ok", .proxy = "http://user:secret@proxy.invalid:3128"), ERROR_NETWORK,
                       HTTP_STAGE_DNS, "through the proxy proxy.invalid:3128 cannot be resolved");
}

static void closed_port_fails_at_connect(void **state)
{
        Fixture *f = fixture(state);
        int port;

        close(server_listen(&port));
        assert_failure(ASK(f, .path = "/ok", .port = port), ERROR_NETWORK, HTTP_STAGE_CONNECT, "Connection refused");
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

static void other_statuses_are_refused_with_what_the_body_says(void **state)
{
        Fixture *f = fixture(state);

        assert_failure(ASK(f, .path = "/html-404?sig=secret", .tries = 3), ERROR_INPUT, HTTP_STAGE_STATUS,
                       "/html-404 answered 404: an HTML page, \"No \\x22such\\x22 page\"");
        assert_failure(ASK(f, .path = "/untitled-403"), ERROR_INPUT, HTTP_STAGE_STATUS,
                       "/untitled-403 answered 403: an HTML page");
        assert_failure(ASK(f, .path = "/absent"), ERROR_INPUT, HTTP_STAGE_STATUS,
                       "/absent answered 404: nothing of this name");
        assert_failure(ASK(f, .path = "/no-content"), ERROR_INPUT, HTTP_STAGE_STATUS, "/no-content answered 204");
        assert_failure(ASK(f, .path = "/to-404"), ERROR_INPUT, HTTP_STAGE_STATUS, "/html-404 answered 404");
}

static void count_waits(const char *text, void *userdata)
{
        assert_non_null(strstr(text, "/unready answered 503; next try in 1 s"));
        ++*(int *)userdata;
}

static void unready_server_is_asked_again(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HTTPS, &f->good);
        int waits = 0;

        assert_answer(
                ASK(f, .path = "/unready", .port = server.port, .tries = 3, .on_wait = count_waits, .userdata = &waits),
                "ready");
        assert_int_equal(waits, 2);
        server_stop(&server);
}

static void tries_are_not_exceeded(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HTTPS, &f->good);
        int waits = 0;

        assert_failure(
                ASK(f, .path = "/unready", .port = server.port, .tries = 2, .on_wait = count_waits, .userdata = &waits),
                ERROR_NETWORK, HTTP_STAGE_STATUS, "/unready answered 503");
        assert_int_equal(waits, 1);
        assert_answer(ASK(f, .path = "/unready", .port = server.port), "ready");
        server_stop(&server);
}

static void no_wait(const char *text, void *userdata)
{
        fail_msg("%s", text);
}

static void retry_beyond_the_deadline_is_not_waited_for(void **state)
{
        Fixture *f = fixture(state);

        assert_failure(ASK(f, .path = "/slow-down", .tries = 5, .on_wait = no_wait), ERROR_NETWORK, HTTP_STAGE_STATUS,
                       "/slow-down answered 429: later");
        assert_failure(ASK(f, .path = "/retry-at", .tries = 5, .on_wait = no_wait), ERROR_NETWORK, HTTP_STAGE_STATUS,
                       "/retry-at answered 503");
}

static void too_large_a_body_is_refused(void **state)
{
        Fixture *f = fixture(state);

        assert_failure(ASK(f, .path = "/large"), ERROR_INPUT, HTTP_STAGE_TRANSFER, "sends more than 65536 bytes");
        assert_failure(ASK(f, .path = "/ok", .max_bytes = 4), ERROR_INPUT, HTTP_STAGE_TRANSFER,
                       "sends more than 4 bytes");
        assert_answer(ASK(f, .path = "/ok", .max_bytes = 5), "hello");
}

static void stall_ends_with_the_deadline(void **state)
{
        Fixture *f = fixture(state);
        Server mute = server_start(SERVER_MUTE, NULL);

        assert_failure(ASK(f, .path = "/stall", .within_ms = 300, .tries = 9), ERROR_TIMEOUT, HTTP_STAGE_TRANSFER,
                       "the time for it was over while in the transfer with localhost:");
        assert_failure(ASK(f, .path = "/ok", .port = mute.port, .within_ms = 300), ERROR_TIMEOUT, HTTP_STAGE_TLS,
                       "in the TLS handshake");
        assert_failure(ASK(f, .path = "/ok", .within_ms = -1), ERROR_TIMEOUT, HTTP_STAGE_NONE,
                       "the time for it is over");
        server_stop(&mute);
}

static void on_alarm(int signal_number)
{
        stop = 1;
}

static void ask_to_stop(const char *text, void *userdata)
{
        stop = 1;
}

static void being_asked_to_stop_ends_it(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HTTPS, &f->good);
        struct itimerval soon = { .it_value.tv_usec = 200000 };
        struct sigaction action = { .sa_handler = on_alarm };

        stop = 1;
        assert_failure(ASK(f, .path = "/ok"), ERROR_STOPPED, HTTP_STAGE_NONE, "asked to stop");
        stop = 0;
        assert_failure(ASK(f, .path = "/unready", .port = server.port, .tries = 3, .on_wait = ask_to_stop),
                       ERROR_STOPPED, HTTP_STAGE_STATUS, "asked to stop");
        stop = 0;
        sigaction(SIGALRM, &action, NULL);
        setitimer(ITIMER_REAL, &soon, NULL);
        assert_failure(ASK(f, .path = "/stall"), ERROR_STOPPED, HTTP_STAGE_TRANSFER,
                       "asked to stop while in the transfer");
        server_stop(&server);
}

static void connection_cut_in_the_middle_fails(void **state)
{
        Fixture *f = fixture(state);

        assert_failure(ASK(f, .path = "/cut"), ERROR_NETWORK, HTTP_STAGE_TRANSFER, "broke off");
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

static void clock_skew_is_measured_and_told_on_failure(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(ask(ASK(f, .path = "/skewed"), &response, &err), 0);
        assert_true(response.has_date);
        assert_in_range(response.clock_skew_s, 7195, 7205);
        http_response_clear(&response);
        assert_int_equal(ask(ASK(f, .path = "/ok"), &response, &err), 0);
        assert_true(response.has_date && response.clock_skew_s > -5 && response.clock_skew_s < 5);
        assert_failure(ASK(f, .path = "/skewed-404"), ERROR_INPUT, HTTP_STAGE_STATUS,
                       "answered 404: late (the clock of this machine is 720");
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
                cmocka_unit_test(page_is_read),
                cmocka_unit_test(machine_bundle_and_own_authority_are_both_trusted),
                cmocka_unit_test(own_authority_suffices_without_a_bundle),
                cmocka_unit_test(one_client_keeps_its_connection),
                cmocka_unit_test(request_names_program_and_nothing_else),
                cmocka_unit_test(name_that_does_not_exist_fails_at_dns),
                cmocka_unit_test(closed_port_fails_at_connect),
                cmocka_unit_test(unknown_authority_is_named),
                cmocka_unit_test(certificate_of_another_name_is_refused),
                cmocka_unit_test(expired_certificate_is_refused_with_both_clocks),
                cmocka_unit_test(broken_handshake_is_the_networks_fault),
                cmocka_unit_test(other_statuses_are_refused_with_what_the_body_says),
                cmocka_unit_test(unready_server_is_asked_again),
                cmocka_unit_test(tries_are_not_exceeded),
                cmocka_unit_test(retry_beyond_the_deadline_is_not_waited_for),
                cmocka_unit_test(too_large_a_body_is_refused),
                cmocka_unit_test(stall_ends_with_the_deadline),
                cmocka_unit_test(being_asked_to_stop_ends_it),
                cmocka_unit_test(connection_cut_in_the_middle_fails),
                cmocka_unit_test(redirects_away_from_https_are_refused),
                cmocka_unit_test(urls_that_are_not_https_are_refused),
                cmocka_unit_test(clock_skew_is_measured_and_told_on_failure),
                cmocka_unit_test(proxy_is_used_and_its_refusal_told),
                cmocka_unit_test(proxies_of_the_environment_are_ignored),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
