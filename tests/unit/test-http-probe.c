/* Several servers at once, good and bad. */
#include "tests/unit/http_fixture.h"

#include "platform/http_probe.h"

#define SOON_MS 20000

static int probe(const Fixture *f, HttpProbe *probes, size_t n, int64_t within_ms, Error *err)
{
        return http_probe_all(&f->scratch->host, probes, n, deadline_in(within_ms), err);
}

static char *url_of(const Server *server, const char *path)
{
        return text_format("https://localhost:%d%s", server->port, path);
}

static void any_answer_will_do(void **state)
{
        Fixture *f = fixture(state);
        static const char *const paths[] = { "/ok", "/html-404", "/slow-down", "/to-http", "/large" };
        char *urls[ELEMENTSOF(paths)];
        HttpProbe probes[ELEMENTSOF(paths)] = { 0 };
        Error err = { 0 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(paths); i++)
                probes[i].url = urls[i] = url_of(&f->server, paths[i]);
        assert_int_equal(probe(f, probes, ELEMENTSOF(paths), SOON_MS, &err), 0);
        for (i = 0; i < ELEMENTSOF(paths); i++) {
                if (!probes[i].reached)
                        fail_msg("%s: %s", paths[i], probes[i].err.text);
                assert_string_equal(probes[i].presented.issuer_cn, "Our CA");
                free(urls[i]);
        }
}

static void each_fails_for_its_own_reason_and_holds_up_no_other(void **state)
{
        Fixture *f = fixture(state);
        Server inspected = server_start(SERVER_HTTPS, &f->stranger), proxy = server_start(SERVER_PROXY, NULL);
        Server mute = server_start(SERVER_MUTE, NULL), ahead = server_start(SERVER_HTTPS, &f->future);
        _cleanup_free_ char *good = url_of(&f->server, "/ok"), *pried = url_of(&inspected, "/ok"),
                            *silent = url_of(&mute, "/ok"), *early = url_of(&ahead, "/ok"),
                            *asking = text_format("http://127.0.0.1:%d", proxy.port);
        HttpProbe probes[] = { { .url = silent }, { .url = pried },
                               { .url = good },   { .url = good, .proxy = asking },
                               { .url = early },  { .url = "https://nowhere.invalid/" } };
        Error err = { 0 };

        assert_int_equal(probe(f, probes, ELEMENTSOF(probes), 3000, &err), 0);
        assert_false(probes[0].reached);
        assert_int_equal(probes[0].failed_at, HTTP_STAGE_TLS);
        assert_int_equal(probes[0].err.kind, ERROR_TIMEOUT);
        assert_int_equal(probes[1].err.kind, ERROR_TRUST);
        assert_string_equal(probes[1].presented.issuer_cn, "Prying Proxy CA");
        assert_true(probes[2].reached);
        assert_true(probes[3].proxy_failed);
        assert_non_null(strstr(probes[3].err.text, "answered 407"));
        assert_true(probes[4].starts_in_s > 3600);
        assert_false(probes[5].reached);
        assert_int_equal(probes[5].failed_at, HTTP_STAGE_DNS);
        server_stop(&inspected);
        server_stop(&proxy);
        server_stop(&mute);
        server_stop(&ahead);
}

static void a_host_that_the_proxy_is_not_for_fails_without_it(void **state)
{
        Fixture *f = fixture(state);
        int port;
        _cleanup_free_ char *url = NULL;
        HttpProbe probes[2] = {
                { .proxy = "http://127.0.0.1:9", .no_proxy = "example.com,localhost" },
                { .url = "https://nowhere.invalid/", .proxy = "http://127.0.0.1:9", .no_proxy = ".invalid" }
        };
        Error err = { 0 };

        close(server_listen(&port));
        probes[0].url = url = text_format("https://localhost:%d/ok", port);
        assert_int_equal(probe(f, probes, ELEMENTSOF(probes), SOON_MS, &err), 0);
        assert_false(probes[0].reached || probes[0].proxy_failed);
        assert_non_null(strstr(probes[0].err.text, "cannot connect to localhost:"));
        assert_null(strstr(probes[0].err.text, "proxy"));
        assert_false(probes[1].proxy_failed);
        assert_non_null(strstr(probes[1].err.text, "the name of nowhere.invalid cannot"));
        probes[0].no_proxy = "example.com";
        assert_int_equal(probe(f, probes, 1, SOON_MS, &err), 0);
        assert_true(probes[0].proxy_failed);
        assert_non_null(strstr(probes[0].err.text, " through the proxy 127.0.0.1:9: "));
}

static void a_stop_ends_it_at_once(void **state)
{
        Fixture *f = fixture(state);
        Server mute = server_start(SERVER_MUTE, NULL);
        _cleanup_free_ char *silent = url_of(&mute, "/ok");
        HttpProbe probes[] = { { .url = silent }, { .url = silent } };
        Error err = { 0 };

        stop = 1;
        assert_int_equal(probe(f, probes, ELEMENTSOF(probes), SOON_MS, &err), -1);
        assert_int_equal(err.kind, ERROR_STOPPED);
        stop = 0;
        server_stop(&mute);
}

static void without_a_bundle_nobody_can_be_asked(void **state)
{
        Fixture *f = fixture(state);
        HttpProbe probes[] = { { .url = "https://localhost/" } };
        Scratch *bare;
        Error err = { 0 };

        scratch_open((void **)&bare);
        assert_int_equal(http_probe_all(&bare->host, probes, 1, deadline_in(SOON_MS), &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
        scratch_close((void **)&bare);
        assert_int_equal(probe(f, probes, 0, SOON_MS, &err), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(any_answer_will_do),
                cmocka_unit_test(each_fails_for_its_own_reason_and_holds_up_no_other),
                cmocka_unit_test(a_host_that_the_proxy_is_not_for_fails_without_it),
                cmocka_unit_test(a_stop_ends_it_at_once),
                cmocka_unit_test(without_a_bundle_nobody_can_be_asked),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
