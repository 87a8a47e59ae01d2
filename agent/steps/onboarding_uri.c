#include "agent/steps/onboarding_uri.h"

#include "agent/onboarding/onboarding_content.h"
#include "agent/steps.h"
#include "platform/base/text.h"
#include "platform/http.h"

#define TRIES 3
#define STALL_S 15 /* a package is small: a server, or who inspects on the way, has begun with it by then */
#define WORDS_MAX 160

char *onboarding_uri_words(const char *uri)
{
        _cleanup_free_ char *place = text_url_place(uri);

        return text_escape(place, WORDS_MAX);
}

static void on_http_wait(const char *text, void *userdata)
{
        mission_say(userdata, "%s", text);
}

static void on_http_bytes(int64_t done, int64_t total, void *userdata)
{
        mission_far(userdata, done, total);
}

/* Somebody took the connection. */
static bool went_silent(const HttpResponse *response)
{
        return response->stalled && response->failed_at >= HTTP_STAGE_TLS;
}

static ReasonId reason_of(const HttpResponse *response, const Error *err)
{
        if (went_silent(response))
                return REASON_ONBOARDING_STALLED;
        return err->kind == ERROR_INPUT ? REASON_ONBOARDING_SOURCE : REASON_ONBOARDING_UNREACHABLE;
}

static int fail(const HttpResponse *response, const Error *err, bool *ret_passing, Failure *failure)
{
        *ret_passing = err->kind == ERROR_NETWORK || err->kind == ERROR_TIMEOUT;
        if (response->starts_in_s > 0)
                return steps_fail_clock(failure, response->starts_in_s, err->text);
        if (err->kind == ERROR_STOPPED)
                return failure_from(failure, REASON_STOPPED, err);
        if (err->kind == ERROR_MISSING)
                return failure_from(failure, REASON_TLS_MISSING, err);
        if (err->kind == ERROR_TRUST)
                return failure_from(failure, REASON_ONBOARDING_CERTIFICATE, err);
        if (response->proxy_failed)
                return failure_from(failure, REASON_PROXY, err);
        return failure_from(failure, reason_of(response, err), err);
}

/* An altered package would be found out by its signature; a checksum tells of another package of the same tenant. */
static int check_sha256(const RequestSources *sources, const Secret *bytes, Failure *failure)
{
        char found[CRYPTO_SHA256_HEX];

        if (!sources->sha256)
                return 0;
        crypto_sha256_hex(bytes->data, bytes->length, found);
        if (text_equal_nocase(found, sources->sha256))
                return 0;
        return failure_set(failure, REASON_ONBOARDING_SOURCE,
                           "its %zu bytes have the SHA-256 %s, onboardingPackageSha256 is %s", bytes->length, found,
                           sources->sha256);
}

/* What is wrong with it is told in the words for packages; where it came from, by the caller. */
static int read_package(const Mission *mission, const Secret *bytes, OnboardingPackage *ret, Failure *failure)
{
        const Request *request = mission->request;

        if (check_sha256(&request->sources, bytes, failure) < 0)
                return -1;
        return onboarding_content_read(mission->host, bytes->data, bytes->length, request->verify_strict, ret, failure);
}

int onboarding_uri_get(Mission *mission, Deadline deadline, OnboardingPackage *ret, bool *ret_passing, Failure *failure)
{
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(mission->host);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        ProxyUse use;
        HttpSpec spec = { .url = mission->request->sources.uri,
                          .no_proxy = use.exceptions,
                          .secret = true,
                          .max_bytes = ONBOARDING_CONTENT_MAX,
                          .deadline = deadline,
                          .stall_s = STALL_S,
                          .tries = TRIES,
                          .on_wait = on_http_wait,
                          .on_bytes = on_http_bytes,
                          .userdata = mission };
        Error err = { 0 };

        *ret_passing = false;
        proxy_use_for(mission->request, &mission->facts, spec.url, &use);
        spec.proxy = use.url;
        if (http_client_get(http, &spec, &response, &err) < 0) {
                fail(&response, &err, ret_passing, failure);
                failure->asked_ms = response.asked_ms;
                proxy_use_tell(&use, &mission->facts, failure);
                return -1;
        }
        return read_package(mission, &response.secret, ret, failure);
}
