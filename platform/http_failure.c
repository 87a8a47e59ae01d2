/*
 * curl's codes are many and its texts change; what an operator can act upon is how far a transfer
 * came (name, connection, TLS, answer) and who stood in its way.
 */
#include "platform/http_failure.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/x509.h>

#include "platform/base/text.h"
#include "platform/http_headers.h"
#include "platform/proxy.h"
#include "platform/resolver.h"

#define BODY_WORDS_MAX 100
#define URL_WORDS_MAX 200

static const char *after_scheme(const char *url)
{
        const char *start = strstr(url, "://");

        return start ? start + 3 : url;
}

char *http_host(const char *url)
{
        const char *start = after_scheme(url), *at;
        size_t length = strcspn(start, "/?#");
        _cleanup_free_ char *authority = text_copy_n(start, length);

        at = strrchr(authority, '@');
        return text_escape(at ? at + 1 : authority, URL_WORDS_MAX);
}

static char *url_words(const char *url)
{
        _cleanup_free_ char *place = text_url_place(url);

        return text_escape(place, 2 * URL_WORDS_MAX);
}

static const char *effective_url(const HttpTry *try)
{
        const char *url = NULL;

        curl_easy_getinfo(try->curl, CURLINFO_EFFECTIVE_URL, &url);
        return text_is_empty(url) ? try->spec->url : url;
}

/* NULL: the server that failed was asked without one. */
static const char *proxy_of(const HttpTry *try)
{
        char server[PROXY_SERVER_MAX];

        if (text_is_empty(try->spec->proxy))
                return NULL;
        proxy_server_of(effective_url(try), server);
        return try->spec->no_proxy && proxy_is_excepted(server, try->spec->no_proxy) ? NULL : try->spec->proxy;
}

/* " through the proxy p:3128", or nothing. */
static char *proxy_words(const HttpTry *try)
{
        const char *proxy = proxy_of(try);
        _cleanup_free_ char *host = NULL;

        if (!proxy)
                return text_copy("");
        host = http_host(proxy);
        return text_format(" through the proxy %s", host);
}

/* Of a connection that did not come about the operating system's word says more than curl's; later it is of something
 * else. */
static const char *cause_words(const HttpTry *try)
{
        long number = 0;

        curl_easy_getinfo(try->curl, CURLINFO_OS_ERRNO, &number);
        if (number > 0 && try->code == CURLE_COULDNT_CONNECT)
                return strerror((int)number);
        return *try->words ? try->words : curl_easy_strerror(try->code);
}

static double seconds(const HttpTry *try, CURLINFO info)
{
        double value = 0;

        curl_easy_getinfo(try->curl, info, &value);
        return value;
}

/* Of a transfer that was cut off by time: what had been reached. */
static HttpStage stage_reached(const HttpTry *try)
{
        long connects = 0;

        curl_easy_getinfo(try->curl, CURLINFO_NUM_CONNECTS, &connects);
        if (try->status > 0)
                return HTTP_STAGE_TRANSFER;
        if ((connects == 0 && seconds(try, CURLINFO_PRETRANSFER_TIME) > 0) ||
            seconds(try, CURLINFO_APPCONNECT_TIME) > 0)
                return HTTP_STAGE_STATUS;
        /* curl's own time of the TCP connection is not there in all versions before the handshake is over */
        if (try->tls->started || seconds(try, CURLINFO_CONNECT_TIME) > 0)
                return HTTP_STAGE_TLS;
        return seconds(try, CURLINFO_NAMELOOKUP_TIME) > 0 ? HTTP_STAGE_CONNECT : HTTP_STAGE_DNS;
}

static int cut_off(const HttpTry *try, const char *host, HttpStage *ret_stage, Error *err)
{
        static const char *const doing[] = {
                [HTTP_STAGE_NONE] = "starting",
                [HTTP_STAGE_DNS] = "resolving the name",
                [HTTP_STAGE_CONNECT] = "connecting",
                [HTTP_STAGE_TLS] = "in the TLS handshake",
                [HTTP_STAGE_STATUS] = "waiting for the answer",
                [HTTP_STAGE_TRANSFER] = "in the transfer",
        };
        _cleanup_free_ char *proxy = proxy_words(try);

        *ret_stage = stage_reached(try);
        if (try->stopped)
                return error_set(err, ERROR_STOPPED, "asked to stop while %s with %s", doing[*ret_stage], host);
        if (try->out_of_time)
                return error_set(err, ERROR_TIMEOUT, "the time for it was over while %s with %s%s", doing[*ret_stage],
                                 host, proxy);
        return error_set(err, ERROR_NETWORK, "%s%s does not go on while %s: %s", host, proxy, doing[*ret_stage],
                         try->words);
}

