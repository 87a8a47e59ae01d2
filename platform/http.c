/*
 * One easy handle for all gets of a client, as it keeps connections, TLS sessions and names. A try is
 * one curl_easy_perform(); between tries we wait ourselves, so that being asked to stop ends it.
 * HTTP/1.1 only: what we fetch is small, and both kinds of builds then behave alike.
 */
#include "platform/http.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/http_failure.h"
#include "platform/http_headers.h"
#include "platform/http_memory.h"
#include "platform/http_pause.h"
#include "platform/http_tls.h"
#include "platform/http_try.h"

#define URL_MAX 2048
#define CONNECT_TIMEOUT_S 15L
#define METADATA_CONNECT_TIMEOUT_S 3L /* on this machine, or on its host */
#define METADATA_SILENT_TRIES 2       /* without an answer: nobody is there */
#define STALL_BYTES_S 64L
#define STALL_S 30L
#define REDIRECTS_MAX 5L
#define TELL_MS 250

struct HttpClient {
        const Host *host;
        CURL *curl;
        HttpTls tls;
        char words[CURL_ERROR_SIZE];
        HttpRequestHeaders request;
        struct curl_slist *headers;
        /* of the present try: */
        const HttpSpec *spec; /* NULL: none */
        int64_t told_ms;
        size_t max_bytes;
        Text body;     /* but for what goes into secret */
        Secret secret; /* of max_bytes; HttpSpec.secret */
        size_t secret_bytes;
        bool too_large;
        size_t header_bytes;
        HttpAnswerHeaders answer;
};

void http_response_clear(HttpResponse *response)
{
        free(response->body);
        secret_clear(&response->secret);
        free(response->refusal);
        free(response->challenge);
        *response = (HttpResponse){ 0 };
}

static size_t take_secret(HttpClient *client, const char *bytes, size_t length)
{
        client->too_large = length > client->max_bytes - client->secret_bytes;
        if (client->too_large)
                return 0;
        memcpy(client->secret.data + client->secret_bytes, bytes, length);
        client->secret_bytes += length;
        return length;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *userdata)
{
        HttpClient *client = userdata;
        size_t room, length = size * n;
        long status = 0;

        curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
        if (status == 200 && client->secret.data)
                return take_secret(client, bytes, length);
        room = (status == 200 ? client->max_bytes : HTTP_REFUSAL_MAX) - client->body.length;
        text_append_bytes(&client->body, bytes, length < room ? length : room);
        if (length <= room)
                return length;
        client->too_large = status == 200;
        return 0;
}

static size_t take_header(char *line, size_t size, size_t n, void *userdata)
{
        HttpClient *client = userdata;

        client->header_bytes += size * n;
        if (client->header_bytes > HTTP_HEADERS_MAX)
                return 0;
        http_answer_headers_take(&client->answer, line, size * n);
        return size * n;
}

static void tell_bytes(HttpClient *client, int64_t total, int64_t done)
{
        const HttpSpec *spec = client->spec;
        int64_t now_ms = deadline_now_ms();
        long status = 0;

        if (!spec || !spec->on_bytes || total <= 0 || now_ms - client->told_ms < TELL_MS)
                return;
        curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
        if (status != 200)
                return;
        client->told_ms = now_ms;
        spec->on_bytes(done, total, spec->userdata);
}

static int look_up(void *userdata, curl_off_t total, curl_off_t done, curl_off_t up_total, curl_off_t up)
{
        HttpClient *client = userdata;

        tell_bytes(client, total, done);
        host_waits(client->host);
        return host_stopping(client->host) ? 1 : 0;
}

static void set_protocols(CURL *curl, bool metadata)
{
#if LIBCURL_VERSION_NUM >= 0x075500
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, metadata ? "http" : "https");
        curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(metadata ? CURLPROTO_HTTP : CURLPROTO_HTTPS));
        curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
}

static void set_manners(CURL *curl)
{
        _cleanup_free_ char *agent = text_format("mde-linux/%s", version_text);

        curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
        curl_easy_setopt(curl, CURLOPT_USERAGENT, agent);
        curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_callbacks(HttpClient *client)
{
        CURL *curl = client->curl;

        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->words);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
        curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
        curl_easy_setopt(curl, CURLOPT_HEADERDATA, client);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES_S);
}

HttpClient *http_client_new(const Host *host)
{
        HttpClient *client = text_allocate(sizeof(*client));

        client->host = host;
        if (http_memory_init() != CURLE_OK)
                return client; /* told by the first get */
        client->curl = curl_easy_init();
        if (!client->curl)
                abort();
        set_manners(client->curl);
        set_callbacks(client);
        return client;
}

