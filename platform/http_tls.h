/*
 * http_tls: whom http trusts, and what it was shown. Part of http.
 */
#pragma once

#include <curl/curl.h>

#include "platform/crypto.h"
#include "platform/host.h"

typedef struct HttpTls {
        char *bundle;  /* the machine's, or ca_file alone where the machine has none */
        char *ca_file; /* Host.ca_file; or NULL */
        bool started;  /* a handshake, in the present try */
        bool bad_ca_file;
        /* The last certificate presented, by its signature on our trust: */
        bool presented;
        long verify_error; /* X509_V_OK: the chain is good; the name may still be wrong */
        CryptoCertificate certificate;
} HttpTls;

/* Finds the bundle. ERROR_MISSING when there is neither a bundle nor Host.ca_file. */
int http_tls_init(HttpTls *tls, const Host *host, Error *err) _must_check_;
void http_tls_clear(HttpTls *tls);

/* tls must outlive the connections of curl. */
CURLcode http_tls_apply(HttpTls *tls, CURL *curl);