/* Dates are the one fault of a certificate that our own clock may be to blame for. */
static char *dates_words(const HttpTls *tls)
{
        char from[TEXT_TIME_MAX], to[TEXT_TIME_MAX], now[TEXT_TIME_MAX];

        if (tls->verify_error != X509_V_ERR_CERT_HAS_EXPIRED && tls->verify_error != X509_V_ERR_CERT_NOT_YET_VALID)
                return text_copy("");
        return text_format(" (it is valid from %s to %s, the clock of this machine says %s)",
                           text_time(tls->certificate.not_before, from), text_time(tls->certificate.not_after, to),
                           text_time(time(NULL), now));
}

static int bad_tls(const HttpTry *try, const char *host, Error *err)
{
        const HttpTls *tls = try->tls;
        _cleanup_free_ char *dates = dates_words(tls), *proxy = proxy_words(try);

        if (tls->bad_ca_file)
                return error_set(err, ERROR_MISSING, "the CA file %s cannot be read or holds no certificate",
                                 tls->ca_file);
        if (try->code == CURLE_SSL_CACERT_BADFILE)
                return error_set(err, ERROR_MISSING, "the bundle of CA certificates %s cannot be read", tls->bundle);
        if (!tls->presented || (try->code == CURLE_SSL_CONNECT_ERROR && tls->verify_error == X509_V_OK))
                return error_set(err, ERROR_NETWORK, "the TLS handshake with %s%s broke off: %s", host, proxy,
                                 *try->words ? try->words : curl_easy_strerror(try->code));
        if (tls->verify_error != X509_V_OK)
                return error_set(err, ERROR_TRUST,
                                 "the certificate %s%s presents, issued by \"%s\", is not trusted: %s%s", host, proxy,
                                 tls->certificate.issuer_cn, X509_verify_cert_error_string(tls->verify_error), dates);
        return error_set(err, ERROR_TRUST,
                         "the certificate %s%s presents, for \"%s\" and issued by \"%s\", is of another name", host,
                         proxy, tls->certificate.subject_cn, tls->certificate.issuer_cn);
}

bool http_body_is_html(const char *body)
{
        return body[strspn(body, " \t\r\n")] == '<';
}

char *http_body_words(const char *body)
{
        const char *start = body + strspn(body, " \t\r\n"), *title;
        _cleanup_free_ char *line = NULL, *escaped = NULL;

        if (!*start)
                return text_copy("");
        title = *start == '<' ? strcasestr(start, "<title>") : NULL;
        if (*start == '<' && !title)
                return text_copy("an HTML page");
        if (title)
                start = title + strlen("<title>") + strspn(title + strlen("<title>"), " \t\r\n");
        line = text_trim(text_copy_n(start, strcspn(start, title ? "<\r\n" : "\r\n")));
        escaped = text_shown(line, BODY_WORDS_MAX);
        return text_format(title ? "an HTML page, \"%s\"" : "%s", escaped);
}

/* ", a redirect to HOST", or nothing. */
static char *redirect_words(const HttpTry *try)
{
        const char *url = NULL;
        _cleanup_free_ char *host = NULL;

        curl_easy_getinfo(try->curl, CURLINFO_REDIRECT_URL, &url);
        if (text_is_empty(url))
                return text_copy("");
        host = http_host(url);
        return text_format(", a redirect to %s", host);
}

static bool is_passing(const HttpTry *try)
{
        bool moving = try->status == 404 || try->status == 410; /* the metadata service while it is updated */

        return try->status == 408 || try->status == 429 || try->status >= 500 || (try->spec->metadata && moving);
}

static int bad_status(const HttpTry *try, Error *err)
{
        _cleanup_free_ char *url = url_words(effective_url(try)), *redirect = redirect_words(try);
        _cleanup_free_ char *body = http_body_words(try->body ? try->body : "");

        return error_set(err, is_passing(try) ? ERROR_NETWORK : ERROR_INPUT, "%s answered %ld%s%s%s", url, try->status,
                         redirect, *body ? ": " : "", body);
}

/* The proxy's answer to CONNECT; 0: it let us through, or there is none. */
static long tunnel_refusal(const HttpTry *try)
{
        long status = 0;

        curl_easy_getinfo(try->curl, CURLINFO_HTTP_CONNECTCODE, &status);
        return status / 100 == 2 ? 0 : status;
}

static int bad_tunnel(const HttpTry *try, const char *host, Error *err)
{
        long status = tunnel_refusal(try);
        _cleanup_free_ char *proxy = http_host(try->spec->proxy);

        return error_set(err, status >= 500 || status == 429 ? ERROR_NETWORK : ERROR_INPUT,
                         "the proxy %s answered %ld when asked for %s%s", proxy, status, host,
                         status == 407 ? ": it wants credentials" : "");
}

