/*
 * The sensor leaves its tenant by itself once an offboarding file of that tenant lies there and the onboarding file is
 * gone. Until it has, the onboarding file is kept beside its place: a sensor that does not leave gets it back and stays
 * where it was. A run that is cut off in between leaves both, and the next one goes on from what the sensor says.
 */
#include "agent/steps.h"

#include "agent/situation.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define LEAVE_MS 150000

static bool has_left(const Mission *mission)
{
        const SensorHealth *health = &mission->facts.sensor.health;

        return health->answering == TRI_YES && health->licensed == TRI_NO;
}

static int wait_for_leaving(Mission *mission, const char *what, Failure *failure)
{
        Deadline all = mission->deadline, limit = deadline_in(LEAVE_MS);
        int r;

        if (limit < mission->deadline)
                mission->deadline = limit;
        r = steps_wait_for_sensor(mission, has_left, what, REASON_OFFBOARDING_FAILED, failure);
        mission->deadline = all;
        return r;
}

/* The offboarding file first: without either file a sensor has left as well, but its tenant is not told. */
static int place_files(const Mission *mission, Error *err)
{
        const Secret *file = &mission->request->offboarding->file;
        const Host *host = mission->host;

        if (fs_make_folder(host, SENSOR_FOLDER, 0755, err) < 0 ||
            fs_write(host, SENSOR_OFFBOARDING_FILE, file->data, file->length, 0640, err) < 0)
                return -1;
        return fs_exists(host, SENSOR_ONBOARDING_FILE) ? fs_move(host, SENSOR_ONBOARDING_FILE, SENSOR_KEPT_FILE, err)
                                                       : 0;
}

/* What stands now, as the end of a sentence. */
static const char *put_back(const Mission *mission)
{
        const Host *host = mission->host;
        bool kept = fs_exists(host, SENSOR_KEPT_FILE);
        Error err = { 0 };

        if (!kept && !fs_exists(host, SENSOR_ONBOARDING_FILE))
                return "the offboarding file stays in place, and the next run goes on with it";
        if (fs_remove(host, SENSOR_OFFBOARDING_FILE, &err) < 0 ||
            (kept && fs_move(host, SENSOR_KEPT_FILE, SENSOR_ONBOARDING_FILE, &err) < 0)) {
                log_error("putting the onboarding file back: %s", err.text);
                return "the onboarding file could not be put back, and the next run goes on from there";
        }
        return "its onboarding file is as it was before";
}

static int fail(const Mission *mission, const char *tenant, Failure *failure)
{
        const SensorHealth *health = &mission->facts.sensor.health;
        bool known = health->answering == TRI_YES && health->licensed == TRI_YES;
        const char *stands = put_back(mission);
        ReasonId reason = failure->reason == REASON_STOPPED || failure->reason == REASON_DISK_FULL
                                  ? failure->reason
                                  : REASON_OFFBOARDING_FAILED;
        _cleanup_free_ char *found = text_copy(failure->found);

        return failure_set(failure, reason, "%s%s %s tenant %s%s; %s.", found, failure_stop(failure),
                           known ? "The sensor is still in" : "Whether the sensor is still in", tenant,
                           known ? "" : " is not known", stands);
}

/* It goes nowhere else: the onboarding file is not needed any more. */
static int end_there(Mission *mission, const char *tenant, Failure *failure)
{
        Error err = { 0 };

        mission_changed(mission, "tenant", tenant, "none");
        return fs_remove_leftovers(mission->host, SENSOR_ONBOARDING_FILE, &err) < 0
                       ? steps_fail(failure, REASON_OFFBOARDING_FAILED, &err)
                       : 0;
}

int step_offboard(Mission *mission, Failure *failure)
{
        const char *present = situation_tenant(&mission->facts);
        _cleanup_free_ char *tenant = text_copy(*present ? present : mission->request->offboarding->org_id),
                            *what = text_format("the sensor to leave tenant %s", tenant);
        Error err = { 0 };

        mission_say(mission, "offboarding from tenant %s", tenant);
        if (place_files(mission, &err) < 0) {
                steps_fail(failure, REASON_OFFBOARDING_FAILED, &err);
                return fail(mission, tenant, failure);
        }
        /* it leaves only while it runs */
        if ((mission->facts.sensor.active == TRI_NO && step_service(mission, failure) < 0) ||
            wait_for_leaving(mission, what, failure) < 0)
                return fail(mission, tenant, failure);
        log_info("the sensor has left tenant %s", tenant);
        if (mission->request->offboard)
                return end_there(mission, tenant, failure);
        snprintf(mission->left_tenant, sizeof(mission->left_tenant), "%s", tenant);
        return 0;
}
