#include "agent/situation.h"

#include <string.h>

#include "platform/base/text.h"

#define DEFINITIONS_OLD_MIN (7 * 24 * 60) /* new ones come several times a day */

/* The package's own word goes first: a daemon of before answers until it is started again. */
static const char *package_version(const Facts *facts)
{
        if (situation_is_unowned(facts))
                return "";
        if (facts->look == LOOK_FIRST)
                return facts->sensor.health.answering == TRI_YES ? facts->sensor.health.version : "";
        return facts->package.state == PACKAGE_INSTALLED || facts->package.state == PACKAGE_BROKEN
                       ? facts->package.version
                       : "";
}

int situation_pin(const Request *request, const Facts *facts)
{
        const char *version = package_version(facts);

        return request->version && *version ? sensor_compare_versions(request->version, version) : 0;
}

static bool is_to_be_moved(const Request *request, const Facts *facts)
{
        int pin = situation_pin(request, facts);

        return pin > 0 || (pin < 0 && request->allow_downgrade);
}

/* Whether the one that an update brought stays is for the update to say. */
static bool needs_newer_build(const Facts *facts)
{
        const char *after = facts->update.record.after, *version = package_version(facts);

        return situation_is_expired(facts) && !(*after && *version && sensor_compare_versions(after, version) == 0);
}

bool situation_needs_package(const Request *request, const Facts *facts)
{
        if (situation_is_unowned(facts))
                return false;
        if (facts->look == LOOK_FIRST)
                return facts->sensor.files == TRI_NO || needs_newer_build(facts) || is_to_be_moved(request, facts);
        switch (facts->package.state) {
        case PACKAGE_INSTALLED:
                return facts->sensor.files == TRI_NO || needs_newer_build(facts) || is_to_be_moved(request, facts);
        case PACKAGE_ABSENT:
        case PACKAGE_CONFIG_FILES:
        case PACKAGE_BROKEN:
                return true;
        case PACKAGE_UNKNOWN:
        default:
                return false;
        }
}

/* The licence goes with the build: while it has one, the date is only something to tell. */
bool situation_is_expired(const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        if (health->answering != TRI_YES || health->licensed != TRI_NO)
                return false;
        return health->expires_s > 0 ? health->expires_s < facts->now_s : strcasestr(health->issues, "expired") != NULL;
}

bool situation_is_unowned(const Facts *facts)
{
        if (facts->sensor.files != TRI_YES)
                return false;
        if (facts->package.state == PACKAGE_UNKNOWN)
                return facts->package.registered == TRI_NO;
        return facts->package.state == PACKAGE_ABSENT || facts->package.state == PACKAGE_CONFIG_FILES;
}

/* By assumption: no word for it is documented. */
bool situation_is_isolated(const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        return health->answering == TRI_YES &&
               (strcasestr(health->mode, "isolat") || strcasestr(health->issues, "isolat"));
}

bool situation_has_old_definitions(const Facts *facts)
{
        return facts->sensor.health.answering == TRI_YES &&
               facts->sensor.health.definitions_age_min > DEFINITIONS_OLD_MIN;
}

const char *situation_version(const Facts *facts)
{
        bool there = facts->package.state == PACKAGE_INSTALLED || facts->package.state == PACKAGE_BROKEN;

        if (facts->sensor.health.answering == TRI_YES && *facts->sensor.health.version)
                return facts->sensor.health.version;
        return there ? facts->package.version : "";
}

const DistroSupport *situation_support(const Request *request, const Facts *facts)
{
        if (facts->machine.support)
                return facts->machine.support;
        return request->allow_unsupported_distro ? facts->machine.derived : NULL;
}

bool situation_has_sensor(const Facts *facts)
{
        return facts->sensor.files == TRI_YES;
}

bool situation_is_licensed(const Request *request, const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        if (health->answering != TRI_YES || health->licensed != TRI_YES)
                return false;
        return !request->onboarding || text_equal_nocase(health->org_id, request->onboarding->org_id);
}

bool situation_is_silent_but_complete(const Facts *facts)
{
        return facts->sensor.health.answering != TRI_YES && facts->sensor.files == TRI_YES &&
               facts->sensor.onboarded == TRI_YES && facts->sensor.offboarding_file != TRI_YES;
}

bool situation_has_sources(const Request *request)
{
        return request->sources.uri || request->sources.from_azure;
}

bool situation_can_stay(const Request *request, const Facts *facts)
{
        return situation_is_licensed(request, facts) || situation_is_silent_but_complete(facts);
}

/* Since the package was compared with it the sensor has gone to another tenant, or is told to leave. */
static bool has_strayed(const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        if (facts->sensor.offboarding_file == TRI_YES)
                return true;
        return *facts->fulfilled_org && health->answering == TRI_YES && text_is_guid(health->org_id) &&
               !text_equal_nocase(health->org_id, facts->fulfilled_org);
}

