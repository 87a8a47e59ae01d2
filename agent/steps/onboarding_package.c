/*
 * One source after the other, until one gives a package that can be used; then again, at growing distance, while one of
 * them failed for what time can mend. Beside a sensor that may stay as it is nothing is waited for: the package would
 * only be compared with it.
 */
#include "agent/steps.h"

#include <stdio.h>
#include <string.h>

#include "agent/history.h"
#include "agent/situation.h"
#include "agent/steps/onboarding_azure.h"
#include "agent/steps/onboarding_uri.h"
#include "platform/base/log.h"
#include "platform/base/pause.h"
#include "platform/base/text.h"

#define ROUND_MS (3 * 60 * 1000) /* of one source; less where little time is left for those after it */
#define FIRST_PAUSE_MS 5000
#define LONGEST_PAUSE_MS (4 * 60 * 1000)
#define SPREAD_MS 60000              /* at most, beyond the time that a server names */
#define SLICE_MS 5000                /* of a pause: between them it is asked whether this still is what is wanted */
#define SETTLING_MS (10 * 60 * 1000) /* in which a role that was just assigned takes effect */
#define SHORT 260                    /* of what is told of each */

typedef int Get(Mission *mission, Deadline deadline, OnboardingPackage *ret, bool *ret_passing, Failure *failure);

typedef struct Source {
        const char *name;
        bool (*is_asked)(const RequestSources *sources);
        Get *get;
        ReasonId settles;                              /* this failure passes too, early in a run: on a new machine */
        char *(*where)(const RequestSources *sources); /* Caller frees */
} Source;

static bool is_uri_asked(const RequestSources *sources)
{
        return sources->uri;
}

static char *uri_where(const RequestSources *sources)
{
        _cleanup_free_ char *words = onboarding_uri_words(sources->uri);

        return text_format("onboardingPackageUri (%s)", words);
}

static bool is_azure_asked(const RequestSources *sources)
{
        return sources->from_azure;
}

static char *azure_where(const RequestSources *sources)
{
        return text_copy("onboardingFromAzure");
}

static const Source sources[] = {
        { "onboardingPackageUri", is_uri_asked, onboarding_uri_get, REASON_NONE, uri_where },
        { "onboardingFromAzure", is_azure_asked, onboarding_azure_get, REASON_AZURE_ACCESS, azure_where },
};

/* How one came out, this round. */
typedef struct Attempt {
        bool passing;
        Deadline not_before; /* its server asks to be left alone until then; 0: it does not */
        Failure failure;
} Attempt;

static bool is_to_wait(const Attempt *attempt)
{
        return attempt->passing && attempt->not_before && !deadline_passed(attempt->not_before);
}

/* Of a package that was not given it is enough to say so: there are other sources because of that. */
static char *words_of(const Failure *failure)
{
        const char *found = failure->found, *advice = strstr(found, ": to be added as ");
        size_t length = advice ? (size_t)(advice - found) : strlen(found);
        _cleanup_free_ char *plain = text_copy_n(found, length < SHORT ? length : SHORT);

        for (length = strlen(plain); length > 0 && strchr(". ", plain[length - 1]); length--)
                plain[length - 1] = '\0';
        if (failure->reason == REASON_ONBOARDING_MISSING)
                return TAKE_PTR(plain);
        return text_format("%s, %s", reason_get(failure->reason)->id, plain);
}

static void tell_failure(Text *text, const char *where, const Failure *failure)
{
        _cleanup_free_ char *words = words_of(failure);

        text_append(text, "%s%s: %s", text->length > 0 ? "; " : "", where, words);
}

/* Of those before this one; n: all. Caller frees. */
static char *tell_failures(const Request *request, const Attempt *attempts, size_t n)
{
        const Failure *given = &request->onboarding_failure;
        _cleanup_(text_clear) Text text = { 0 };
        size_t i;

        if (request->sequence == HISTORY_BY_HAND && given->reason == REASON_ONBOARDING_MISSING)
                text_append(&text, "FILE: none was named");
        else
                tell_failure(&text, request->sequence == HISTORY_BY_HAND ? "FILE" : "protectedSettings", given);
        for (i = 0; i < n; i++) {
                _cleanup_free_ char *where = NULL;

                if (!attempts[i].failure.reason)
                        continue;
                where = sources[i].where(&request->sources);
                tell_failure(&text, where, &attempts[i].failure);
        }
        return text_take(&text);
}

static void take(Mission *mission, size_t chosen, const Attempt *attempts)
{
        Request *request = &mission->completed.request;
        _cleanup_free_ char *before = tell_failures(mission->request, attempts, chosen);
        _cleanup_free_ char *where = sources[chosen].where(&mission->request->sources);

        snprintf(mission->completed.came_by, sizeof(mission->completed.came_by),
                 "The onboarding package, of tenant %s, came by %s. Not used: %s.",
                 mission->completed.onboarding.org_id, where, before);
        log_info("%s", mission->completed.came_by);
        *request = *mission->request;
        request->onboarding = &mission->completed.onboarding;
        request->onboarding_failure = (Failure){ 0 };
        request->sources.tried = true;
        request->sources.came_by = mission->completed.came_by;
        mission->request = request;
}

/* An equal share of what is left, so that a dead one keeps none from its turn. */
static Deadline deadline_of(const Mission *mission, size_t i)
{
        int64_t left_ms = deadline_left_ms(mission->deadline), n = 0;

        for (; i < ELEMENTSOF(sources); i++)
                n += sources[i].is_asked(&mission->request->sources);
        return deadline_in(left_ms / n < ROUND_MS ? left_ms / n : ROUND_MS);
}

