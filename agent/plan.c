/*
 * Rules conclude from what is known: YES and NO. What is UNKNOWN never refuses; where it matters the
 * idempotent step is done.
 */
#include "agent/plan.h"

#include "platform/base/text.h"

void plan_tags(const Request *request, PlanTag tags[PLAN_TAGS])
{
        tags[0] = (PlanTag){ "AzureResourceId", request->azure_resource_id, true };
        tags[1] = (PlanTag){ "SecurityWorkspaceId", request->workspace_id, true };
        tags[2] = (PlanTag){ "GROUP", request->group_tag, false };
}

bool plan_tag_differs(const PlanTag *tag, const SensorHealth *health)
{
        const char *now = sensor_tag(health, tag->key);

        if (!tag->value)
                return false;
        if (health->tags_known != TRI_YES || !now)
                return true;
        return tag->ignore_case ? !text_equal_nocase(now, tag->value) : !text_equal(now, tag->value);
}

static bool tags_differ(const Request *request, const Facts *facts)
{
        PlanTag tags[PLAN_TAGS];
        size_t i;

        plan_tags(request, tags);
        for (i = 0; i < PLAN_TAGS; i++)
                if (plan_tag_differs(&tags[i], &facts->sensor.health))
                        return true;
        return false;
}

bool plan_is_licensed(const Request *request, const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        if (health->answering != TRI_YES || health->licensed != TRI_YES)
                return false;
        return !request->onboarding || text_equal_nocase(health->org_id, request->onboarding->org_id);
}

/* The daemon does not answer, yet everything it needs is in place: time or the verify step will tell. */
static bool is_silent_but_complete(const Facts *facts)
{
        return facts->sensor.health.answering != TRI_YES && facts->sensor.files == TRI_YES &&
               facts->sensor.onboarded == TRI_YES && facts->sensor.offboarding_file != TRI_YES;
}

static bool is_onboarded_elsewhere(const Request *request, const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;
        const char *org = health->answering == TRI_YES ? health->org_id : facts->sensor.onboarded_org;

        if (!request->onboarding || facts->sensor.files != TRI_YES || facts->sensor.offboarding_file == TRI_YES)
                return false;
        if (health->answering == TRI_YES && health->licensed != TRI_YES)
                return false;
        return text_is_guid(org) && !text_equal_nocase(org, request->onboarding->org_id);
}

static bool needs_package(const Facts *facts)
{
        if (facts->look == LOOK_FIRST)
                return facts->sensor.files == TRI_NO;
        return facts->package.state != PACKAGE_INSTALLED && facts->package.state != PACKAGE_UNKNOWN;
}

/* --- refusals: the first that applies is told ----------------------------------------------------- */

static void refuse_unusable_package(const Request *request, const Facts *facts, Failure *refusal)
{
        if (!request->onboarding && !plan_is_licensed(request, facts) && !is_silent_but_complete(facts))
                *refusal = request->onboarding_failure;
}

static void refuse_tenant(const Request *request, const Facts *facts, Failure *refusal)
{
        const OnboardingPackage *package = request->onboarding;
        const char *now =
                facts->sensor.health.answering == TRI_YES ? facts->sensor.health.org_id : facts->sensor.onboarded_org;

        if (package && request->expected_tenant_id && !text_equal_nocase(package->org_id, request->expected_tenant_id))
                failure_set(refusal, REASON_TENANT_UNEXPECTED, "The package is for tenant %s, expectedTenantId is %s.",
                            package->org_id, request->expected_tenant_id);
        else if (is_onboarded_elsewhere(request, facts))
                failure_set(refusal, REASON_TENANT_OTHER,
                            "The sensor is in tenant %s, the onboarding package is for tenant %s.", now,
                            package->org_id);
}

static void refuse_machine(const Request *request, const Facts *facts, Failure *refusal)
{
        if (facts->machine.systemd == TRI_NO)
                failure_set(refusal, REASON_SYSTEMD_MISSING, "/run/systemd/system does not exist.");
}

