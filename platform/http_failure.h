/*
 * http_failure: what a transfer that failed means, in words for the operator. Part of http.
 */
#pragma once

#include "platform/http.h"
#include "platform/http_tls.h"

/* All there is to know of one try when it is over. */
typedef struct HttpTry {
        const Host *host;
        const HttpSpec *spec;
        CURL *curl;
        const HttpTls *tls;
        CURLcode code;
        const char *words; /* curl's own, or "" */
        long status;
        const char *body; /* the beginning of it, for a status other than 200; or NULL */
        bool too_large, headers_too_large, out_of_time, stopped;
        bool has_date;
        int64_t clock_skew_s;
} HttpTry;

/* Fills *err and returns -1; 0 when the try succeeded. */
int http_failure(const HttpTry *try, HttpStage *ret_stage, Error *err);

/* Of a try that failed: at the proxy itself. */
bool http_proxy_failed(const HttpTry *try);

/* Host and port of a URL, escaped; without credentials. Caller frees. */
char *http_host(const char *url);