/* Without a licence it then is what an inline package would find: the sensor takes it again by itself, or says why not.
 */
bool situation_is_as_met(const Request *request, const Facts *facts)
{
        return situation_has_sources(request) && facts->fulfilled == TRI_YES && facts->sensor.files == TRI_YES &&
               facts->sensor.onboarded == TRI_YES && !has_strayed(facts) &&
               (!*facts->fulfilled_org || text_equal_nocase(facts->sensor.onboarded_org, facts->fulfilled_org));
}

/* Nothing is fetched only to compare it while changes are on hold, nor again once the request was met. */
bool situation_needs_onboarding_package(const Request *request, const Facts *facts)
{
        if (request->onboarding || request->sources.tried || !situation_has_sources(request))
                return false;
        if (!situation_can_stay(request, facts))
                return !situation_is_as_met(request, facts);
        return has_strayed(facts) ||
               (facts->hold.held != TRI_YES && (facts->fulfilled != TRI_YES || facts->blind == TRI_YES));
}

/* An offboarding file beside the onboarding file, and no licence: it has left, whatever the onboarding file says. */
static bool has_left(const Facts *facts)
{
        return facts->sensor.offboarding_file == TRI_YES && facts->sensor.health.answering == TRI_YES;
}

const char *situation_tenant(const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        if (health->answering == TRI_YES && health->licensed == TRI_YES && text_is_guid(health->org_id))
                return health->org_id;
        return facts->sensor.onboarded == TRI_YES && !has_left(facts) ? facts->sensor.onboarded_org : "";
}

bool situation_keeps_tenant_secret(const Facts *facts)
{
        return facts->sensor.files == TRI_YES && facts->sensor.health.answering == TRI_YES &&
               facts->sensor.health.licensed == TRI_YES && !text_is_guid(facts->sensor.health.org_id);
}

bool situation_is_in_another(const Facts *facts, const char *tenant)
{
        const char *present = situation_tenant(facts);

        return facts->sensor.files == TRI_YES && text_is_guid(present) && !text_equal_nocase(present, tenant);
}

bool situation_is_elsewhere(const Request *request, const Facts *facts)
{
        return request->onboarding && situation_is_in_another(facts, request->onboarding->org_id);
}

bool situation_has_moved_away(const Facts *facts)
{
        return *facts->fulfilled_org && situation_is_in_another(facts, facts->fulfilled_org);
}

/* A change that was cut off, and the sensor does not tell yet whether it has left. */
static bool is_leaving(const Facts *facts)
{
        return facts->sensor.files == TRI_YES && facts->sensor.health.answering != TRI_YES &&
               facts->sensor.offboarding_file == TRI_YES && facts->sensor.onboarded == TRI_NO;
}

/* Whether it has left is for the sensor to say: until it does, what a change that was cut off has left speaks for it.
 */
static bool is_onboarded_by_files(const Facts *facts)
{
        return facts->sensor.onboarded == TRI_YES || facts->sensor.onboarding_kept == TRI_YES ||
               (facts->sensor.offboarding_file == TRI_YES && facts->sensor.active == TRI_YES);
}

bool situation_is_onboarded(const Facts *facts)
{
        const SensorHealth *health = &facts->sensor.health;

        if (facts->sensor.files == TRI_NO)
                return false;
        if (health->answering != TRI_YES)
                return is_onboarded_by_files(facts);
        return health->licensed == TRI_YES ||
               (facts->sensor.onboarded == TRI_YES && facts->sensor.offboarding_file != TRI_YES);
}

bool situation_changes_tenant(const Request *request, const Facts *facts)
{
        return request->onboarding && request->allow_tenant_change && request->offboarding &&
               (situation_is_elsewhere(request, facts) || is_leaving(facts));
}

bool situation_uses_install_path(const Request *request, const Facts *facts)
{
        return request->install_path && situation_needs_package(request, facts) && !situation_has_sensor(facts) &&
               facts->package.state != PACKAGE_BROKEN;
}

static bool is_well(const Request *request, const Facts *facts)
{
        return facts->sensor.enabled == TRI_YES && facts->sensor.active == TRI_YES &&
               situation_is_licensed(request, facts) && facts->package.state == PACKAGE_INSTALLED &&
               facts->package.broken != TRI_YES && !situation_needs_package(request, facts);
}

bool situation_may_update(const Request *request, const Facts *facts)
{
        return request->auto_update == TRI_YES && !request->version && !request->package_file &&
               facts->hold.held == TRI_NO && !facts->acted && facts->update.record.opted_out == TRI_NO &&
               !facts->update.others.name && facts->package.manager == TRI_YES && situation_support(request, facts) &&
               is_well(request, facts);
}

bool situation_skips(const Request *request, const char *check)
{
        size_t i;

        for (i = 0; i < request->skip_checks.n; i++)
                if (text_equal(request->skip_checks.items[i], check))
                        return true;
        return false;
}
