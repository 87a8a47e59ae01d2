#include "agent/steps.h"

#include <string.h>

#include "platform/fs.h"

/* Until then a sensor that was licensed may still speak of the file it had before. */
#define TAKE_IN_MS 1000

#define OFFBOARDING_FILE_MAX (1024 * 1024)

/* The offboarding package of this request lies there: it is what made the sensor leave, if only in an earlier run. */
static void notice_left_tenant(Mission *mission)
{
        const OnboardingPackage *package = mission->request->offboarding;
        _cleanup_free_ char *file = NULL;
        size_t length = 0;

        if (package &&
            fs_read(mission->host, SENSOR_OFFBOARDING_FILE, OFFBOARDING_FILE_MAX, &file, &length, NULL) == 0 && file &&
            length == package->file.length && memcmp(file, package->file.data, length) == 0)
                snprintf(mission->left_tenant, sizeof(mission->left_tenant), "%s", package->org_id);
}

int step_onboard(Mission *mission, Failure *failure)
{
        const Secret *file = &mission->request->onboarding->file;
        const Host *host = mission->host;
        Error err = { 0 };

        mission_say(mission, "onboarding to tenant %s", mission->request->onboarding->org_id);
        notice_left_tenant(mission);
        /* an offboarding file beside it would make the sensor ignore what we write */
        if (fs_make_folder(host, SENSOR_FOLDER, 0755, &err) < 0 || fs_remove(host, SENSOR_OFFBOARDING_FILE, &err) < 0 ||
            fs_remove_leftovers(host, SENSOR_ONBOARDING_FILE, &err) < 0 ||
            fs_write(host, SENSOR_ONBOARDING_FILE, file->data, file->length, 0640, &err) < 0)
                return steps_fail(failure, REASON_ONBOARDING_WRITE, &err);
        if (mission->facts.sensor.health.licensed == TRI_YES &&
            host_wait(host, TAKE_IN_MS, mission->deadline, &err) < 0 && err.kind == ERROR_STOPPED)
                return steps_fail(failure, REASON_STOPPED, &err);
        return 0;
}
