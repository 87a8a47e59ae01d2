#include "agent/steps/repository_fail.h"

#include "agent/steps.h"
#include "platform/http.h"
#include "platform/base/span.h"

#define FUTURE_S 10 /* what apt puts up with (Acquire::Max-FutureTime) */

/* Dates of the repository's signature: is our own clock to blame, or are they wrong themselves? */
static bool is_clock_to_blame(const Mission *mission, const PackageResult *result)
{
        int64_t skew = mission->clock_skew_s;

        if (result->trouble == TROUBLE_CLOCK)
                return !mission->clock_told || skew < -FUTURE_S;
        return result->trouble == TROUBLE_EXPIRED && mission->clock_told && skew > HTTP_CLOCK_SKEW_MAX_S;
}

int repository_fail_refresh(const Mission *mission, const PackageResult *result, Failure *failure)
{
        int64_t skew = mission->clock_skew_s;
        PackageResult other = *result;
        char span[SPAN_MAX];

        if (is_clock_to_blame(mission, result) && mission->clock_told)
                return failure_set(
                        failure, REASON_CLOCK_WRONG, "It is %s %s the repository's. The package manager said: %s",
                        span_exact(skew < 0 ? -skew : skew, span), skew < 0 ? "behind" : "ahead of", result->text);
        if (result->trouble == TROUBLE_CLOCK && !is_clock_to_blame(mission, result))
                other.trouble = TROUBLE_SIGNATURE;
        return steps_fail_packages(failure, &other, REASON_REPOSITORY_REFRESH);
}
