/*
 * http_probe: can these servers be reached? All are asked at the same time, a HEAD each; nothing is followed or read.
 *
 * Rules of http.h: https only, certificates verified, bounded, no proxy but the one that is named.
 */
#pragma once

#include "platform/crypto.h"
#include "platform/http.h"

#define HTTP_PROBES_MAX 16

typedef struct HttpProbe {
        const char *url;
        const char *proxy;    /* as in HttpSpec */
        const char *no_proxy; /* likewise */

        /* Filled: */
        bool reached;        /* by TLS with a trusted certificate, and it answered, whatever the status was */
        HttpStage failed_at; /* when not: as in HttpResponse, and the next two */
        bool proxy_failed;
        int64_t starts_in_s;
        Error err;                   /* when not: why, with the host's name */
        CryptoCertificate presented; /* by the server, or by who stands before it; sha256 "": none */
} HttpProbe;

/*
 * At most HTTP_PROBES_MAX. -1 when none could be asked: ERROR_STOPPED, ERROR_MISSING (no libcurl, no bundle of
 * certificates), ERROR_TIMEOUT (deadline is over). One that does not answer until the deadline fails alone.
 */
int http_probe_all(const Host *host, HttpProbe *probes, size_t n, Deadline deadline, Error *err) _must_check_;