void http_client_free(HttpClient *client)
{
        if (!client)
                return;
        if (client->curl) {
                curl_easy_cleanup(client->curl); /* its connections refer to client->tls */
                curl_global_cleanup();
        }
        http_tls_clear(&client->tls);
        http_request_headers_clear(&client->request);
        secret_clear(&client->secret);
        text_clear(&client->body);
        free(client);
}

static int check_spec(HttpClient *client, const HttpSpec *spec, Error *err)
{
        const char *scheme = spec->metadata ? "http://" : "https://", *p;

        if (!host_may_ask(client->host))
                return error_set(err, ERROR_INPUT, "nobody is asked over the network for the image of a machine");
        if (!client->curl)
                return error_set(err, ERROR_MISSING, "libcurl (libcurl.so.4) cannot be loaded");
        if (!text_starts_with(spec->url, scheme) || strlen(spec->url) > URL_MAX)
                return error_set(err, ERROR_INPUT, "the URL does not begin with %s or is longer than %d characters",
                                 scheme, URL_MAX);
        for (p = spec->url; *p; p++)
                if (*p <= ' ' || *p >= 0x7f)
                        return error_set(err, ERROR_INPUT,
                                         "the URL has a character at offset %zu that may not stand there",
                                         (size_t)(p - spec->url));
        if (http_request_headers_hide(client->curl, spec, err) < 0)
                return -1;
        if (client->tls.bundle || spec->metadata)
                return 0;
        if (http_tls_init(&client->tls, client->host, err) < 0)
                return -1;
        if (http_tls_apply(&client->tls, client->curl) != CURLE_OK) {
                http_tls_clear(&client->tls);
                return error_set(err, ERROR_MISSING, "libcurl is not built with OpenSSL");
        }
        return 0;
}

static void set_ways(const HttpClient *client, const HttpSpec *spec)
{
        CURL *curl = client->curl;

        curl_easy_setopt(curl, CURLOPT_URL, spec->url);
        /* "": do not ask the environment */
        curl_easy_setopt(curl, CURLOPT_PROXY, spec->proxy && !spec->metadata ? spec->proxy : "");
        curl_easy_setopt(curl, CURLOPT_NOPROXY, spec->no_proxy ? spec->no_proxy : "");
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, spec->metadata || spec->authorization ? 0L : 1L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, spec->stall_s ? spec->stall_s : STALL_S);
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, spec->metadata ? METADATA_CONNECT_TIMEOUT_S : CONNECT_TIMEOUT_S);
        set_protocols(curl, spec->metadata);
}

static void reset_try(HttpClient *client, const HttpSpec *spec, HttpResponse *response)
{
        http_response_clear(response);
        text_clear(&client->body);
        secret_clear(&client->secret);
        client->secret_bytes = 0;
        if (spec->secret)
                secret_allocate(&client->secret, spec->max_bytes);
        client->spec = spec;
        client->told_ms = 0;
        client->max_bytes = spec->max_bytes;
        client->too_large = false;
        client->header_bytes = 0;
        client->words[0] = '\0';
        http_answer_headers_reset(&client->answer);
        client->tls.started = client->tls.presented = client->tls.bad_ca_file = false;
        set_ways(client, spec);
}

/* Some caches set the date anew and some do not: the reading that puts our clock less in the wrong. */
static int64_t skew_s(const HttpClient *client)
{
        int64_t skew = client->answer.received - client->answer.date, aged = skew - client->answer.age_s;

        return llabs(aged) < llabs(skew) ? aged : skew;
}

/* The server may be to blame for a certificate that is over, hardly for one that begins in the future. */
static int64_t starts_in_s(const HttpTls *tls, const Error *err)
{
        int64_t seconds = tls->presented ? tls->certificate.not_before - (int64_t)time(NULL) : 0;

        return err->kind == ERROR_TRUST && seconds > 0 ? seconds : 0;
}

static void take_answer(HttpClient *client, HttpResponse *ret)
{
        if (!client->secret.data) {
                ret->length = client->body.length;
                ret->body = text_take(&client->body);
                return;
        }
        ret->secret = client->secret;
        ret->secret.length = client->secret_bytes; /* a NUL follows: nothing was written behind */
        client->secret = (Secret){ 0 };
}

static void take_refusal(HttpClient *client, const HttpSpec *spec, HttpResponse *ret)
{
        ret->asked_ms = ret->status ? http_asked_ms(&client->answer) : 0;
        if (spec->keep_refusal && ret->status)
                ret->refusal = text_take(&client->body);
        if (*client->answer.challenge)
                ret->challenge = text_copy(client->answer.challenge);
}

