/*
 * A sensor that is there: its unit, what it says of itself, whose it is.
 */
#include "agent/doctor/diagnose.h"

#include <string.h>

#include "agent/guest/places.h"
#include "platform/base/text.h"

#define SOON_S (INT64_C(30) * 24 * 60 * 60)

static bool has_sensor(const Signs *signs)
{
        return signs->facts.sensor.files == TRI_YES;
}

static bool is_answering(const Signs *signs)
{
        return signs->facts.sensor.health.answering == TRI_YES;
}

static bool is_unlicensed(const Signs *signs)
{
        return is_answering(signs) && signs->facts.sensor.health.licensed == TRI_NO;
}

static Finding unless_answering(const Signs *signs)
{
        if (!has_sensor(signs))
                return FINDING_NOT_ASKED;
        return is_answering(signs) ? FINDING_NO : FINDING_UNSEEN;
}

/* Of a unit nothing can be told in an image. */
static Finding unless_unit(const Signs *signs, Tri fact)
{
        if (!has_sensor(signs))
                return FINDING_NOT_ASKED;
        return fact == TRI_UNKNOWN ? FINDING_UNSEEN : FINDING_NO;
}

Finding look_intent(const Signs *signs, CauseFound *found)
{
        if (signs->extension.fulfilled == TRI_UNKNOWN)
                return FINDING_UNSEEN;
        return cause_judged(signs, judge_intent, found);
}

/* Masked, or files that no package owns and nobody starts. */
Finding look_unusable(const Signs *signs, CauseFound *found)
{
        if (has_sensor(signs) && cause_judged(signs, judge_sensor, found) == FINDING_YES)
                return FINDING_YES;
        return unless_unit(signs, signs->facts.sensor.masked);
}

Finding look_unit_failed(const Signs *signs, CauseFound *found)
{
        const UnitState *unit = &signs->facts.sensor.unit;
        bool failing = text_equal(unit->active, "failed") || text_equal(unit->sub, "auto-restart") ||
                       (text_equal(unit->active, "activating") && unit->restarts > 2);
        bool named = *unit->sub && !text_equal(unit->sub, unit->active);

        if (!has_sensor(signs) || !failing)
                return unless_unit(signs, signs->facts.sensor.active);
        return cause_reason(found, REASON_SERVICE_FAILED, "%s is %s%s%s%s, result %s, restarted %u times.", SENSOR_UNIT,
                            unit->active, named ? " (" : "", named ? unit->sub : "", named ? ")" : "",
                            *unit->result ? unit->result : "unknown", unit->restarts);
}

Finding look_unit_off(const Signs *signs, CauseFound *found)
{
        const UnitState *unit = &signs->facts.sensor.unit;
        Tri enabled = signs->facts.sensor.enabled, active = signs->facts.sensor.active;

        if (!has_sensor(signs) || signs->facts.sensor.masked == TRI_YES || text_equal(unit->active, "failed") ||
            text_equal(unit->active, "activating") || (enabled != TRI_NO && active != TRI_NO))
                return unless_unit(signs, active);
        return cause_found(found, "%s is %s, and %s at boot.", SENSOR_UNIT, *unit->active ? unit->active : "unknown",
                           enabled == TRI_NO ? "not started" : "started");
}

Finding look_silent(const Signs *signs, CauseFound *found)
{
        if (!has_sensor(signs) || signs->facts.sensor.active != TRI_YES ||
            signs->facts.sensor.health.answering != TRI_NO)
                return unless_unit(signs, signs->facts.sensor.active);
        return cause_reason(found, REASON_SENSOR_NOT_ANSWERING, "%s is active, and mdatp says nothing: %s.",
                            SENSOR_UNIT, signs->facts.sensor.health.trouble);
}

static const char *day(int64_t unix_s, char text[TEXT_TIME_MAX])
{
        text_time(unix_s, text);
        text[strcspn(text, "T")] = '\0';
        return text;
}

Finding look_expired(const Signs *signs, CauseFound *found)
{
        const SensorHealth *health = &signs->facts.sensor.health;
        char when[TEXT_TIME_MAX];

        if (!situation_is_expired(&signs->facts))
                return unless_answering(signs);
        return cause_reason(found, REASON_SENSOR_EXPIRED, "Version %s expired on %s.", health->version,
                            health->expires_s > 0 ? day(health->expires_s, when) : "a day that is not known");
}

Finding look_expires_soon(const Signs *signs, CauseFound *found)
{
        const SensorHealth *health = &signs->facts.sensor.health;
        char when[TEXT_TIME_MAX];

        if (!signs_are_licensed(signs) || health->expires_s <= 0 || health->expires_s > signs->facts.now_s + SOON_S)
                return FINDING_NO;
        return cause_found(found, "Version %s expires on %s and loses its licence then.", health->version,
                           day(health->expires_s, when));
}

