/*
 * A sensor that is there is somebody's: what does not keep it from working is kept and told, never fought.
 */
#include "agent/judge.h"

#include <string.h>

#include "platform/base/text.h"

#define SOON_S (30 * 24 * 60 * 60)

static const char *folder_of(const Facts *facts)
{
        return *facts->sensor.folder ? facts->sensor.folder : SENSOR_HOME;
}

static const char *channel_of(const char *ring)
{
        static const char *const channels[][2] = {
                { "Production", "prod" },
                { "InsiderFast", "insiders-fast" },
                { "External", "insiders-slow" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(channels); i++)
                if (text_equal_nocase(ring, channels[i][0]))
                        return channels[i][1];
        return NULL;
}

/* "2026-01-02" */
static void format_day(int64_t unix_s, char day[TEXT_TIME_MAX])
{
        text_time(unix_s, day);
        day[strcspn(day, "T")] = '\0';
}

/* Not running, and nothing that says it is about to. */
static bool is_dead(const Facts *facts)
{
        return facts->sensor.health.answering == TRI_NO && facts->sensor.active == TRI_NO &&
               !text_equal(facts->sensor.unit.active, "activating");
}

static void judge_unowned(const Facts *facts, Plan *plan)
{
        if (!situation_is_unowned(facts))
                return;
        if (is_dead(facts))
                judge_refuse(plan, REASON_SENSOR_FILES,
                             "%s holds a sensor's program, no package %s is installed, and %s is %s.", folder_of(facts),
                             SENSOR_PACKAGE, SENSOR_UNIT,
                             *facts->sensor.unit.active ? facts->sensor.unit.active : "unknown");
        else
                judge_note(
                        plan, "ownership", PLAN_WARNING,
                        "The sensor in %s is not owned by any package. It works and is kept; no package manager will "
                        "update it.",
                        folder_of(facts));
}

static void judge_expiry(const Request *request, const Facts *facts, Plan *plan)
{
        const SensorHealth *health = &facts->sensor.health;
        char day[TEXT_TIME_MAX] = "a day that is not known";

        if (health->expires_s > 0)
                format_day(health->expires_s, day);
        if (situation_is_expired(facts) && situation_is_unowned(facts))
                judge_refuse(plan, REASON_SENSOR_EXPIRED,
                             "Version %s expired on %s; no package owns it, so that it cannot be updated here.",
                             health->version, day);
        else if (situation_is_expired(facts) && request->version &&
                 sensor_compare_versions(request->version, health->version) <= 0)
                judge_refuse(plan, REASON_SENSOR_EXPIRED,
                             "Version %s expired on %s, and the setting version asks for %s, which is not newer.",
                             health->version, day, request->version);
        else if (health->licensed == TRI_YES && health->expires_s > 0 && health->expires_s < facts->now_s + SOON_S)
                judge_note(plan, "expiry", PLAN_WARNING,
                           "The sensor's build %s on %s: update the package %s, an expired build loses its licence.",
                           health->expires_s < facts->now_s ? "expired" : "expires", day, SENSOR_PACKAGE);
}

/* One that is half there is finished first. */
static void judge_pin(const Request *request, const Facts *facts, Plan *plan)
{
        const char *version = situation_version(facts);

        if (facts->package.state != PACKAGE_BROKEN && !request->allow_downgrade && situation_pin(request, facts) < 0)
                judge_refuse(plan, REASON_DOWNGRADE_REFUSED,
                             "The setting version asks for %s, and version %s is installed.", request->version,
                             facts->package.state == PACKAGE_INSTALLED ? facts->package.version : version);
        else if (request->version && *version && situation_is_unowned(facts) &&
                 sensor_compare_versions(version, request->version) != 0)
                judge_note(plan, "version", PLAN_WARNING,
                           "The sensor is version %s, the setting version asks for %s. It is kept: no package owns it, "
                           "so that it cannot be moved to another version here.",
                           version, request->version);
}

static void judge_channel(const Request *request, const Facts *facts, Plan *plan)
{
        const SensorHealth *health = &facts->sensor.health;
        const char *channel = channel_of(health->ring);

        if (!request->channel || health->answering != TRI_YES || !channel || text_equal(channel, request->channel))
                return;
        judge_note(
                plan, "channel", PLAN_WARNING,
                "The sensor is of the ring %s (channel %s), the setting channel asks for %s. It is kept: a sensor that "
                "is there is not moved to another channel.",
                health->ring, channel, request->channel);
}

/* What somebody else decides about it. */
static void note_rule_of_others(const Facts *facts, Plan *plan)
{
        const SensorHealth *health = &facts->sensor.health;

        if (health->answering != TRI_YES)
                return;
        if (text_equal_nocase(health->managed_by, "MDE"))
                judge_note(plan, "managed-by", PLAN_INFORMATION,
                           "The portal (MDE) manages settings of the sensor; they go before what is asked here.");
        if (text_equal_nocase(health->tamper, "block"))
                judge_note(plan, "tamper-protection", PLAN_INFORMATION,
                           "Tamper protection is on (block): what the sensor refuses to change is left as it is.");
        if (health->troubleshooting == TRI_YES)
                judge_note(
                        plan, "troubleshooting", PLAN_WARNING,
                        "The sensor is in troubleshooting mode: somebody works on it, and what is changed now may be "
                        "undone when it ends.");
        if (situation_is_isolated(facts))
                judge_note(plan, "isolation", PLAN_WARNING,
                           "The portal has isolated this machine from the network: it reaches little more than the "
                           "Defender service until it is released there.");
}

/* With installPath asked for, its own judge compares. */
static void note_place(const Request *request, const Facts *facts, Plan *plan)
{
        if (!request->install_path && situation_has_sensor(facts) && *facts->sensor.folder &&
            !text_equal(facts->sensor.folder, SENSOR_HOME))
                judge_note(plan, "folder", PLAN_INFORMATION, "The sensor is installed in %s.", facts->sensor.folder);
}

void judge_sensor(const Request *request, const Facts *facts, Plan *plan)
{
        const UnitState *unit = &facts->sensor.unit;

        if (facts->sensor.masked == TRI_YES)
                judge_refuse(plan, REASON_SERVICE_MASKED, "%s is masked, and %s at present.", SENSOR_UNIT,
                             *unit->active ? unit->active : "not running");
        judge_unowned(facts, plan);
        judge_expiry(request, facts, plan);
        judge_pin(request, facts, plan);
        judge_channel(request, facts, plan);
        note_rule_of_others(facts, plan);
        note_place(request, facts, plan);
}
