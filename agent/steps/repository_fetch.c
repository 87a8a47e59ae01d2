#include "agent/steps/repository_fetch.h"

#include <stdio.h>
#include <string.h>

#include "agent/situation.h"
#include "agent/steps.h"
#include "platform/base/span.h"
#include "platform/base/text.h"

#define LIST_MAX 65536
#define TRIES 60

static void on_http_wait(const char *text, void *userdata)
{
        mission_say(userdata, "%s", text);
}

/* What is signed still has to be valid by our clock; until then it is worth telling only. */
static void look_at_clock(Mission *mission, const HttpResponse *response)
{
        int64_t skew = response->has_date ? response->clock_skew_s : 0;
        char span[SPAN_MAX];

        mission->clock_told = response->has_date;
        mission->clock_skew_s = skew;
        if (skew > HTTP_CLOCK_SKEW_MAX_S || skew < -HTTP_CLOCK_SKEW_MAX_S)
                outcome_row(mission->outcome, "clock", ROW_WARNING,
                            "The clock of this machine is %s %s the package repository's. Set it (chronyc makestep, "
                            "or timedatectl set-ntp true): the sensor's licence and connections depend on it.",
                            span_exact(skew < 0 ? -skew : skew, span), skew < 0 ? "behind" : "ahead of");
}

int repository_fetch(Mission *mission, HttpClient *http, const char *path, size_t max, HttpResponse *response,
                     Failure *failure)
{
        _cleanup_free_ char *url = text_format("%s/%s", mission_packages_url(mission), path);
        HttpSpec spec = { .url = url,
                          .proxy = mission->proxy.url,
                          .no_proxy = mission->proxy.exceptions,
                          .max_bytes = max,
                          .deadline = mission->deadline,
                          .tries = TRIES,
                          .on_wait = on_http_wait,
                          .userdata = mission };
        Error err = { 0 };

        if (http_client_get(http, &spec, response, &err) == 0) {
                look_at_clock(mission, response);
                return 0;
        }
        if (response->starts_in_s > 0)
                return steps_fail_clock(failure, response->starts_in_s, err.text);
        if (response->proxy_failed && err.kind != ERROR_STOPPED)
                return failure_from(failure, REASON_PROXY, &err);
        if (err.kind == ERROR_INPUT)
                return failure_from(failure, REASON_REPOSITORY_NOT_OURS, &err);
        if (err.kind == ERROR_MISSING)
                return failure_from(failure, REASON_TLS_MISSING, &err);
        if (err.kind == ERROR_TRUST)
                return failure_from(failure, REASON_REPOSITORY_CERTIFICATE, &err);
        return steps_fail(failure, REASON_REPOSITORY_UNREACHABLE, &err);
}

/* A mirror's lists are often copies, and name the vendor's address: then the same place on the mirror is meant. */
static int parse_source(const Mission *mission, const HttpResponse *response, PackageSource *source, Error *err)
{
        const SourceFormat *format = mission->manager->sources;
        const char *url = mission_packages_url(mission);
        PackageSource vendors = { 0 };

        if (format->parse(response->body, response->length, url, source, err) == 0)
                return 0;
        if (text_equal(url, HOST_PACKAGES_URL) ||
            format->parse(response->body, response->length, HOST_PACKAGES_URL, &vendors, NULL) < 0)
                return -1;
        *source = vendors;
        if ((size_t)snprintf(source->uri, sizeof(source->uri), "%s%s", url, vendors.uri + strlen(HOST_PACKAGES_URL)) >=
            sizeof(source->uri))
                return error_set(err, ERROR_INPUT, "the address on the mirror is too long");
        return 0;
}

int repository_fetch_source(Mission *mission, HttpClient *http, PackageSource *source, Failure *failure)
{
        const char *channel = mission->request->channel ? mission->request->channel : "prod";
        const DistroSupport *support = situation_support(mission->request, &mission->facts);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        _cleanup_free_ char *path = NULL;
        Error err = { 0 };

        if (!support)
                return failure_set(failure, REASON_DISTRIBUTION_UNSUPPORTED,
                                   "Which distribution this is could not be learnt: /etc/os-release cannot be read.");
        path = text_format("config/%s/%s.%s", support->path, channel, mission->manager->sources->extension);
        if (repository_fetch(mission, http, path, LIST_MAX, &response, failure) < 0)
                return -1;
        if (parse_source(mission, &response, source, &err) < 0) {
                error_prefix(&err, "%s/%s", mission_packages_url(mission), path);
                return failure_from(failure, REASON_REPOSITORY_NOT_OURS, &err);
        }
        return 0;
}