int http_try_begin(HttpClient *client, const HttpSpec *spec, Deadline deadline, HttpResponse *ret, CURL **ret_curl,
                   Error *err)
{
        *ret = (HttpResponse){ 0 };
        if (check_spec(client, spec, err) < 0)
                return -1;
        reset_try(client, spec, ret);
        if (host_wait(client->host, 0, deadline, err) < 0)
                return -1;
        curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, (long)deadline_left_ms(deadline));
        *ret_curl = client->curl;
        return 0;
}

int http_try_end(HttpClient *client, const HttpSpec *spec, CURLcode code, Deadline deadline, HttpResponse *ret,
                 Error *err)
{
        HttpTry try = { .host = client->host,
                        .spec = spec,
                        .curl = client->curl,
                        .tls = &client->tls,
                        .code = code,
                        .words = client->words };
        int result;

        client->spec = NULL;
        curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &try.status);
        try.body = client->body.data;
        try.too_large = client->too_large;
        try.headers_too_large = client->header_bytes > HTTP_HEADERS_MAX;
        try.stopped = try.code == CURLE_ABORTED_BY_CALLBACK;
        try.out_of_time = try.code == CURLE_OPERATION_TIMEDOUT && deadline_left_ms(deadline) < 50;
        try.has_date = client->answer.date > 0;
        try.clock_skew_s = skew_s(client);
        result = http_failure(&try, &ret->failed_at, err);
        ret->status = try.status;
        ret->stalled = result < 0 && try.code == CURLE_OPERATION_TIMEDOUT;
        ret->proxy_failed = result < 0 && http_proxy_failed(&try);
        ret->has_date = try.has_date;
        ret->clock_skew_s = try.has_date ? try.clock_skew_s : 0;
        ret->starts_in_s = result < 0 ? starts_in_s(&client->tls, err) : 0;
        if (result == 0)
                take_answer(client, ret);
        else
                take_refusal(client, spec, ret);
        return result;
}

const HttpTls *http_try_tls(const HttpClient *client)
{
        return &client->tls;
}

static int one_try(HttpClient *client, const HttpSpec *spec, Deadline deadline, HttpResponse *ret, Error *err)
{
        CURL *curl = NULL;

        http_response_clear(ret);
        if (http_try_begin(client, spec, deadline, ret, &curl, err) < 0)
                return -1;
        return http_try_end(client, spec, curl_easy_perform(curl), deadline, ret, err);
}

static int wait_for_next(const HttpClient *client, const HttpSpec *spec, int64_t ms, Deadline deadline,
                         const Error *why, Error *err)
{
        _cleanup_free_ char *text = text_format("%s; next try in %lld s", why->text, (long long)((ms + 999) / 1000));

        if (spec->on_wait)
                spec->on_wait(text, spec->userdata);
        return host_wait(client->host, ms, deadline, err);
}

/* After n tries that failed; silent: those of them in a row that got no answer. */
static bool is_worth_another(const HttpSpec *spec, const HttpResponse *last, const Error *why, int n, int silent)
{
        return why->kind == ERROR_NETWORK && n < spec->tries && !(spec->stall_s && last->stalled) &&
               (!spec->metadata || silent < METADATA_SILENT_TRIES);
}

static int try_until(HttpClient *client, const HttpSpec *spec, Deadline deadline, HttpResponse *ret, Error *err)
{
        int n, silent = 0;

        for (n = 0;; n++) {
                Error why = { 0 };
                int64_t ms;

                if (one_try(client, spec, deadline, ret, &why) == 0)
                        return 0;
                ms = http_pause_ms(&client->answer, n);
                silent = ret->status ? 0 : silent + 1;
                /* what went wrong tells more than that the time is over */
                if (!is_worth_another(spec, ret, &why, n + 1, silent) || ms >= deadline_left_ms(deadline))
                        return error_set(err, why.kind, "%s", why.text);
                if (wait_for_next(client, spec, ms, deadline, &why, err) < 0)
                        return -1;
        }
}

int http_client_get(HttpClient *client, const HttpSpec *spec, HttpResponse *ret, Error *err)
{
        int result;

        *ret = (HttpResponse){ 0 };
        if (check_spec(client, spec, err) < 0)
                return -1;
        client->headers = http_request_headers_make(&client->request, spec);
        result = try_until(client, spec, spec->deadline ? spec->deadline : DEADLINE_NEVER, ret, err);
        curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, NULL);
        http_request_headers_clear(&client->request);
        secret_clear(&client->secret);
        return result;
}
