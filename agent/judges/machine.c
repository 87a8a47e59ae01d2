#include "agent/judge.h"

#include "platform/base/text.h"

static void judge_manager_missing(const DistroSupport *support, Plan *plan)
{
        const PackageManagerWords *words = package_manager_words(support ? support->manager : MANAGER_NONE);
        _cleanup_(text_clear) Text programs = { 0 };
        const char *const *program;

        for (program = words->programs; *program; program++)
                text_append(&programs, "%s%s", programs.length > 0 ? " and " : "", *program);
        judge_refuse(plan, REASON_PACKAGE_MANAGER_MISSING, "Looked for %s.",
                     programs.length > 0 ? programs.data : "a package manager");
}

static void judge_distribution(const Facts *facts, Plan *plan)
{
        const Distro *distro = &facts->machine.distro;
        const DistroSupport *support = facts->machine.support;
        _cleanup_free_ char *names = distro_supported_names();

        if (facts->machine.distro_known == TRI_NOT_ASKED)
                return;
        if (facts->machine.distro_known == TRI_YES && !support)
                judge_refuse(plan, REASON_DISTRIBUTION_UNSUPPORTED, "Found: %s (ID=%s, VERSION_ID=%s). Supported: %s.",
                             distro->name, distro->id, distro->version, names);
        else if (support && !text_equal(distro->architecture, "x86_64") &&
                 !(support->arm64 && text_equal(distro->architecture, "aarch64")))
                judge_refuse(plan, REASON_ARCHITECTURE_UNSUPPORTED, "Found: %s on %s.", distro->architecture,
                             distro->name);
        else if (facts->package.manager == TRI_NO)
                judge_manager_missing(support, plan);
}

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
        if (!situation_needs_package(facts))
                return;
        judge_distribution(facts, plan);
        if (facts->package.broken == TRI_YES)
                judge_broken(request, facts, plan);
}