Finding look_unhealthy(const Signs *signs, CauseFound *found)
{
        const SensorHealth *health = &signs->facts.sensor.health;
        bool is_loading = !*health->issues && signs_load_definitions(signs);
        CauseFound definitions;

        if (!signs_are_licensed(signs) || health->healthy != TRI_NO || situation_is_isolated(&signs->facts) ||
            is_loading || (!*health->issues && look_definitions(signs, &definitions) == FINDING_YES))
                return unless_answering(signs);
        return cause_found(found, "Its issues: %s.", *health->issues ? health->issues : "none named");
}

Finding look_isolated(const Signs *signs, CauseFound *found)
{
        const SensorHealth *health = &signs->facts.sensor.health;

        if (!situation_is_isolated(&signs->facts))
                return unless_answering(signs);
        return cause_found(found, "The sensor says: mode %s%s%s.", *health->mode ? health->mode : "unknown",
                           *health->issues ? ", issues " : "", health->issues);
}

Finding look_passive(const Signs *signs, CauseFound *found)
{
        const SensorHealth *health = &signs->facts.sensor.health;

        if (health->passive != TRI_YES)
                return FINDING_NO;
        return cause_found(found, "Passive mode is on%s; the portal may show protection as off.",
                           health->passive_managed == TRI_YES ? ", set by managed configuration" : "");
}

Finding look_no_sensor(const Signs *signs, CauseFound *found)
{
        if (signs->facts.sensor.files != TRI_NO)
                return signs->facts.sensor.files == TRI_YES ? FINDING_NO : FINDING_UNSEEN;
        if (signs->extension.there == TRI_YES)
                found->remedy = "The extension is there: have it run again, by restarting the guest "
                                "agent " GUEST_AGENT_UNITS " or by deploying it again, then run this again.";
        return cause_found(found, "There is no %s.", SENSOR_PROGRAM);
}

/* ---- whose it is ------------------------------------------------------------------------------------------------ */

Finding look_offboarding_file(const Signs *signs, CauseFound *found)
{
        CauseFound other;

        if (!has_sensor(signs) || signs->facts.sensor.offboarding_file != TRI_YES ||
            look_intent(signs, &other) == FINDING_YES)
                return has_sensor(signs) ? FINDING_NO : FINDING_NOT_ASKED;
        return cause_found(found, SENSOR_OFFBOARDING_FILE " is there%s.",
                           is_unlicensed(signs) ? ", and the sensor is not licensed" : "");
}

/* Without a record of what was asked there is nothing to compare with. */
Finding look_tenant(const Signs *signs, CauseFound *found)
{
        const char *asked = signs->extension.tenant, *now = situation_tenant(&signs->facts);

        if (!has_sensor(signs) || !text_is_guid(asked) || !text_is_guid(now) || text_equal_nocase(asked, now))
                return unless_answering(signs);
        return cause_reason(found, REASON_TENANT_OTHER, "It is in tenant %s, and tenant %s was asked for.", now, asked);
}

Finding look_not_onboarded(const Signs *signs, CauseFound *found)
{
        if (!has_sensor(signs) || signs->facts.sensor.onboarded != TRI_NO || signs_are_licensed(signs) ||
            signs->facts.sensor.offboarding_file == TRI_YES)
                return unless_unit(signs, signs->facts.sensor.onboarded);
        return cause_found(found, SENSOR_ONBOARDING_FILE " is not there.");
}

Finding look_no_licence(const Signs *signs, CauseFound *found)
{
        const SensorHealth *health = &signs->facts.sensor.health;

        if (!is_unlicensed(signs) || signs->facts.sensor.onboarded != TRI_YES ||
            signs->facts.sensor.offboarding_file == TRI_YES || situation_is_expired(&signs->facts))
                return unless_answering(signs);
        return cause_reason(found, REASON_SENSOR_NOT_LICENSED, "Its onboarding file is of tenant %s; its issues: %s.",
                            *signs->facts.sensor.onboarded_org ? signs->facts.sensor.onboarded_org : "unknown",
                            *health->issues ? health->issues : "none named");
}

Finding look_unproven(const Signs *signs, CauseFound *found)
{
        if (!signs_are_licensed(signs) || *signs->facts.sensor.health.machine_id)
                return unless_answering(signs);
        return cause_found(found, "It has no EDR machine id so far: the portal does not show this machine yet.");
}

Finding look_copy(const Signs *signs, CauseFound *found)
{
        return cause_noted(signs, judge_azure, "cloned", found) ? FINDING_YES : FINDING_NO;
}

Finding look_stale_tag(const Signs *signs, CauseFound *found)
{
        const AzureFacts *azure = &signs->facts.azure;
        const char *tag = sensor_tag(&signs->facts.sensor.health, "AzureResourceId");

        if (!is_answering(signs) || azure->known != TRI_YES || !*azure->machine.resource_id || !tag ||
            text_equal_nocase(tag, azure->machine.resource_id))
                return FINDING_NO;
        return cause_found(found, "The tag AzureResourceId is %.400s, and Azure says that this machine is %.400s.", tag,
                           azure->machine.resource_id);
}
