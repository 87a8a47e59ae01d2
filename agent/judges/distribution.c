#include "agent/judge.h"

#include "platform/base/text.h"
#include "platform/packages/manager_words.h"

#define SETTING "allowUnsupportedDistro"

/* Sentences, each with a blank behind it. Caller frees. */
static char *explain(const Request *request, const Distro *distro)
{
        const char *complaint = distro_complaint(distro);
        _cleanup_(text_clear) Text text = { 0 };
        DistroDerivation derivation;

        distro_derive(distro, &derivation);
        if (*complaint)
                text_append(&text, "%s ", complaint);
        if (derivation.row)
                text_append(&text, "%s: set " SETTING " to true to have it treated as that. ", derivation.text);
        else if (*derivation.text)
                text_append(&text, "%s%s. ", derivation.text,
                            request->allow_unsupported_distro ? ": " SETTING " cannot help here" : "");
        return text_take(&text);
}

static void refuse(const Request *request, const Facts *facts, Plan *plan)
{
        const Distro *distro = &facts->machine.distro;
        _cleanup_free_ char *names = distro_supported_names(distro_family(distro->id), false);
        _cleanup_free_ char *why = explain(request, distro);

        judge_refuse(plan, REASON_DISTRIBUTION_UNSUPPORTED, "Found: %s (ID=%s, VERSION_ID=%s). %sSupported: %s.",
                     distro->name, distro->id, *distro->version ? distro->version : "none", why, names);
}

static void refuse_unnamed(Plan *plan)
{
        _cleanup_free_ char *names = distro_supported_names(NULL, false);

        judge_refuse(plan, REASON_DISTRIBUTION_UNSUPPORTED,
                     "Nothing tells which distribution this is: there is no /etc/os-release. Restore it: it belongs to "
                     "the package with the distribution's release. Supported: %s.",
                     names);
}

static void refuse_architecture(const Distro *distro, const DistroSupport *support, Plan *plan)
{
        bool mixed = *distro->programs && !text_equal(distro->programs, distro->architecture);
        _cleanup_free_ char *names = distro_supported_names(support, true), *name = distro_row_name(support);

        judge_refuse(plan, REASON_ARCHITECTURE_UNSUPPORTED,
                     "Found: %s%s%s on %s. Supported: x86_64 with %s; aarch64 with %s.",
                     mixed ? distro->programs : distro->architecture, mixed ? " programs with a kernel for " : "",
                     mixed ? distro->architecture : "", distro->name, name, names);
}

/* " (dnf5 or yum would do too)"; "" where nothing else would. Caller frees. */
static char *other_choices(PackageManagerId usual)
{
        const PackageManagerId *choice = package_manager_words(usual)->choices;
        _cleanup_(text_clear) Text names = { 0 };

        for (; *choice; choice++)
                if (*choice != usual)
                        text_append(&names, "%s%s", names.length > 0 ? " or " : "",
                                    package_manager_words(*choice)->name);
        return names.length > 0 ? text_format(" (%s would do too)", names.data) : text_copy("");
}

static void refuse_without_manager(const DistroSupport *support, const char *missing, Plan *plan)
{
        const PackageManagerWords *words = package_manager_words(support ? support->manager : MANAGER_NONE);
        bool itself = text_equal(missing, words->programs[0]);
        _cleanup_free_ char *others = itself ? other_choices(support->manager) : text_copy("");
        _cleanup_(text_clear) Text programs = { 0 };
        const char *const *program;

        for (program = words->programs; *program; program++)
                text_append(&programs, "%s%s", programs.length > 0 ? ", " : "", *program);
        if (*missing)
                judge_refuse(plan, REASON_PACKAGE_MANAGER_MISSING, "%s is missing%s.", missing, others);
        else
                judge_refuse(plan, REASON_PACKAGE_MANAGER_MISSING, "Looked for %s.",
                             programs.length > 0 ? programs.data : "a package manager");
}

static void tell_derivation(const Distro *distro, Plan *plan)
{
        DistroDerivation derivation;

        distro_derive(distro, &derivation);
        judge_note(plan, "distribution", PLAN_WARNING,
                   "Found: %s (ID=%s, VERSION_ID=%s), which is not supported. %s, and treated as that: " SETTING
                   " is set. The vendor does not support the sensor there.",
                   distro->name, distro->id, *distro->version ? distro->version : "none", derivation.text);
}

void judge_distribution(const Request *request, const Facts *facts, Plan *plan)
{
        const DistroSupport *support = situation_support(request, facts);
        const Distro *distro = &facts->machine.distro;

        if (facts->machine.distro_known == TRI_YES && support && !facts->machine.support)
                tell_derivation(distro, plan);
        if (!situation_needs_package(request, facts))
                return;
        if (facts->machine.distro_known == TRI_NO)
                refuse_unnamed(plan);
        else if (facts->machine.distro_known == TRI_YES && !support)
                refuse(request, facts, plan);
        else if (support && !distro_has_sensor(support, distro))
                refuse_architecture(distro, support, plan);
        else if (facts->package.manager == TRI_NO)
                refuse_without_manager(support, facts->package.missing, plan);
}
