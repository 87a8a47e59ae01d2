/*
 * A sensor that cannot reach its cloud is installed, licensed, and says nothing: that is found here, while nothing has
 * changed. All hosts are asked at once, the way the sensor will go: by its own proxy, else by none. Where none leads to
 * them, it is looked whether the machine's proxy does, which the sensor is not told of.
 */
#include "agent/steps.h"

#include <string.h>

#include "agent/onboarding/preflight.h"
#include "platform/base/log.h"
#include "platform/base/pause.h"
#include "platform/base/text.h"

#define ASK_MS 10000
#define FIRST_PAUSE_MS 2000
#define LONGEST_PAUSE_MS (4 * 60 * 1000)
#define SAID_MAX 3 /* different troubles; the rest are counted */

static Deadline ask_until(const Mission *mission)
{
        Deadline soon = deadline_in(ASK_MS);

        return mission->request->require_connectivity && mission->deadline < soon ? mission->deadline : soon;
}

static bool is_alike(const HttpProbe *a, const HttpProbe *b)
{
        return a->err.kind == b->err.kind && a->failed_at == b->failed_at && a->proxy_failed == b->proxy_failed &&
               text_equal(a->presented.issuer_cn, b->presented.issuer_cn);
}

static bool is_first_of_its_kind(const Preflight *preflight, size_t at)
{
        size_t i;

        for (i = 0; i < at; i++)
                if (!preflight->probes[i].reached && is_alike(&preflight->probes[i], &preflight->probes[at]))
                        return false;
        return true;
}

static void tell_trouble(const Preflight *preflight, size_t at, Text *text)
{
        const HttpProbe *probe = &preflight->probes[at];
        const char *separator = "; likewise ";
        size_t i;

        text_append(text, "%s (%s): %s", preflight->endpoints.items[at].host, preflight->endpoints.items[at].what,
                    probe->err.text);
        for (i = at + 1; i < preflight->endpoints.n; i++)
                if (!preflight->probes[i].reached && is_alike(probe, &preflight->probes[i])) {
                        text_append(text, "%s%s", separator, preflight->endpoints.items[i].host);
                        separator = ", ";
                }
        text_append(text, "%s", preflight_meaning(probe));
}

static void tell_around(const Preflight *preflight, const Proxy *machine, size_t missing, Text *text)
{
        size_t n = preflight_count_around(preflight);

        if (n == 0)
                return;
        if (n == missing)
                text_append(text, ". %s", n == 1 ? "It is" : "They are");
        else
                text_append(text, ". %zu of them %s", n, n == 1 ? "is" : "are");
        text_append(text,
                    " reached only through the proxy %s (named in %s), which the sensor is not told of: add the "
                    "setting \"proxy\": \"%s\". Without it",
                    machine->machine_url, machine->machine_source, machine->machine_url);
}

/* Caller frees. */
static char *tell_missing(const Preflight *preflight, const Mission *mission)
{
        Text text = { 0 };
        size_t i, said = 0, n = preflight_count_missing(preflight, false);

        text_append(&text, "%zu of the sensor's %zu endpoints %s not reached", n, preflight->endpoints.n,
                    n == 1 ? "was" : "were");
        tell_around(preflight, &mission->facts.proxy, n, &text);
        for (i = 0; i < preflight->endpoints.n && said < SAID_MAX; i++)
                if (!preflight->probes[i].reached && is_first_of_its_kind(preflight, i)) {
                        text_append(&text, "%s", said++ == 0 ? ": " : "; ");
                        tell_trouble(preflight, i, &text);
                }
        text_append(&text, ".");
        return text_take(&text);
}

/* Its authority is among those that this machine trusts: an inference, so that it refuses nothing. */
static bool tell_inspected(const Preflight *preflight, Mission *mission)
{
        size_t i;

        for (i = 0; i < preflight->endpoints.n; i++) {
                const Endpoint *endpoint = &preflight->endpoints.items[i];
                const char *issuer = preflight->probes[i].presented.issuer_cn;

                if (endpoint_knows_issuer(endpoint, issuer))
                        continue;
                outcome_row(
                        mission->outcome, "connectivity", ROW_WARNING,
                        "all %zu endpoints of the sensor were reached, but the certificate that %s (%s) presents is "
                        "issued by \"%s\", not by an authority of the vendor's: somebody on the way seems to open "
                        "the connection. The sensor refuses that: exempt these hosts from inspection.",
                        preflight->endpoints.n, endpoint->host, endpoint->what, issuer);
                return true;
        }
        return false;
}

