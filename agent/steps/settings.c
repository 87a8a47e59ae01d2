#include "agent/steps.h"

#include "platform/base/log.h"
#include "platform/base/text.h"

#define TAG_SHOWN_MAX 400

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
        plan_tags(mission->request, &mission->facts, tags);
        for (i = 0; i < PLAN_TAGS; i++) {
                const char *now = sensor_tag(&mission->facts.sensor.health, tags[i].key);
                _cleanup_free_ char *what = text_format("device tag %s", tags[i].key),
                                    *before = text_escape(now ? now : "none", TAG_SHOWN_MAX), *after = NULL;

                if (!plan_tag_differs(&tags[i], &mission->facts.sensor.health) ||
                    refused_find(&mission->refused, tags[i].key))
                        continue;
                mission_say(mission, "setting the device tag %s", tags[i].key);
                if (sensor_set_tag(mission->host, tags[i].key, tags[i].value, deadline_in(SENSOR_CALL_MS), &err) == 0) {
                        after = text_escape(tags[i].value, TAG_SHOWN_MAX);
                        mission_changed(mission, what, before, after);
                        continue;
                }
                if (!tags[i].derived && (err.kind != ERROR_COMMAND || !sensor_is_protected(err.text)))
                        return steps_fail(failure, REASON_SENSOR_TAG, &err);
                log_warning("device tag %s: refused, and left as it is: %s", tags[i].key, err.text);
                refused_add(&mission->refused, tags[i].key, err.text);
        }
        return 0;
}
