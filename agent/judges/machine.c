#include "agent/judge.h"

#include "platform/base/text.h"

/*
 * Cut off inside the sensor's own installation: to finish that is what is asked of us. Anybody else's is theirs, unless
 * we are told otherwise.
 */
static void judge_broken(const Request *request, const Facts *facts, Plan *plan)
{
        const PackageManagerWords *words = package_manager_words(facts->package.manager_id);
        const char *names = facts->package.foreign_names;
        bool is_ours = facts->package.state == PACKAGE_BROKEN && facts->package.foreign == TRI_NO;

        if (is_ours)
                judge_note(plan, "package-repair", PLAN_INFORMATION,
                           "The package manager was interrupted in the installation of " SENSOR_PACKAGE
                           " and of nothing else: that is finished first.");
        else if (request->repair_package_manager)
                judge_note(plan, "package-repair", PLAN_WARNING,
                           "%s was interrupted%s%s; repairPackageManager is set: all that is pending is finished.",
                           words->database, *names ? " at " : "", names);
        else
                judge_refuse(plan, REASON_PACKAGE_MANAGER_BROKEN, "%s was interrupted: %s%s%s. Run %s.",
                             words->database, facts->package.sign, *names ? ", half installed: " : "", names,
                             words->repair);
}

void judge_machine(const Request *request, const Facts *facts, Plan *plan)
{
        if (facts->machine.systemd == TRI_NO)
                judge_refuse(plan, REASON_SYSTEMD_MISSING, "/run/systemd/system does not exist.");
        if (situation_needs_package(request, facts) && facts->package.broken == TRI_YES)
                judge_broken(request, facts, plan);
}
