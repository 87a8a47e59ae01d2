#include "agent/steps.h"

#include "platform/fs.h"

/* Until then a sensor that was licensed may still speak of the file it had before. */
#define TAKE_IN_MS 1000

int step_onboard(Mission *mission, Failure *failure)
{
        const Secret *file = &mission->request->onboarding->file;
        const Host *host = mission->host;
        Error err = { 0 };

        mission_say(mission, "onboarding to tenant %s", mission->request->onboarding->org_id);
        /* an offboarding file beside it would make the sensor ignore what we write */
        if (fs_make_folder(host, SENSOR_FOLDER, 0755, &err) < 0 || fs_remove(host, SENSOR_OFFBOARDING_FILE, &err) < 0 ||
            fs_write(host, SENSOR_ONBOARDING_FILE, file->data, file->length, 0640, &err) < 0)
                return steps_fail(failure, REASON_ONBOARDING_WRITE, &err);
        if (mission->facts.sensor.health.licensed == TRI_YES &&
            host_wait(host, TAKE_IN_MS, mission->deadline, &err) < 0 && err.kind == ERROR_STOPPED)
                return steps_fail(failure, REASON_STOPPED, &err);
        return 0;
}
