#include "agent/judge.h"

#include "platform/base/text.h"

/* It was asked and could not tell: whether the sensor's package is there nobody knows, but the sensor is not. */
static bool is_unreadable(const Facts *facts)
{
        return facts->look != LOOK_FIRST && facts->package.state == PACKAGE_UNKNOWN && !situation_has_sensor(facts);
}

/*
 * Cut off inside the sensor's own installation: to finish that is what is asked of us. Anybody else's is theirs, unless
 * we are told otherwise.
 */
static void judge_broken(const Request *request, const Facts *facts, Plan *plan)
{
        const PackageManagerWords *words = package_manager_words(facts->package.manager_id);
        const char *names = facts->package.foreign_names;
        bool can_mend = words->mends && !is_unreadable(facts);
        bool is_ours = facts->package.state == PACKAGE_BROKEN && facts->package.foreign == TRI_NO;

        if (is_ours)
                judge_note(plan, "package-repair", PLAN_INFORMATION,
                           "The package manager was interrupted in the installation of " SENSOR_PACKAGE
                           " and of nothing else: that is finished first.");
        else if (request->repair_package_manager && can_mend)
                judge_note(plan, "package-repair", PLAN_WARNING,
                           "%s %s%s%s; repairPackageManager is set: all that is pending is finished.", words->database,
                           words->broken, *names ? " at " : "", names);
        else
                judge_refuse(plan, REASON_PACKAGE_MANAGER_BROKEN, "%s %s: %s%s%s. %s%s", words->database, words->broken,
                             facts->package.sign, *names ? ", half installed: " : "", names, words->repair,
                             can_mend ? " Or set repairPackageManager to true: then all that is pending is finished."
                                      : "");
}

void judge_machine(const Request *request, const Facts *facts, Plan *plan)
{
        if (facts->machine.systemd == TRI_NO)
                judge_refuse(plan, REASON_SYSTEMD_MISSING, "/run/systemd/system does not exist.");
        if (facts->package.broken == TRI_YES && (situation_needs_package(request, facts) || is_unreadable(facts)))
                judge_broken(request, facts, plan);
}
