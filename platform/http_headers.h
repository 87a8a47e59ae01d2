/*
 * http_headers: what we say beside the URL, and what we read beside the body. Part of http.
 */
#pragma once

#include <curl/curl.h>

#include "platform/base/secret.h"
#include "platform/http.h"

#define HTTP_CHALLENGE_MAX 1024
#define HTTP_HEADERS_MAX (256 * 1024) /* bytes of them in one try, redirects and all */

typedef struct HttpRequestHeaders {
        struct curl_slist items[3];
        char *accept;
        Secret authorization; /* with its name in front */
} HttpRequestHeaders;

/* For one get; the list, NULL when empty, lasts until clear. */
struct curl_slist *http_request_headers_make(HttpRequestHeaders *headers, const HttpSpec *spec);
void http_request_headers_clear(HttpRequestHeaders *headers);

/* Keeps them from the proxy of a tunnel. ERROR_MISSING: this libcurl cannot, and one of them is a secret. */
int http_request_headers_hide(CURL *curl, const HttpSpec *spec, Error *err) _must_check_;

typedef struct HttpAnswerHeaders {
        int64_t date, received, retry_at;   /* Unix seconds, 0: not told */
        int64_t age_s;                      /* since a cache on the way was given the answer */
        int64_t retry_after_s;              /* -1: not told */
        char challenge[HTTP_CHALLENGE_MAX]; /* of the first WWW-Authenticate; "": none, or longer */
} HttpAnswerHeaders;

void http_answer_headers_reset(HttpAnswerHeaders *headers);

/* One line; that of a status begins a new answer, as after a redirect. */
void http_answer_headers_take(HttpAnswerHeaders *headers, const char *line, size_t length);
