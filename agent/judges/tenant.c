/*
 * Whoever owns a sensor's tenant can run commands on its machine: the tenant is never changed by accident, and a change
 * needs the consent of the present one, which is its offboarding package.
 */
#include "agent/judge.h"

#include "platform/base/text.h"

#define DAY_S 86400

static bool is_allowed(const Request *request, const char *tenant)
{
        const char *const *allowed = request->allowed_tenants;

        for (; allowed && *allowed; allowed++)
                if (text_equal_nocase(*allowed, tenant))
                        return true;
        return !request->allowed_tenants;
}

static bool is_expected(const Request *request, const char *tenant)
{
        return !request->expected_tenant_id || text_equal_nocase(request->expected_tenant_id, tenant);
}

static void judge_wanted(const Request *request, const char *tenant, Plan *plan)
{
        if (!is_expected(request, tenant))
                judge_refuse(plan, REASON_TENANT_UNEXPECTED, "The package is for tenant %s, expectedTenantId is %s.",
                             tenant, request->expected_tenant_id);
        if (!is_allowed(request, tenant))
                judge_refuse(plan, REASON_TENANT_NOT_ALLOWED, "The package is for tenant %s.", tenant);
}

/* Without a package the sensor stays where it is; that it is not where it should be is told. */
static void judge_present(const Request *request, const Facts *facts, Plan *plan)
{
        const char *tenant = situation_tenant(facts);

        if (!text_is_guid(tenant) || facts->sensor.files != TRI_YES)
                return;
        if (!is_expected(request, tenant))
                judge_note(plan, "tenant-expected", PLAN_WARNING,
                           "The sensor is in tenant %s, expectedTenantId is %s; without an onboarding package that can "
                           "be used it stays there.",
                           tenant, request->expected_tenant_id);
        if (!is_allowed(request, tenant))
                judge_note(
                        plan, "tenant-allowed", PLAN_WARNING,
                        "The sensor is in tenant %s, which allowed-tenants in /etc/mde-linux/mde-linux.conf does not "
                        "name; without an onboarding package that can be used it stays there.",
                        tenant);
}

static const char *how_known(const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        if (health->answering != TRI_YES)
                return " (known by its onboarding file, as it does not answer)";
        return health->licensed == TRI_YES ? "" : " (known by its onboarding file, as it has no licence)";
}

static void refuse_expired(const Request *request, const Facts *facts, Plan *plan)
{
        int64_t age_s = facts->now_s - request->offboarding->expires;
        char when[TEXT_TIME_MAX];

        judge_refuse(plan, REASON_OFFBOARDING_EXPIRED, "It was valid until %s, %lld days and %lld hours ago.",
                     text_time(request->offboarding->expires, when), (long long)(age_s / DAY_S),
                     (long long)(age_s % DAY_S / 3600));
}

/* Of the package whose tenant is wanted. */
static const char *which_package(const Request *request, const Facts *facts)
{
        if (request->onboarding)
                return "is for tenant";
        return *facts->fulfilled_org ? "that this request was met with was for tenant"
                                     : "that was had before, and cannot be had now, was for tenant";
}

static void refuse_unusable(const Failure *unusable, const char *present, const char *wanted, Plan *plan)
{
        _cleanup_free_ char *stands = text_format("The sensor is in tenant %s and is to change to %s", present, wanted),
                            *found = text_go_on(stands, unusable->found);

        judge_refuse(plan, unusable->reason, "%s", found);
}

/* wanted: of the package, or of the one that there was before. */
static void judge_change(const Request *request, const Facts *facts, const char *wanted, Plan *plan)
{
        const OnboardingPackage *leave = request->offboarding;
        const char *present = situation_tenant(facts);

        if (!request->allow_tenant_change)
                judge_refuse(plan, REASON_TENANT_OTHER, "The sensor is in tenant %s%s, the onboarding package %s %s.",
                             present, how_known(facts), which_package(request, facts), wanted);
        else if (!leave && request->offboarding_failure.reason)
                refuse_unusable(&request->offboarding_failure, present, wanted, plan);
        else if (!leave)
                judge_refuse(plan, REASON_OFFBOARDING_MISSING, "The sensor is in tenant %s%s and is to change to %s.",
                             present, how_known(facts), wanted);
        else if (!text_equal_nocase(leave->org_id, present))
                judge_refuse(plan, REASON_OFFBOARDING_OTHER_TENANT,
                             "The sensor is in tenant %s%s, the offboarding package is of tenant %s.", present,
                             how_known(facts), leave->org_id);
        else if (leave->expires <= facts->now_s)
                refuse_expired(request, facts, plan);
        else if (request->onboarding)
                judge_note(plan, "tenant-change", PLAN_WARNING,
                           "allowTenantChange: the sensor leaves tenant %s for tenant %s.", present, wanted);
        else if (request->sources.tried)
                judge_refuse(plan, REASON_TENANT_OTHER,
                             "The sensor is in tenant %s%s, and the onboarding package of tenant %s cannot be had now. "
                             "%s",
                             present, how_known(facts), wanted, request->onboarding_failure.found);
}

/* What was refused for its package does not become right as that package is not to be had any more. */
static void judge_unmet(const Request *request, const Facts *facts, Plan *plan)
{
        const char *wanted = facts->unmet_org;

        if (!*wanted || !request->sources.tried)
                return;
        judge_wanted(request, wanted, plan);
        if (situation_is_in_another(facts, wanted))
                judge_change(request, facts, wanted, plan);
}

void judge_tenant(const Request *request, const Facts *facts, Plan *plan)
{
        if (!request->onboarding) {
                judge_present(request, facts, plan);
                if (situation_has_moved_away(facts))
                        judge_change(request, facts, facts->fulfilled_org, plan);
                judge_unmet(request, facts, plan);
                return;
        }
        judge_wanted(request, request->onboarding->org_id, plan);
        if (situation_is_elsewhere(request, facts))
                judge_change(request, facts, request->onboarding->org_id, plan);
}
