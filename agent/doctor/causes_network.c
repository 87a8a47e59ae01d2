/*
 * What was met on the way to the package server and the sensor's cloud.
 */
#include "agent/doctor/diagnose.h"

#include <string.h>

#include "platform/base/span.h"
#include "platform/base/text.h"
#include "platform/http.h"

#define TOLD_MAX 3

typedef bool ReachTest(const ReachSign *sign);

static Finding unless_asked(const Signs *signs)
{
        if (signs->network.asked == TRI_YES)
                return FINDING_NO;
        return signs->network.asked == TRI_NOT_ASKED ? FINDING_NOT_ASKED : FINDING_UNSEEN;
}

/* The package server is of no interest beside a sensor, nor where the package comes from elsewhere. */
static size_t first(const Signs *signs)
{
        return signs_want_vendor_s_server(signs) ? 0 : 1;
}

static bool is_missing(const ReachSign *sign)
{
        return sign->reached == TRI_NO;
}

static bool is_intercepted(const ReachSign *sign)
{
        return sign->intercepted;
}

static bool is_kept_by_proxy(const ReachSign *sign)
{
        return is_missing(sign) && sign->proxy_failed;
}

static bool is_around(const ReachSign *sign)
{
        return is_missing(sign) && sign->around;
}

static bool is_needed(const ReachSign *sign)
{
        return is_missing(sign) && sign->needed;
}

/* The first of them with what was met, names of the others. */
static Finding tell(const Signs *signs, size_t from, ReachTest *test, CauseFound *found)
{
        const NetworkSigns *network = &signs->network;
        _cleanup_(text_clear) Text text = { 0 };
        size_t i, n = 0;

        for (i = from; i < network->n; i++) {
                const ReachSign *sign = &network->reach[i];

                if (!test(sign))
                        continue;
                if (n < TOLD_MAX)
                        text_append(&text, "%s%s (%s)%s%s%s%s", n ? "; " : "", sign->host, sign->what,
                                    *sign->stage ? ", " : "", sign->stage, *sign->said ? ": " : "", sign->said);
                else
                        text_append(&text, "%s%s", n == TOLD_MAX ? "; likewise " : ", ", sign->host);
                n++;
        }
        return n ? cause_found(found, "%s.", text.data) : unless_asked(signs);
}

Finding look_clock(const Signs *signs, CauseFound *found)
{
        const NetworkSigns *network = &signs->network;
        int64_t skew = network->clock_skew_s, off = skew < 0 ? -skew : skew;
        char span[SPAN_MAX];
        size_t i;

        for (i = 0; i < network->n; i++)
                if (network->reach[i].starts_in_s > 0)
                        return cause_reason(found, REASON_CLOCK_WRONG,
                                            "The certificate of %s is valid only %s from now: the clock is behind by "
                                            "that at least.",
                                            network->reach[i].host, span_exact(network->reach[i].starts_in_s, span));
        if (network->has_clock != TRI_YES || off <= HTTP_CLOCK_SKEW_MAX_S)
                return network->has_clock == TRI_YES ? FINDING_NO : unless_asked(signs);
        return cause_reason(found, REASON_CLOCK_WRONG, "It is %s %s the clock of %s.", span_exact(off, span),
                            skew > 0 ? "ahead of" : "behind", network->reach[0].host);
}

Finding look_interception(const Signs *signs, CauseFound *found)
{
        return tell(signs, 0, is_intercepted, found);
}

Finding look_own_proxy(const Signs *signs, CauseFound *found)
{
        size_t length;

        if (tell(signs, 1, is_around, found) != FINDING_YES)
                return unless_asked(signs);
        length = strlen(found->why);
        snprintf(found->why + length, sizeof(found->why) - length, " The machine's proxy is %s.", signs->network.proxy);
        return FINDING_YES;
}

Finding look_proxy(const Signs *signs, CauseFound *found)
{
        return tell(signs, first(signs), is_kept_by_proxy, found);
}

static bool is_told_already(const ReachSign *sign)
{
        return sign->intercepted || sign->proxy_failed || sign->around || sign->starts_in_s > 0;
}

Finding look_package_server(const Signs *signs, CauseFound *found)
{
        const ReachSign *server = &signs->network.reach[0];

        if (signs->network.n == 0 || !signs_want_vendor_s_server(signs) || !is_missing(server) ||
            is_told_already(server))
                return unless_asked(signs);
        return cause_reason(found, REASON_REPOSITORY_UNREACHABLE, "%s%s%s: %s.", server->host,
                            *server->stage ? ", " : "", server->stage, server->said);
}

static bool is_unexplained(const ReachSign *sign)
{
        return is_needed(sign) && !is_told_already(sign);
}

Finding look_endpoints(const Signs *signs, CauseFound *found)
{
        return tell(signs, 1, is_unexplained, found);
}

/* Of those that can be done without. */
static bool is_optional(const ReachSign *sign)
{
        return is_missing(sign) && !sign->needed;
}

Finding look_network(const Signs *signs, CauseFound *found)
{
        return tell(signs, 1, is_optional, found);
}
