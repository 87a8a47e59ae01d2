/* Requests with a secret in their headers, and answers that are one. */
#include "tests/unit/http_fixture.h"

#include <sys/resource.h>

static int get(const Fixture *f, const char *path, HttpSpec spec, HttpResponse *response, Error *err)
{
        _cleanup_(http_client_freep) HttpClient *client = http_client_new(&f->scratch->host);
        _cleanup_free_ char *url = text_format("https://localhost:%d%s", f->server.port, path);

        spec.url = url;
        spec.max_bytes = spec.max_bytes ? spec.max_bytes : 65536;
        spec.deadline = deadline_in(20000);
        return http_client_get(client, &spec, response, err);
}

static Secret make_secret(const char *text)
{
        Secret secret;

        secret_allocate(&secret, strlen(text));
        memcpy(secret.data, text, strlen(text));
        return secret;
}

static void authorization_and_accept_are_sent(void **state)
{
        _cleanup_secret_ Secret token = make_secret("Bearer secret");
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(get(fixture(state), "/request",
                             (HttpSpec){ .authorization = &token, .accept = "application/json" }, &response, &err),
                         0);
        assert_non_null(strstr(response.body, "\r\nAuthorization: Bearer secret\r\n"));
        assert_non_null(strstr(response.body, "\r\nAccept: application/json\r\n"));
        assert_null(strstr(response.body, "Metadata"));
}

static void authorization_of_one_request_is_not_the_next_ones(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_client_freep) HttpClient *client = http_client_new(&f->scratch->host);
        _cleanup_free_ char *url = text_format("https://localhost:%d/request", f->server.port);
        _cleanup_secret_ Secret token = make_secret("Bearer secret");
        _cleanup_(http_response_clear) HttpResponse first = { 0 }, second = { 0 };
        HttpSpec spec = { .url = url, .max_bytes = 65536, .authorization = &token };

        assert_int_equal(http_client_get(client, &spec, &first, NULL), 0);
        spec.authorization = NULL;
        assert_int_equal(http_client_get(client, &spec, &second, NULL), 0);
        assert_non_null(strstr(first.body, "secret"));
        assert_null(strstr(second.body, "Authorization"));
}

static void authorization_follows_no_redirect(void **state)
{
        _cleanup_secret_ Secret token = make_secret("Bearer secret");
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(get(fixture(state), "/to-ok", (HttpSpec){ .authorization = &token }, &response, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_int_equal(response.status, 302);
        assert_non_null(strstr(err.text, "/to-ok answered 302, a redirect to localhost:"));
        assert_null(strstr(err.text, "secret"));
}

static void refusal_and_challenge_are_kept_when_asked_for(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(get(f, "/challenge", (HttpSpec){ .keep_refusal = true }, &response, &err), -1);
        assert_int_equal(response.status, 401);
        assert_string_equal(response.refusal, "{\"error\": \"why\"}");
        assert_string_equal(response.challenge, "Basic realm=/a.key");
        assert_null(response.body);
        http_response_clear(&response);
        assert_int_equal(get(f, "/challenge", (HttpSpec){ 0 }, &response, &err), -1);
        assert_null(response.refusal);
}

static void answer_that_is_a_secret_is_kept_as_one(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(get(f, "/to-ok", (HttpSpec){ .secret = true }, &response, &err), 0);
        assert_null(response.body);
        assert_string_equal((char *)response.secret.data, "hello");
        assert_int_equal(response.secret.length, 5);
        http_response_clear(&response);
        assert_int_equal(get(f, "/ok", (HttpSpec){ .secret = true, .max_bytes = 5 }, &response, &err), 0);
        http_response_clear(&response);
        assert_int_equal(get(f, "/ok", (HttpSpec){ .secret = true, .max_bytes = 4 }, &response, &err), -1);
        assert_non_null(strstr(err.text, "sends more than 4 bytes"));
        assert_null(response.secret.data);
}

static void refusal_of_a_secret_is_told(void **state)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(
                get(fixture(state), "/absent", (HttpSpec){ .secret = true, .keep_refusal = true }, &response, &err),
                -1);
        assert_null(response.secret.data);
        assert_string_equal(response.refusal, "nothing of this name\nsecond line\n");
}

static long peak_kib(void)
{
        struct rusage usage;

        getrusage(RUSAGE_SELF, &usage);
        return usage.ru_maxrss;
}

static void a_gigabyte_is_cut_off_at_its_beginning(void **state)
{
        static const char *const paths[] = { "/endless", "/endless-404" };
        long before = peak_kib();
        size_t i;

        for (i = 0; i < 2 * ELEMENTSOF(paths); i++) {
                _cleanup_(http_response_clear) HttpResponse response = { 0 };
                Error err = { 0 };

                assert_int_equal(get(fixture(state), paths[i / 2],
                                     (HttpSpec){ .secret = i % 2 == 0, .keep_refusal = true }, &response, &err),
                                 -1);
                assert_int_equal(err.kind, ERROR_INPUT);
        }
        assert_in_range(peak_kib() - before, 0, 16 * 1024);
}

static void tls_older_than_1_2_is_refused(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_OLD_TLS, &f->good);

        assert_failure(ASK(f, .path = "/ok", .port = server.port), ERROR_NETWORK, HTTP_STAGE_TLS,
                       "the TLS handshake with localhost:");
        server_stop(&server);
}

static void beginnings_of_bodies_are_told_apart(void **state)
{
        static const struct {
                const char *body, *words;
                bool html;
        } rows[] = {
                { " \r\n<!DOCTYPE html><TITLE> Log \"in\"</title>", "an HTML page, \"Log \\x22in\\x22\"", true },
                { "<p>", "an HTML page", true },
                { "{\"a\":\n1}", "{\\x22a\\x22:", false },
                { " \n", "", false },
                { "", "", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *words = http_body_words(rows[i].body);

                assert_string_equal(words, rows[i].words);
                assert_int_equal(http_body_is_html(rows[i].body), rows[i].html);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(authorization_and_accept_are_sent),
                cmocka_unit_test(authorization_of_one_request_is_not_the_next_ones),
                cmocka_unit_test(authorization_follows_no_redirect),
                cmocka_unit_test(refusal_and_challenge_are_kept_when_asked_for),
                cmocka_unit_test(answer_that_is_a_secret_is_kept_as_one),
                cmocka_unit_test(refusal_of_a_secret_is_told),
                cmocka_unit_test(a_gigabyte_is_cut_off_at_its_beginning),
                cmocka_unit_test(tls_older_than_1_2_is_refused),
                cmocka_unit_test(beginnings_of_bodies_are_told_apart),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
