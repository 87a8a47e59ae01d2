#include "agent/judge.h"

#include "platform/base/text.h"

#define OLD_DAYS 180
#define DAY_S (INT64_C(24) * 60 * 60)

/* Of a clock that is behind nothing is concluded. */
void judge_extension(const Request *request, const Facts *facts, Plan *plan)
{
        int64_t days = (facts->now_s - facts->extension.built_s) / DAY_S;
        char when[TEXT_TIME_MAX];

        if (facts->extension.portable != TRI_YES || facts->extension.built_s <= 0 || days <= OLD_DAYS)
                return;
        judge_note(
                plan, "extension-old", PLAN_WARNING,
                "This build of mde-linux is %lld days old (%.10s). It brings OpenSSL, libcurl and its other libraries "
                "with it, and their corrections of the time since then are not in it: install the newest version.",
                (long long)days, text_time(facts->extension.built_s, when));
}
