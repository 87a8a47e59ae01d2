#include "agent/situation.h"
#include "agent/steps.h"

#include <string.h>

#include "platform/fs.h"

/* Until then a sensor that was licensed may still speak of the file it had before. */
#define TAKE_IN_MS 1000
#define ASK_MS 20000
#define ASK_PAUSE_MS 500

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

static bool is_answering(const Mission *mission)
{
        return mission->facts.sensor.health.answering == TRI_YES;
}

/* One that runs and was silent when it was looked at is asked once more: it may be somebody's already. */
static int ask_silent_sensor(Mission *mission, Failure *failure)
{
        const Facts *facts = &mission->facts;
        Deadline deadline = deadline_sooner(mission->deadline, deadline_in(ASK_MS));
        Error err = { 0 };

        if (facts->sensor.files != TRI_YES || facts->sensor.active != TRI_YES || is_answering(mission))
                return 0;
        while (!is_answering(mission)) {
                mission_say(mission, "asking the sensor whether it is onboarded already");
                if (host_wait(mission->host, ASK_PAUSE_MS, deadline, &err) < 0)
                        return err.kind == ERROR_STOPPED ? failure_from(failure, REASON_STOPPED, &err) : 0;
                facts_refresh_sensor(mission->host, deadline, &mission->facts);
        }
        if (!situation_is_elsewhere(mission->request, facts) || situation_changes_tenant(mission->request, facts))
                return 0;
        return failure_set(failure, REASON_TENANT_OTHER,
                           "The sensor is in tenant %s, the onboarding package is for tenant %s.",
                           situation_tenant(facts), mission->request->onboarding->org_id);
}

int step_onboard(Mission *mission, Failure *failure)
{
        const Secret *file = &mission->request->onboarding->file;
        const Host *host = mission->host;
        Error err = { 0 };

        if (ask_silent_sensor(mission, failure) < 0)
                return -1;
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
