#include "agent/steps.h"

#include <string.h>

#include "platform/base/span.h"

#define FIRST_PAUSE_MS 2000
#define LONGEST_PAUSE_MS 30000

int steps_fail(Failure *failure, ReasonId otherwise, const Error *err)
{
        return failure_by_kind(failure, otherwise, err);
}

int steps_fail_command(Failure *failure, ReasonId otherwise, const Error *err)
{
        steps_fail(failure, otherwise, err);
        failure->by_manager = true;
        return -1;
}

int steps_fail_clock(Failure *failure, int64_t behind_s, const char *words)
{
        char span[SPAN_MAX];

        return failure_set(failure, REASON_CLOCK_WRONG, "It is behind by %s at least: %s", span_exact(behind_s, span),
                           words);
}

int steps_fail_packages(Failure *failure, const PackageResult *result, ReasonId otherwise)
{
        static const ReasonId reasons[] = {
                [TROUBLE_NONE] = REASON_INTERNAL,
                [TROUBLE_LOCKED] = REASON_PACKAGE_MANAGER_LOCKED,
                [TROUBLE_BROKEN] = REASON_PACKAGE_MANAGER_BROKEN,
                [TROUBLE_SOURCES] = REASON_PACKAGE_SOURCES,
                [TROUBLE_NOT_FOUND] = REASON_PACKAGE_NOT_FOUND,
                [TROUBLE_DEPENDENCY] = REASON_DEPENDENCY,
                [TROUBLE_SIGNATURE] = REASON_PACKAGE_SIGNATURE,
                [TROUBLE_DIGEST] = REASON_PACKAGE_DIGEST,
                [TROUBLE_KEY] = REASON_PACKAGE_SIGNATURE, /* all of the vendor's are known: somebody else's */
                [TROUBLE_CLOCK] = REASON_CLOCK_WRONG,
                [TROUBLE_EXPIRED] = REASON_PACKAGE_SIGNATURE,
                [TROUBLE_ELSEWHERE] = REASON_PACKAGE_SIGNATURE,
                [TROUBLE_DISK] = REASON_DISK_FULL,
                [TROUBLE_KEPT] = REASON_PACKAGE_KEPT,
                [TROUBLE_NEWER] = REASON_DOWNGRADE_REFUSED,
        };
        ReasonId reason = (size_t)result->trouble < ELEMENTSOF(reasons) ? reasons[result->trouble] : REASON_NONE;

        if (result->trouble == TROUBLE_STALE) /* even after the lists were read anew */
                reason = result->ours ? REASON_PACKAGE_NOT_FOUND : REASON_DEPENDENCY;
        failure_set(failure, reason ? reason : otherwise, "%s%s", result->own_words ? "" : FAILURE_MANAGER_SAID,
                    *result->text ? result->text : "nothing");
        failure->by_manager = true;
        return -1;
}

bool steps_is_of_others(const PackageResult *result)
{
        return result->trouble == TROUBLE_NETWORK && !result->ours &&
               (strstr(result->text, "://") || strstr(result->text, " repo"));
}

int steps_again(Mission *mission, const PackageResult *result, unsigned *tries, Failure *failure)
{
        int64_t pause_ms = *tries < 4 ? FIRST_PAUSE_MS << *tries : LONGEST_PAUSE_MS;
        Error err = { 0 };

        if (!result->passing)
                return 0;
        pause_ms += deadline_now_ms() % 1000; /* machines that failed together do not come back together */
        if (pause_ms >= deadline_left_ms(mission->deadline))
                return 0;
        (*tries)++;
        mission_say(mission, "the package manager said: %s; next try in %lld s", result->text,
                    (long long)pause_ms / 1000);
        if (host_wait(mission->host, pause_ms, mission->deadline, &err) < 0)
                return err.kind == ERROR_STOPPED ? failure_from(failure, REASON_STOPPED, &err) : 0;
        return 1;
}
