/*
 * The machine and its package manager: the judges of the plan know what speaks against a sensor here.
 */
#include "agent/doctor/diagnose.h"

#include <string.h>

#include "platform/base/text.h"

static Finding unless_asked(Tri fact)
{
        return fact == TRI_UNKNOWN || fact == TRI_NOT_ASKED ? FINDING_UNSEEN : FINDING_NO;
}

Finding look_systemd(const Signs *signs, CauseFound *found)
{
        if (!signs->live)
                return FINDING_NOT_ASKED;
        if (signs->facts.machine.systemd != TRI_NO)
                return unless_asked(signs->facts.machine.systemd);
        return cause_reason(found, REASON_SYSTEMD_MISSING, "/run/systemd/system does not exist.");
}

Finding look_distribution(const Signs *signs, CauseFound *found)
{
        if (situation_has_sensor(&signs->facts))
                return FINDING_NO;
        return cause_judged(signs, judge_distribution, found) == FINDING_YES
                       ? FINDING_YES
                       : unless_asked(signs->facts.machine.distro_known);
}

Finding look_fitness(const Signs *signs, CauseFound *found)
{
        if (cause_judged(signs, judge_fitness, found) == FINDING_YES)
                return FINDING_YES;
        return signs->live ? unless_asked(signs->facts.machine.fitness.known) : FINDING_UNSEEN;
}

Finding look_conflict(const Signs *signs, CauseFound *found)
{
        if (cause_judged(signs, judge_conflict, found) == FINDING_YES)
                return FINDING_YES;
        return signs->facts.fanotify.known == TRI_YES ? FINDING_NO : FINDING_UNSEEN;
}

/* What speaks against nothing. */
Finding look_advice(const Signs *signs, CauseFound *found)
{
        static Judge *const judges[] = { judge_conflict, judge_fitness };
        Finding finding = FINDING_NO;
        CauseFound note;
        size_t i;

        for (i = 0; i < ELEMENTSOF(judges); i++) {
                size_t length = strlen(found->why);

                if (!cause_noted(signs, judges[i], NULL, &note))
                        continue;
                snprintf(found->why + length, sizeof(found->why) - length, "%s%s", length ? " " : "", note.why);
                finding = FINDING_YES;
        }
        return finding;
}

/* While we work it may be ours, and whoever else has it is waited for. */
Finding look_locked(const Signs *signs, CauseFound *found)
{
        if (signs->locks.held == TRI_NO || situation_has_sensor(&signs->facts))
                return FINDING_NO;
        if (signs->extension.working == TRI_YES)
                return FINDING_UNSEEN;
        if (signs->locks.held != TRI_YES)
                return unless_asked(signs->locks.held);
        return cause_found(found, "%s.", signs->locks.holder);
}

/* Beside a sensor that needs nobody to be ready. */
Finding look_busy(const Signs *signs, CauseFound *found)
{
        if (signs->locks.held != TRI_YES || !situation_has_sensor(&signs->facts) || signs->extension.working == TRI_YES)
                return FINDING_NO;
        return cause_found(found, "%s", signs->locks.holder);
}

Finding look_not_whole(const Signs *signs, CauseFound *found)
{
        const char *sign = signs->facts.package.sign;

        if (signs->facts.package.broken != TRI_YES || !situation_has_sensor(&signs->facts))
                return FINDING_NO;
        return cause_found(found, "%s%s%s", package_manager_words(signs->facts.package.manager_id)->name,
                           *sign ? ": " : " is broken", sign);
}

Finding look_broken(const Signs *signs, CauseFound *found)
{
        return cause_judged(signs, judge_machine, found) == FINDING_YES && found->reason != REASON_SYSTEMD_MISSING
                       ? FINDING_YES
                       : unless_asked(signs->facts.package.broken);
}

Finding look_sources(const Signs *signs, CauseFound *found)
{
        if (signs->sources.weak == TRI_NO || situation_has_sensor(&signs->facts) ||
            (signs->asked && signs->asked->package_file))
                return FINDING_NO;
        if (signs->extension.working == TRI_YES) /* what it finds and leaves there is its own to judge */
                return FINDING_UNSEEN;
        if (signs->sources.weak != TRI_YES)
                return unless_asked(signs->sources.weak);
        return cause_reason(found, signs->sources.reason, /* NONE: in the cause's own words */
                            "%s", signs->sources.found);
}
