/*
 * http_memory: what libcurl frees is wiped: its buffers hold the secrets that are sent and received. Part of http.
 */
#pragma once

#include <curl/curl.h>

/* In place of curl_global_init(); as often, and undone by curl_global_cleanup(). */
CURLcode http_memory_init(void);
