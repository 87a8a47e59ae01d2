/*
 * http_try: one try of a transfer, before and after it is performed. Part of http: for those that perform several at
 * once.
 */
#pragma once

#include "platform/http.h"
#include "platform/http_tls.h"

/* Makes the client's handle ready for this one. spec is borrowed until http_try_end(). *ret_curl stays the client's. On
 * failure nothing is to be ended. */
int http_try_begin(HttpClient *client, const HttpSpec *spec, Deadline deadline, HttpResponse *ret, CURL **ret_curl,
                   Error *err) _must_check_;

/* What came of it: as http_client_get says. */
int http_try_end(HttpClient *client, const HttpSpec *spec, CURLcode code, Deadline deadline, HttpResponse *ret,
                 Error *err);

/* What the last try was shown; borrowed. */
const HttpTls *http_try_tls(const HttpClient *client);