/* A libcurl with c-ares may blame the host for the proxy's name. */
static bool proxy_unresolved(const HttpTry *try)
{
        long used = 0;

#if LIBCURL_VERSION_NUM >= 0x080700
        if (try->code == CURLE_COULDNT_RESOLVE_HOST)
                curl_easy_getinfo(try->curl, CURLINFO_USED_PROXY, &used);
#endif
        return try->code == CURLE_COULDNT_RESOLVE_PROXY || used != 0;
}

bool http_proxy_failed(const HttpTry *try)
{
        if (!proxy_of(try))
                return false;
        return tunnel_refusal(try) || proxy_unresolved(try) || (try->code == CURLE_COULDNT_CONNECT && try->status == 0);
}

static int unresolved(const HttpTry *try, const char *host, Error *err)
{
        bool proxy = proxy_unresolved(try) && proxy_of(try);
        _cleanup_free_ char *name = proxy ? http_host(try->spec->proxy) : text_copy(host);
        _cleanup_free_ char *asked = resolver_words(try->host);

        return error_set(err, ERROR_NETWORK, "the name of %s%s cannot be resolved (DNS servers asked: %s)",
                         proxy ? "the proxy " : "", name, asked);
}

static int bad_protocol(const HttpTry *try, const char *host, HttpStage *ret_stage, Error *err)
{
        *ret_stage = try->status ? HTTP_STAGE_STATUS : HTTP_STAGE_NONE;
        if (try->status)
                return error_set(err, ERROR_INPUT, "%s answered %ld, a redirect away from https", host, try->status);
        return error_set(err, ERROR_INPUT, "the URL for %s is not https", host);
}

static int failure_of_code(const HttpTry *try, const char *host, HttpStage *ret_stage, Error *err)
{
        _cleanup_free_ char *proxy = proxy_words(try);

        switch ((int)try->code) {
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_URL_MALFORMAT:
                return bad_protocol(try, host, ret_stage, err);
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
                *ret_stage = HTTP_STAGE_DNS;
                return unresolved(try, host, err);
        case CURLE_COULDNT_CONNECT:
                *ret_stage = HTTP_STAGE_CONNECT;
                return error_set(err, ERROR_NETWORK, "cannot connect to %s%s: %s", host, proxy, cause_words(try));
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
#if LIBCURL_VERSION_NUM < 0x073e00
        case CURLE_SSL_CACERT: /* one with CURLE_PEER_FAILED_VERIFICATION since then */
#endif
                *ret_stage = HTTP_STAGE_TLS;
                return bad_tls(try, host, err);
        case CURLE_TOO_MANY_REDIRECTS:
                *ret_stage = HTTP_STAGE_STATUS;
                return error_set(err, ERROR_INPUT, "%s redirects without end", host);
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_ABORTED_BY_CALLBACK:
                return cut_off(try, host, ret_stage, err);
        default:
                *ret_stage = HTTP_STAGE_TRANSFER;
                return error_set(err, ERROR_NETWORK, "the transfer from %s%s broke off: %s", host, proxy,
                                 cause_words(try));
        }
}

static int failure(const HttpTry *try, HttpStage *ret_stage, Error *err)
{
        _cleanup_free_ char *host = http_host(effective_url(try));

        if (tunnel_refusal(try)) {
                *ret_stage = HTTP_STAGE_CONNECT;
                return bad_tunnel(try, host, err);
        }
        if (try->headers_too_large) {
                *ret_stage = HTTP_STAGE_STATUS;
                return error_set(err, ERROR_INPUT,
                                 "what %s answers cannot be right: its headers are longer than %d bytes", host,
                                 HTTP_HEADERS_MAX);
        }
        if (try->too_large) {
                *ret_stage = HTTP_STAGE_TRANSFER;
                return error_set(err, ERROR_INPUT, "%s sends more than %zu bytes", host, try->spec->max_bytes);
        }
        /* the body of a refusal is read in part only: that makes a code too */
        if (try->code == CURLE_OK || (try->code == CURLE_WRITE_ERROR && try->status != 200)) {
                *ret_stage = HTTP_STAGE_STATUS;
                return bad_status(try, err);
        }
        return failure_of_code(try, host, ret_stage, err);
}

int http_failure(const HttpTry *try, HttpStage *ret_stage, Error *err)
{
        Error found = { 0 };
        int64_t skew = try->clock_skew_s;

        if (try->code == CURLE_OK && try->status == 200)
                return 0;
        failure(try, ret_stage, &found);
        if (try->has_date && (skew > HTTP_CLOCK_SKEW_MAX_S || skew < -HTTP_CLOCK_SKEW_MAX_S))
                return error_set(err, found.kind, "%s (the clock of this machine is %lld s %s)", found.text,
                                 (long long)(skew < 0 ? -skew : skew), skew < 0 ? "behind" : "ahead");
        return error_set(err, found.kind, "%s", found.text);
}
