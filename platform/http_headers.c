#include "platform/http_headers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "platform/base/text.h"

static void make_authorization(HttpRequestHeaders *headers, const Secret *value)
{
        static const char name[] = "Authorization: ";

        secret_allocate(&headers->authorization, strlen(name) + value->length);
        memcpy(headers->authorization.data, name, strlen(name));
        memcpy(headers->authorization.data + strlen(name), value->data, value->length);
}

struct curl_slist *http_request_headers_make(HttpRequestHeaders *headers, const HttpSpec *spec)
{
        struct curl_slist *next = NULL;
        size_t n = 0;

        http_request_headers_clear(headers);
        if (spec->metadata) {
                headers->items[n] = (struct curl_slist){ (char *)"Metadata: true", next };
                next = &headers->items[n++];
        }
        if (spec->accept) {
                headers->accept = text_format("Accept: %s", spec->accept);
                headers->items[n] = (struct curl_slist){ headers->accept, next };
                next = &headers->items[n++];
        }
        if (spec->authorization) {
                make_authorization(headers, spec->authorization);
                headers->items[n] = (struct curl_slist){ (char *)headers->authorization.data, next };
                next = &headers->items[n++];
        }
        return next;
}

void http_request_headers_clear(HttpRequestHeaders *headers)
{
        free(headers->accept);
        secret_clear(&headers->authorization);
        *headers = (HttpRequestHeaders){ 0 };
}

/* libcurl before 7.42.1 shows them to a proxy, unless told. */
int http_request_headers_hide(CURL *curl, const HttpSpec *spec, Error *err)
{
        if (curl_easy_setopt(curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE) == CURLE_OK || !spec->authorization ||
            text_is_empty(spec->proxy))
                return 0;
        return error_set(err, ERROR_MISSING,
                         "libcurl is older than 7.37 and would show the proxy what authorizes the request");
}

void http_answer_headers_reset(HttpAnswerHeaders *headers)
{
        *headers = (HttpAnswerHeaders){ .retry_after_s = -1 };
}

/* The value when the header has this name, terminated in buffer. */
static bool header_is(const char *line, size_t length, const char *name, char *buffer, size_t size)
{
        size_t n = strlen(name);

        if (length <= n || line[n] != ':' || strncasecmp(line, name, n) != 0 || length - n > size)
                return false;
        memcpy(buffer, line + n + 1, length - n - 1);
        buffer[length - n - 1] = '\0';
        text_trim(buffer);
        return true;
}

static void take_retry_after(HttpAnswerHeaders *headers, const char *value)
{
        int64_t seconds;

        if (text_to_int64(value, 0, INT32_MAX, &seconds))
                headers->retry_after_s = seconds;
        else
                headers->retry_at = curl_getdate(value, NULL);
}

void http_answer_headers_take(HttpAnswerHeaders *headers, const char *line, size_t length)
{
        char value[HTTP_CHALLENGE_MAX];

        if (length >= 5 && memcmp(line, "HTTP/", 5) == 0)
                http_answer_headers_reset(headers);
        else if (header_is(line, length, "Age", value, 64)) {
                if (!text_to_int64(value, 0, INT32_MAX, &headers->age_s))
                        headers->age_s = 0;
        } else if (header_is(line, length, "Date", value, 64)) {
                headers->date = curl_getdate(value, NULL);
                headers->received = time(NULL);
        } else if (header_is(line, length, "Retry-After", value, 64))
                take_retry_after(headers, value);
        else if (!*headers->challenge && header_is(line, length, "WWW-Authenticate", value, sizeof(value)))
                snprintf(headers->challenge, sizeof(headers->challenge), "%s", value);
}
