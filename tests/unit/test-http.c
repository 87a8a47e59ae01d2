#include "tests/unit/http_fixture.h"

#include <sys/time.h>

#include "platform/http_probe.h"

static void page_is_read(void **state)
{
        Fixture *f = fixture(state);

        assert_answer(ASK(f, .path = "/ok?token=secret"), "hello");
        assert_answer(ASK(f, .path = "/empty"), "");
        assert_answer(ASK(f, .path = "/to-ok"), "hello");
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

static void nobody_is_asked_for_an_image(void **state)
{
        Fixture *f = fixture(state);
        Server server = server_start(SERVER_HTTPS, &f->good);
        _cleanup_free_ char *url = text_format("https://localhost:%d/connections", server.port);
        HttpProbe probe = { .url = url };
        Host image = f->scratch->host;
        Error err = { 0 };

        image.image = true;
        assert_failure(ASK(f, .host = &image, .url = url), ERROR_INPUT, HTTP_STAGE_NONE, "image of a machine");
        assert_int_equal(http_probe_all(&image, &probe, 1, deadline_in(20000), &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_answer(ASK(f, .url = url), "1"); /* the first that came */
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
                       HTTP_STAGE_DNS, "the name of the proxy proxy.invalid:3128 cannot be resolved");
}

static void closed_port_fails_at_connect(void **state)
{
        Fixture *f = fixture(state);
        int port;

        close(server_listen(&port));
        assert_failure(ASK(f, .path = "/ok", .port = port), ERROR_NETWORK, HTTP_STAGE_CONNECT, "Connection refused");
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

static void who_asks_is_told_how_long_to_stay_away(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(ask(ASK(f, .path = "/slow-down"), &response, &err), -1);
        assert_int_equal(response.asked_ms, 86400 * 1000);
        http_response_clear(&response);
        assert_int_equal(ask(ASK(f, .path = "/large"), &response, &err), -1);
        assert_int_equal(response.asked_ms, 0);
}

static void too_large_a_body_is_refused(void **state)
{
        Fixture *f = fixture(state);

        assert_failure(ASK(f, .path = "/large"), ERROR_INPUT, HTTP_STAGE_TRANSFER, "sends more than 65536 bytes");
        assert_failure(ASK(f, .path = "/ok", .max_bytes = 4), ERROR_INPUT, HTTP_STAGE_TRANSFER,
                       "sends more than 4 bytes");
        assert_answer(ASK(f, .path = "/ok", .max_bytes = 5), "hello");
}

typedef struct Told {
        int times;
        int64_t done, total;
} Told;

static void note_bytes(int64_t done, int64_t total, void *userdata)
{
        Told *told = userdata;

        assert_true(done >= told->done && done <= total);
        *told = (Told){ told->times + 1, done, total };
}

/* Of a refusal's page nobody wants to know. */
static void how_far_a_body_is_is_told_where_its_length_is_known(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_client_freep) HttpClient *client = http_client_new(&f->scratch->host);
        _cleanup_free_ char *base = text_format("https://localhost:%d", f->server.port);
        _cleanup_free_ char *large = text_format("%s/large", base), *absent = text_format("%s/html-404", base);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Told told = { 0 }, nothing = { 0 };
        HttpSpec spec = { .url = large, .max_bytes = 100000, .on_bytes = note_bytes, .userdata = &told };

        assert_int_equal(http_client_get(client, &spec, &response, NULL), 0);
        assert_in_range(told.times, 1, 3);
        assert_int_equal(told.total, 100000);
        http_response_clear(&response);
        spec.url = absent;
        spec.userdata = &nothing;
        assert_int_equal(http_client_get(client, &spec, &response, NULL), -1);
        assert_int_equal(nothing.times, 0);
}

static void too_long_headers_are_refused(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_client_freep) HttpClient *client = http_client_new(&f->scratch->host);
        _cleanup_free_ char *url = text_format("https://localhost:%d/headers", f->server.port);
        int i;

        assert_failure(ASK(f, .path = "/endless-headers"), ERROR_INPUT, HTTP_STAGE_STATUS,
                       "its headers are longer than 262144 bytes");
        for (i = 0; i < 2; i++) { /* each try has its own count */
                _cleanup_(http_response_clear) HttpResponse response = { 0 };

                assert_int_equal(http_client_get(client, &(HttpSpec){ .url = url, .max_bytes = 9 }, &response, NULL),
                                 0);
        }
}

/* curl looks once a second, and the first look counts nothing. */
static void silence_ends_the_call_where_others_can_be_asked(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(ask(ASK(f, .path = "/stall", .tries = 9, .stall_s = 1, .within_ms = 60000, .on_wait = no_wait),
                             &response, &err),
                         -1);
        assert_int_equal(err.kind, ERROR_NETWORK);
        assert_int_equal(response.failed_at, HTTP_STAGE_TRANSFER);
        assert_true(response.stalled);
        assert_non_null(strstr(err.text, "does not go on while in the transfer"));
        http_response_clear(&response);
        assert_int_equal(ask(ASK(f, .path = "/absent", .stall_s = 1), &response, &err), -1);
        assert_false(response.stalled);
}

static void stall_ends_with_the_deadline(void **state)
{
        Fixture *f = fixture(state);
        Server mute = server_start(SERVER_MUTE, NULL);
        Ask stall = { .fixture = f, .path = "/stall", .tries = 9 },
            silence = { .fixture = f, .path = "/ok", .port = mute.port };

        stall.within_ms = enough_ms(stall, HTTP_STAGE_TRANSFER);
        silence.within_ms = enough_ms(silence, HTTP_STAGE_TLS);
        assert_failure(&stall, ERROR_TIMEOUT, HTTP_STAGE_TRANSFER,
                       "the time for it was over while in the transfer with localhost:");
        assert_failure(&silence, ERROR_TIMEOUT, HTTP_STAGE_TLS, "in the TLS handshake");
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
        int64_t ms = enough_ms(*ASK(f, .path = "/stall"), HTTP_STAGE_TRANSFER);
        struct itimerval soon = { .it_value = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 } };
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

static void what_a_cache_kept_tells_the_clock_with_its_age(void **state)
{
        Fixture *f = fixture(state);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(ask(ASK(f, .path = "/skewed-in-a-cache"), &response, &err), 0);
        assert_true(response.has_date);
        assert_in_range(response.clock_skew_s, 5, 15);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(page_is_read),
                cmocka_unit_test(one_client_keeps_its_connection),
                cmocka_unit_test(nobody_is_asked_for_an_image),
                cmocka_unit_test(request_names_program_and_nothing_else),
                cmocka_unit_test(name_that_does_not_exist_fails_at_dns),
                cmocka_unit_test(closed_port_fails_at_connect),
                cmocka_unit_test(other_statuses_are_refused_with_what_the_body_says),
                cmocka_unit_test(unready_server_is_asked_again),
                cmocka_unit_test(tries_are_not_exceeded),
                cmocka_unit_test(retry_beyond_the_deadline_is_not_waited_for),
                cmocka_unit_test(who_asks_is_told_how_long_to_stay_away),
                cmocka_unit_test(too_large_a_body_is_refused),
                cmocka_unit_test(how_far_a_body_is_is_told_where_its_length_is_known),
                cmocka_unit_test(too_long_headers_are_refused),
                cmocka_unit_test(silence_ends_the_call_where_others_can_be_asked),
                cmocka_unit_test(stall_ends_with_the_deadline),
                cmocka_unit_test(being_asked_to_stop_ends_it),
                cmocka_unit_test(connection_cut_in_the_middle_fails),
                cmocka_unit_test(clock_skew_is_measured_and_told_on_failure),
                cmocka_unit_test(what_a_cache_kept_tells_the_clock_with_its_age),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