/* settling: see SETTLING_MS. 0: taken; 1: none of them, now; -1: asked to stop. */
static int try_all(Mission *mission, Deadline settling, Attempt attempts[], Failure *failure)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(sources); i++) {
                Attempt *attempt = &attempts[i];

                if (!sources[i].is_asked(&mission->request->sources) || is_to_wait(attempt))
                        continue;
                *attempt = (Attempt){ 0 };
                mission_say(mission, "fetching the onboarding package by %s", sources[i].name);
                if (sources[i].get(mission, deadline_of(mission, i), &mission->completed.onboarding, &attempt->passing,
                                   &attempt->failure) == 0) {
                        take(mission, i, attempts);
                        return 0;
                }
                if (attempt->failure.reason == REASON_STOPPED) {
                        *failure = attempt->failure;
                        return -1;
                }
                if (attempt->failure.reason == sources[i].settles && !deadline_passed(settling))
                        attempt->passing = true;
                if (attempt->failure.asked_ms > 0)
                        attempt->not_before = deadline_in(attempt->failure.asked_ms);
                log_warning("%s: %s", sources[i].name, attempt->failure.found);
        }
        return 1;
}

/* What time can mend says most: it is what one would mend. Else the last one that was tried. */
static ReasonId most_telling(const Attempt *attempts, bool *ret_passing)
{
        ReasonId reason = REASON_ONBOARDING_MISSING;
        size_t i;

        *ret_passing = false;
        for (i = 0; i < ELEMENTSOF(sources); i++) {
                if (!attempts[i].failure.reason || (*ret_passing && !attempts[i].passing))
                        continue;
                reason = attempts[i].failure.reason;
                *ret_passing = attempts[i].passing;
        }
        return reason;
}

/* The sensor stays, and it is told that it was not compared. */
static void do_without(Mission *mission, const Failure *failure)
{
        Request *request = &mission->completed.request;

        *request = *mission->request;
        request->onboarding_failure = *failure;
        request->sources.tried = true;
        mission->request = request;
}

/* Until one of them may be asked again. */
static int64_t least_wait_ms(const Attempt *attempts)
{
        int64_t least_ms = INT64_MAX;
        size_t i;

        for (i = 0; i < ELEMENTSOF(sources); i++) {
                int64_t ms = is_to_wait(&attempts[i]) ? attempts[i].not_before - deadline_now_ms() : 0;

                if (attempts[i].passing && ms < least_ms)
                        least_ms = ms;
        }
        return least_ms;
}

/* Beyond what a server asks for, so that not all come back at once; never for so long that it would be too late. */
static int64_t spread_ms(int64_t least_ms, int64_t left_ms)
{
        int64_t most = least_ms / 4 < SPREAD_MS ? least_ms / 4 : SPREAD_MS;

        return pause_random_ms(most < left_ms - least_ms ? most : left_ms - least_ms);
}

/* 0: the time is over, or will be by then. */
static int64_t time_to_wait_ms(const Mission *mission, const Attempt *attempts, Pause *pause, Failure *failure)
{
        int64_t left_ms = deadline_left_ms(mission->deadline), least_ms = least_wait_ms(attempts);
        int64_t wait_ms = pause_within_ms(pause_take_ms(pause), left_ms);
        Failure told = *failure;

        if (least_ms > wait_ms)
                wait_ms = least_ms + spread_ms(least_ms, left_ms);
        if (wait_ms < left_ms)
                return wait_ms; /* 0 too */
        if (least_ms > 0 && least_ms >= left_ms) {
                failure_set(failure, told.reason,
                            "%s. The server asks not to be asked again for %lld s, which is not "
                            "within what maxWaitMinutes leaves: try again after that, or let the run wait longer.",
                            told.found, (long long)least_ms / 1000);
                failure->way_told = told.way_told;
        }
        return 0;
}

static int pause_for(Mission *mission, int64_t wait_ms, Error *err)
{
        for (; wait_ms > 0; wait_ms -= SLICE_MS) {
                if (host_wait(mission->host, wait_ms < SLICE_MS ? wait_ms : SLICE_MS, mission->deadline, err) < 0)
                        return -1;
                mission_tell(mission);
        }
        return 0;
}

int step_onboarding_package(Mission *mission, Failure *failure)
{
        bool can_stay = situation_can_stay(mission->request, &mission->facts), passing = false;
        Attempt attempts[ELEMENTSOF(sources)] = { 0 };
        Deadline settling = deadline_in(SETTLING_MS);
        Pause pause = { .next_ms = FIRST_PAUSE_MS, .longest_ms = LONGEST_PAUSE_MS };
        Error err = { 0 };
        int r;

        for (;;) {
                _cleanup_free_ char *found = NULL;
                int64_t wait_ms;

                r = try_all(mission, settling, attempts, failure);
                if (r <= 0)
                        return r;
                found = tell_failures(mission->request, attempts, ELEMENTSOF(sources));
                failure_set(failure, most_telling(attempts, &passing), "Tried in this order: %s", found);
                failure->way_told = true; /* of each */
                if (can_stay) {
                        do_without(mission, failure);
                        return 0;
                }
                wait_ms = passing ? time_to_wait_ms(mission, attempts, &pause, failure) : 0;
                if (wait_ms == 0)
                        return -1;
                mission_say(mission, "no onboarding package yet: %s; next try in %lld s", found,
                            (long long)wait_ms / 1000);
                if (pause_for(mission, wait_ms, &err) < 0)
                        return err.kind == ERROR_STOPPED ? failure_from(failure, REASON_STOPPED, &err) : -1;
        }
}
