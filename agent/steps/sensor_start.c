#include "agent/steps/sensor_start.h"

#include "platform/process.h"

#define YOUNG_S 15
#define LONGEST_MS (YOUNG_S * 1000) /* one that is started again and again stays young */
#define LOOK_MS 200

/* -1: it answers, it is not there, or its process is not young. */
static int64_t age_of_silent(const Mission *mission)
{
        const Facts *facts = &mission->facts;
        pid_t pid = facts->sensor.unit.main_pid;
        ProcessIdentity process;

        if (facts->sensor.files != TRI_YES || facts->sensor.health.answering == TRI_YES || pid <= 0 ||
            !process_identify(mission->host, pid, &process))
                return -1;
        return process.age_s < YOUNG_S ? process.age_s : -1;
}

int sensor_start_wait(Mission *mission, Failure *failure)
{
        Deadline deadline = deadline_sooner(mission->deadline, deadline_in(LONGEST_MS));
        int64_t age_s;
        int waited = 0;

        while ((age_s = age_of_silent(mission)) >= 0) {
                mission_say(mission, "waiting for the sensor, which was started %lld s ago and does not answer yet",
                            (long long)age_s);
                if (host_wait(mission->host, LOOK_MS, deadline, NULL) < 0)
                        return mission_is_to_end(mission, failure,
                                                 "while waiting for the sensor, which was just started")
                                       ? -1
                                       : waited;
                waited = 1;
                facts_refresh_sensor(mission->host, deadline, &mission->facts);
        }
        return waited;
}
