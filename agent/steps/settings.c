#include "agent/steps.h"

#include "platform/base/log.h"

static bool is_answering(const Mission *mission)
{
        return mission->facts.sensor.health.answering == TRI_YES;
}

int step_settings(Mission *mission, Failure *failure)
{
        PlanTag tags[PLAN_TAGS];
        Error err = { 0 };
        size_t i;

        if (steps_wait_for_sensor(mission, is_answering, "the sensor to answer", REASON_SENSOR_NOT_ANSWERING, failure) <
            0)
                return -1;
        plan_tags(mission->request, tags);
        for (i = 0; i < PLAN_TAGS; i++) {
                const char *now = sensor_tag(&mission->facts.sensor.health, tags[i].key);

                if (!plan_tag_differs(&tags[i], &mission->facts.sensor.health))
                        continue;
                mission_say(mission, "setting the device tag %s", tags[i].key);
                log_info("device tag %s: %s -> %s", tags[i].key, now ? now : "none", tags[i].value);
                if (sensor_set_tag(mission->host, tags[i].key, tags[i].value, deadline_in(SENSOR_CALL_MS), &err) < 0)
                        return steps_fail(failure, REASON_SENSOR_TAG, &err);
        }
        return 0;
}
