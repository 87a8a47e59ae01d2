/*
 * http: GET into memory, over libcurl.
 *
 * https only, but for the metadata service. TLS 1.2 or later, certificates always verified against the machine's bundle
 * and Host.ca_file, redirects followed to https only, at most 5. Bounded memory, a deadline, a stall limit; a transfer
 * ends within a second of being asked to stop.
 * The proxy is taken from spec->proxy only: the environment is not read. Its name and the package server's are resolved
 * apart: with a proxy the server's is the proxy's business.
 */
#pragma once

#include <stdint.h>

#include "platform/base/secret.h"
#include "platform/host.h"

#define HTTP_REFUSAL_MAX 4096
#define HTTP_CLOCK_SKEW_MAX_S 300 /* more is told */

typedef struct HttpSpec {
        const char *url;
        const char *proxy;    /* http://host:port; NULL: none */
        const char *no_proxy; /* hosts and domains that are reached without it, comma separated; NULL: none */
        bool metadata; /* the machine's own metadata service: the URL begins with http://, the header "Metadata: true"
                          is sent, no proxy is used, no redirect followed; 404 and 410 are tried again too, silence
                          twice at most */
        const char *accept; /* media type; NULL: any */
        const Secret
                *authorization; /* the header's value, such as "Bearer TOKEN"; no redirect is followed then; NULL */
        bool secret;            /* what comes is one: it goes into HttpResponse.secret, of max_bytes in memory */
        bool keep_refusal;      /* fill HttpResponse.refusal */
        size_t max_bytes;
        Deadline deadline; /* of this call with all its tries; 0: DEADLINE_NEVER */
        long stall_s; /* so long without progress (or connecting for 15 s) ends the call, whatever tries are left: there
                         are others to ask; 0: 30 s end a try */
        int tries; /* at most; 0: 1. Waits grow 1, 2, 4 ... s with jitter; Retry-After is honoured within the deadline
                    */
        void (*on_wait)(const char *text, void *userdata); /* before each wait: why and how long; may be NULL */
        /* While a body of known length comes with a status of 200, at most four times a second; may be NULL. */
        void (*on_bytes)(int64_t done, int64_t total, void *userdata);
        void *userdata;
} HttpSpec;

typedef enum HttpStage {
        HTTP_STAGE_NONE,
        HTTP_STAGE_DNS,
        HTTP_STAGE_CONNECT, /* TCP, or the tunnel through a proxy */
        HTTP_STAGE_TLS,
        HTTP_STAGE_STATUS,
        HTTP_STAGE_TRANSFER
} HttpStage;

typedef struct HttpResponse {
        char *body; /* terminated; never NULL on success (but for HttpSpec.secret), always NULL on failure */
        size_t length;
        Secret secret;        /* in place of body and length when that was asked */
        char *refusal;        /* on failure with a status, when asked: the first HTTP_REFUSAL_MAX bytes of the body */
        char *challenge;      /* on failure: the first WWW-Authenticate, bounded; or NULL */
        long status;          /* 0: none came */
        int64_t clock_skew_s; /* our clock minus the server's (Date and Age); valid when has_date */
        bool has_date;
        int64_t starts_in_s; /* ERROR_TRUST: the certificate presented is not valid before so long; 0: that is not it */
        int64_t asked_ms; /* on failure: for how long the server asks to be left alone (Retry-After); 0: it does not */
        HttpStage failed_at; /* on failure: how far it came */
        bool stalled;        /* on failure: silence, or slowness, ended it */
        bool proxy_failed;   /* on failure: the proxy refused, or could not be reached itself */
} HttpResponse;

void http_response_clear(HttpResponse *response);

/*
 * For several gets in a row: connections stay open, the bundle is read once (65 ms). Opaque; host is borrowed.
 * Never NULL. Not for use in two threads.
 */
typedef struct HttpClient HttpClient;

HttpClient *http_client_new(const Host *host);
void http_client_free(HttpClient *client);
DEFINE_CLEANUP(HttpClient *, http_client_free)

/*
 * 0 only for a status of 200. ERROR_NETWORK: DNS, TCP, stall, a TLS handshake that breaks off, 408, 429, 5xx (tried
 * again while there are tries and time); ERROR_TRUST: the certificate (names the issuer CN of the one presented);
 * ERROR_INPUT: any other status (with the first line of the body, escaped), a redirect away from https, or more
 * than max_bytes, and any request for an image (host_may_ask()); ERROR_MISSING: the machine has no CA bundle, or no
 * libcurl; ERROR_TIMEOUT, ERROR_STOPPED. The text names the host and the path, never the query of the URL. When the
 * clocks differ by more than 5 minutes it says so. On failure *ret is filled too, but for the body. What libcurl held
 * is wiped as it is freed.
 */
int http_client_get(HttpClient *client, const HttpSpec *spec, HttpResponse *ret, Error *err) _must_check_;

/*
 * How a body begins, for people: the title of an HTML page (" an HTML page, \"TITLE\"": a captive portal, a login),
 * else its first line; escaped, at most 100 bytes of it; "" for a blank one. Caller frees.
 */
char *http_body_words(const char *body);
bool http_body_is_html(const char *body);
