#include "agent/situation.h"
#include "agent/steps.h"
#include "agent/steps/package_work.h"

#include "platform/base/text.h"

#define FIRST_WAIT_MS 40
#define LONGEST_WAIT_MS 5000
#define RESTARTS_MAX 3
#define HOPELESS_MS 15000
/* A deadline that a slow transaction used up still leaves the sensor a moment to come up. */
#define LEAST_MS 30000

static int fail_service(const Mission *mission, Failure *failure)
{
        const UnitState *unit = &mission->facts.sensor.unit;
        _cleanup_free_ char *lines = systemd_last_lines(SENSOR_UNIT, 3);

        return failure_set(failure, REASON_SERVICE_FAILED,
                           "%s is %s (%s), result %s, restarted %u times. Its last lines: %s", SENSOR_UNIT,
                           unit->active, unit->sub, *unit->result ? unit->result : "unknown", unit->restarts,
                           *lines ? lines : "none");
}

/* Without an onboarding file it is to leave, and may take its time. */
static bool is_elsewhere(const Mission *mission)
{
        const SensorHealth *health = &mission->facts.sensor.health;

        return mission->request->onboarding && mission->facts.sensor.onboarded == TRI_YES &&
               health->licensed == TRI_YES && text_is_guid(health->org_id) &&
               !text_equal_nocase(health->org_id, mission->request->onboarding->org_id);
}

/* Answers that time does not change. */
static bool is_hopeless(const Mission *mission)
{
        const SensorHealth *health = &mission->facts.sensor.health;

        return health->answering == TRI_YES && (is_elsewhere(mission) || situation_is_expired(&mission->facts));
}

static bool is_pinned_to_it(const Mission *mission)
{
        const char *version = mission->request->version;

        return version && sensor_compare_versions(version, mission->facts.sensor.health.version) == 0;
}

static int fail_waiting(const Mission *mission, const char *what, ReasonId reason, Failure *failure)
{
        const SensorHealth *health = &mission->facts.sensor.health;
        char expired[TEXT_TIME_MAX];

        if (health->answering != TRI_YES)
                return failure_set(failure, REASON_SENSOR_NOT_ANSWERING, "Waited for %s; 'mdatp health' said: %s.",
                                   what, *health->trouble ? health->trouble : "nothing");
        if (is_elsewhere(mission))
                return failure_set(failure, REASON_SENSOR_TENANT_DIFFERS, "It was onboarded to %s and reports %s.",
                                   mission->request->onboarding->org_id, health->org_id);
        if (situation_is_expired(&mission->facts))
                return failure_set(
                        failure, REASON_SENSOR_EXPIRED, "Version %s expired at %s%s.", health->version,
                        health->expires_s > 0 ? text_time(health->expires_s, expired) : "a time that it does not tell",
                        is_pinned_to_it(mission) ? ", and it is the one that the setting version asks for" : "");
        return failure_set(failure, reason, "Waited for %s; it answers with licensed %s, org_id %s, issues: %s.", what,
                           health->licensed == TRI_YES ? "true" : "false",
                           *health->org_id ? health->org_id : "unavailable", *health->issues ? health->issues : "none");
}

int steps_wait_for_sensor(Mission *mission, SensorDone *done, const char *what, ReasonId reason, Failure *failure)
{
        Deadline deadline = mission->deadline > deadline_in(LEAST_MS) ? mission->deadline : deadline_in(LEAST_MS);
        int64_t wait_ms = FIRST_WAIT_MS, started = deadline_now_ms(), hopeful = started;
        unsigned restarts = mission->facts.sensor.unit.restarts;
        bool first = true;
        Error err = { 0 };

        for (;;) {
                const UnitState *unit = &mission->facts.sensor.unit;

                facts_refresh_sensor(mission->host, deadline, &mission->facts);
                if (done(mission))
                        return 0;
                if (package_settle(mission, false, failure) < 0)
                        return -1;
                if (first)
                        restarts = unit->restarts;
                first = false;
                if (text_equal(unit->active, "failed") || unit->restarts >= restarts + RESTARTS_MAX)
                        return fail_service(mission, failure);
                if (!is_hopeless(mission))
                        hopeful = deadline_now_ms();
                mission_say(mission, "waiting for %s, %lld s so far", what,
                            (long long)(deadline_now_ms() - started) / 1000);
                if (deadline_now_ms() - hopeful > HOPELESS_MS || host_wait(mission->host, wait_ms, deadline, &err) < 0)
                        return err.kind == ERROR_STOPPED ? failure_from(failure, REASON_STOPPED, &err)
                                                         : fail_waiting(mission, what, reason, failure);
                wait_ms = wait_ms * 9 / 8 < LONGEST_WAIT_MS ? wait_ms * 9 / 8 : LONGEST_WAIT_MS;
        }
}