static void refuse_distribution(const Request *request, const Facts *facts, Failure *refusal)
{
        const Distro *distro = &facts->machine.distro;
        const DistroSupport *support = facts->machine.support;
        _cleanup_free_ char *names = distro_supported_names();

        if (!needs_package(facts) || facts->machine.distro_known == TRI_NOT_ASKED)
                return;
        if (facts->machine.distro_known == TRI_YES && !support)
                failure_set(refusal, REASON_DISTRIBUTION_UNSUPPORTED,
                            "Found: %s (ID=%s, VERSION_ID=%s). Supported: %s.", distro->name, distro->id,
                            distro->version, names);
        else if (support && !text_equal(distro->architecture, "x86_64") &&
                 !(support->arm64 && text_equal(distro->architecture, "aarch64")))
                failure_set(refusal, REASON_ARCHITECTURE_UNSUPPORTED, "Found: %s on %s.", distro->architecture,
                            distro->name);
        else if (facts->package.manager == TRI_NO)
                failure_set(refusal, REASON_PACKAGE_MANAGER_MISSING, "Looked for /usr/bin/apt-get and /usr/bin/dpkg.");
}

static void refuse_broken_manager(const Request *request, const Facts *facts, Failure *refusal)
{
        if (needs_package(facts) && facts->package.interrupted == TRI_YES && !request->repair_package_manager)
                failure_set(refusal, REASON_PACKAGE_MANAGER_BROKEN,
                            "dpkg was interrupted: files wait in /var/lib/dpkg/updates.");
}

typedef void Refusal(const Request *request, const Facts *facts, Failure *refusal);

static Refusal *const refusals[] = {
        refuse_unusable_package, refuse_tenant, refuse_machine, refuse_distribution, refuse_broken_manager,
};

/* --- rules: why is this step needed? NULL: it is not ----------------------------------------------- */

static const char *why_repository(const Request *request, const Facts *facts)
{
        return needs_package(facts) ? "the package has to come from it" : NULL;
}

static const char *why_package(const Request *request, const Facts *facts)
{
        if (!needs_package(facts))
                return NULL;
        return facts->package.state == PACKAGE_BROKEN ? "the package is only half installed"
                                                      : "the package is not installed";
}

static const char *why_onboard(const Request *request, const Facts *facts)
{
        if (!request->onboarding)
                return NULL;
        if (facts->sensor.offboarding_file == TRI_YES)
                return "an offboarding file lies on the machine";
        if (request->force_reonboarding && facts->fulfilled != TRI_YES)
                return "forceReOnboarding asks for it";
        if (plan_is_licensed(request, facts))
                return NULL;
        if (facts->sensor.onboarded != TRI_YES)
                return "there is no onboarding file";
        if (!text_equal_nocase(facts->sensor.onboarded_org, request->onboarding->org_id))
                return "the onboarding file is not of this tenant";
        return NULL;
}

static const char *why_service(const Request *request, const Facts *facts)
{
        if (needs_package(facts))
                return "the service comes with the package";
        if (facts->sensor.enabled == TRI_NO)
                return "the unit is not enabled";
        return facts->sensor.active == TRI_NO ? "the unit is not active" : NULL;
}

static const char *why_settings(const Request *request, const Facts *facts)
{
        return tags_differ(request, facts) ? "device tags are not as asked" : NULL;
}

static const char *why_verify(const Request *request, const Facts *facts)
{
        if (facts->sensor.health.answering != TRI_YES)
                return "the sensor does not answer yet";
        return plan_is_licensed(request, facts) ? NULL : "the sensor is not licensed yet";
}

typedef const char *Rule(const Request *request, const Facts *facts);

/* The mission, in order. */
static const struct {
        const char *name;
        Rule *why;
} rules[_STEP_MAX] = {
        [STEP_REPOSITORY] = { "repository", why_repository }, [STEP_PACKAGE] = { "package", why_package },
        [STEP_ONBOARD] = { "onboard", why_onboard },          [STEP_SERVICE] = { "service", why_service },
        [STEP_SETTINGS] = { "settings", why_settings },       [STEP_VERIFY] = { "verify", why_verify },
};

const char *step_name(StepId id)
{
        return rules[id].name;
}

void plan_make(const Request *request, const Facts *facts, Plan *ret)
{
        Plan plan = { 0 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(refusals) && plan.refusal.reason == REASON_NONE; i++)
                refusals[i](request, facts, &plan.refusal);
        for (i = 0; i < _STEP_MAX && plan.refusal.reason == REASON_NONE; i++) {
                const char *why = rules[i].why(request, facts);

                if (why)
                        plan.steps[plan.n_steps++] = (PlanStep){ (StepId)i, why };
        }
        *ret = plan;
}
