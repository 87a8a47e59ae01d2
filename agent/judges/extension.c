#include "agent/judge.h"

#include "platform/base/text.h"

#define OLD_DAYS 180
#define DAY_S (INT64_C(24) * 60 * 60)

static void note_fips(const Facts *facts, Plan *plan)
{
        static const char rest[] = "packages by the package manager's own programs";

        if (facts->machine.fitness.fips != TRI_YES)
                return;
        if (facts->extension.host_openssl == TRI_YES)
                judge_note(plan, "fips", PLAN_INFORMATION,
                           "FIPS mode: protected settings and the onboarding package's signature were judged "
                           "by " HOST_OPENSSL_PROGRAM
                           " (%s), %s. TLS of mde-linux's own downloads (keys, lists of sources) "
                           "is of the OpenSSL that comes with it.",
                           *facts->extension.openssl ? facts->extension.openssl : "of unknown version", rest);
        else if (facts->extension.portable == TRI_NO)
                judge_note(plan, "fips", PLAN_INFORMATION,
                           "FIPS mode: protected settings and the onboarding package's signature were judged by this "
                           "machine's own OpenSSL library, by its rules, and %s; TLS of mde-linux's own downloads is "
                           "of that library.",
                           rest);
}

/* Whose cryptography it was can be told, whether it should have been another's cannot. */
static void note_fips_unknown(const Facts *facts, Plan *plan)
{
        if (facts->extension.portable != TRI_YES || facts->extension.host_openssl != TRI_UNKNOWN)
                return;
        judge_note(plan, "fips", PLAN_WARNING,
                   "Whether this machine is in FIPS mode could not be read (" HOST_OPENSSL_FIPS_FILE
                   "): protected settings and the onboarding package's signature were judged by the OpenSSL that comes "
                   "with mde-linux, not by " HOST_OPENSSL_PROGRAM
                   ". If FIPS mode is required here, let root read that file and run mde-linux again.");
}

/* Of a clock that is behind nothing is concluded. */
static void note_age(const Facts *facts, Plan *plan)
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

void judge_extension(const Request *request, const Facts *facts, Plan *plan)
{
        note_fips(facts, plan);
        note_fips_unknown(facts, plan);
        note_age(facts, plan);
}