static void tell_reached(const Preflight *preflight, Mission *mission)
{
        const OnboardingPackage *package = mission->request->onboarding;

        if (tell_inspected(preflight, mission))
                return;
        outcome_row(mission->outcome, "connectivity", ROW_SUCCESS,
                    "all %zu endpoints of the sensor (geography %s%s) were reached%s%s%s%s", preflight->endpoints.n,
                    *package->geo ? package->geo : "not told", package->streamlined ? ", streamlined" : "",
                    *preflight->proxy ? " through the proxy " : " directly", preflight->proxy,
                    *preflight->proxy ? " of " : "", *preflight->proxy ? preflight->source : "");
}

/* 0: told as a warning, the run goes on; -1: strict. */
static int conclude(const Preflight *preflight, Mission *mission, Failure *failure)
{
        _cleanup_free_ char *text = tell_missing(preflight, mission);
        int64_t behind_s = 0;
        size_t i;

        for (i = 0; i < preflight->endpoints.n; i++)
                if (preflight->endpoints.items[i].needed && preflight->probes[i].starts_in_s > behind_s)
                        behind_s = preflight->probes[i].starts_in_s;
        if (!mission->request->require_connectivity || preflight_count_missing(preflight, true) == 0) {
                log_warning("connectivity: %s", text);
                outcome_row(mission->outcome, "connectivity", ROW_WARNING,
                            "%s %s what the sensor finds is not reported until then.", text,
                            preflight_count_around(preflight) > 0 ? "Without the setting, or a way to them on port 443,"
                                                                  : "Let this machine reach them on port 443:");
                return 0;
        }
        if (behind_s > 0)
                return steps_fail_clock(failure, behind_s, text);
        failure_set(failure, REASON_CONNECTIVITY, "%s", text);
        failure->way_told = true; /* it is not that of the package server */
        return -1;
}

/* Whom time does not help: an inspected connection, a proxy that says no, one that the sensor does not know of. */
static bool may_pass(const Preflight *preflight)
{
        size_t i;

        if (preflight_count_around(preflight) == preflight->endpoints.n)
                return false;
        for (i = 0; i < preflight->endpoints.n; i++) {
                const HttpProbe *probe = &preflight->probes[i];

                if (preflight->endpoints.items[i].needed && !probe->reached && probe->err.kind != ERROR_NETWORK &&
                    probe->err.kind != ERROR_TIMEOUT)
                        return false;
        }
        return true;
}

/* 1: ask again; 0: the time is over; -1: stopped. */
static int wait_to_ask(Mission *mission, const Preflight *preflight, Pause *pause, Failure *failure)
{
        int64_t pause_ms = pause_within_ms(pause_take_ms(pause), deadline_left_ms(mission->deadline));
        _cleanup_free_ char *text = tell_missing(preflight, mission);
        Error err = { 0 };

        if (pause_ms == 0)
                return 0;
        mission_say(mission, "%s Next try in %lld s", text, (long long)pause_ms / 1000);
        if (host_wait(mission->host, pause_ms, mission->deadline, &err) == 0)
                return 1;
        return err.kind == ERROR_STOPPED ? failure_from(failure, REASON_STOPPED, &err) : 0;
}

/* No libcurl, no bundle: the repository step says so too, when it has to fetch something. */
static int fail_asking(Mission *mission, const Error *err, Failure *failure)
{
        if (err->kind == ERROR_STOPPED)
                return failure_from(failure, REASON_STOPPED, err);
        if (mission->request->require_connectivity)
                return failure_from(failure, err->kind == ERROR_MISSING ? REASON_TLS_MISSING : REASON_CONNECTIVITY,
                                    err);
        outcome_row(mission->outcome, "connectivity", ROW_WARNING, "the sensor's endpoints could not be asked: %s",
                    err->text);
        return 0;
}

int step_connectivity(Mission *mission, Failure *failure)
{
        _cleanup_(preflight_clear) Preflight preflight = { 0 };
        Pause pause = { .next_ms = FIRST_PAUSE_MS, .longest_ms = LONGEST_PAUSE_MS };
        Error err = { 0 };

        preflight_prepare(&preflight, mission->request, &mission->facts);
        mission_say(mission, "asking the sensor's %zu endpoints", preflight.endpoints.n);
        for (;;) {
                int again;

                if (preflight_ask(&preflight, mission->host, ask_until(mission), &err) < 0)
                        return fail_asking(mission, &err, failure);
                if (preflight_count_missing(&preflight, false) == 0) {
                        tell_reached(&preflight, mission);
                        return 0;
                }
                if (preflight_ask_around(&preflight, mission->host, &mission->facts.proxy, ask_until(mission), &err) <
                    0)
                        return fail_asking(mission, &err, failure);
                if (!mission->request->require_connectivity || preflight_count_missing(&preflight, true) == 0 ||
                    !may_pass(&preflight))
                        return conclude(&preflight, mission, failure);
                again = wait_to_ask(mission, &preflight, &pause, failure);
                if (again <= 0)
                        return again < 0 ? -1 : conclude(&preflight, mission, failure);
        }
}
