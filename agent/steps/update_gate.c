#include "agent/steps/update_gate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agent/situation.h"
#include "agent/steps.h"
#include "agent/steps/package_keys.h"
#include "agent/steps/package_work.h"
#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

#define GATE_MS (5 * 60 * 1000)
#define BACK_MS (15 * 60 * 1000)

/* By the onboarding package, else by the file that it was onboarded with. */
static bool is_in_its_tenant(const Mission *mission)
{
        const char *org = mission->facts.sensor.onboarded_org;

        if (!situation_is_licensed(mission->request, &mission->facts))
                return false;
        return mission->request->onboarding || !*org || text_equal_nocase(org, mission->facts.sensor.health.org_id);
}

/* The daemon of the version before may still be answering. */
static bool is_up(const Mission *mission)
{
        const SensorHealth *health = &mission->facts.sensor.health;

        return is_in_its_tenant(mission) && mission->facts.sensor.enabled == TRI_YES &&
               mission->facts.sensor.active == TRI_YES &&
               (!*health->version || sensor_compare_versions(health->version, mission->facts.package.version) == 0);
}

/* An update may leave its unit disabled: what was enabled before is so again. */
static int wait_for_sensor(Mission *mission, Failure *failure)
{
        Deadline overall = mission->deadline;
        _cleanup_free_ char *what = text_format("version %s to come up", mission->facts.package.version);
        int result;

        if (step_service(mission, failure) < 0)
                return -1;
        if (deadline_left_ms(overall) > GATE_MS)
                mission->deadline = deadline_in(GATE_MS);
        result = steps_wait_for_sensor(mission, is_up, what, REASON_SENSOR_NOT_LICENSED, failure);
        mission->deadline = overall;
        return result;
}

static int fail(Mission *mission, const char *what, const Failure *why, const Failure *back, Failure *failure)
{
        const UpdateRecord *record = &mission->facts.update.record;
        bool there = text_equal(mission->facts.package.version, record->before);
        _cleanup_free_ char *command =
                package_manager_way_back(mission->manager->id, SENSOR_PACKAGE, there ? "VERSION" : record->before);
        Error err = { 0 };

        if (package_clean(mission->host, &err) < 0)
                log_warning("%s", err.text);
        return failure_set(failure, back->reason == REASON_STOPPED ? REASON_STOPPED : REASON_UPDATE_FAILED,
                           "Version %s did not come up (%.220s), and version %s %s (by hand: '%s'): %.220s",
                           record->skipped, why->found, record->before, what, command, back->found);
}

/* That it is not tried again stands on the disk before it is taken away. */
static int skip(Mission *mission, const Failure *why, Failure *failure)
{
        UpdateRecord *record = &mission->facts.update.record;
        Error err = { 0 };
        size_t length;

        log_warning("autoUpdate: version %s did not come up: %s", record->after, why->found);
        snprintf(record->skipped, sizeof(record->skipped), "%s", record->after);
        length = strlen(why->found);
        length -= text_ends_with(why->found, ".");
        snprintf(record->skipped_why, sizeof(record->skipped_why), "%.*s",
                 (int)(length < sizeof(record->skipped_why) ? length : sizeof(record->skipped_why) - 1), why->found);
        record->skipped_s = (int64_t)time(NULL);
        if (update_record_write(mission->host, record, &err) < 0)
                return steps_fail(failure, REASON_STATE_UNUSABLE, &err);
        return 0;
}

/* A run before this one had begun: where the package comes from, and what is trusted for it, is not known here yet. */
static int fetch(Mission *mission, PackageChoice *choice, Failure *failure)
{
        return step_repository(mission, failure) < 0 || package_prepare(mission, failure) < 0 ||
                               package_download(mission, choice, failure) < 0
                       ? -1
                       : 0;
}

static int put_back(Mission *mission, bool downloaded, Failure *failure)
{
        PackageChoice choice = { .action = PACKAGE_DOWNGRADE };

        snprintf(choice.version, sizeof(choice.version), "%s", mission->facts.update.record.before);
        mission_say(mission, "going back to version %s", choice.version);
        if ((downloaded ? package_prepare(mission, failure) : fetch(mission, &choice, failure)) < 0 ||
            package_transact(mission, &choice, failure) < 0)
                return -1;
        package_keys_tell(mission);
        if (package_commit(mission, failure) < 0)
                return -1;
        snprintf(mission->facts.package.version, sizeof(mission->facts.package.version), "%s", choice.version);
        return 0;
}

static int go_back(Mission *mission, bool downloaded, const Failure *why, Failure *failure)
{
        const UpdateRecord *record = &mission->facts.update.record;
        Failure back = { 0 };

        if (skip(mission, why, failure) < 0)
                return -1;
        if (put_back(mission, downloaded, &back) < 0)
                return fail(mission, "could not be put back", why, &back, failure);
        if (wait_for_sensor(mission, &back) < 0)
                return fail(mission, "was put back and does not come up either", why, &back, failure);
        mission_changed(mission, "sensor version, back because the new one did not come up", record->skipped,
                        record->before);
        return 0;
}

static void pass(Mission *mission)
{
        UpdateRecord *record = &mission->facts.update.record;

        mission_changed(mission, "sensor version", record->before, record->after);
        outcome_row(mission->outcome, "sensor-update", ROW_SUCCESS, "%s -> %s", record->before, record->after);
        if (*record->skipped)
                outcome_row(mission->outcome, "update-skipped", ROW_SUCCESS, "version %s came up, after %s had not",
                            record->after, record->skipped);
        record->skipped[0] = record->skipped_why[0] = '\0';
        record->skipped_s = 0;
}

int update_gate(Mission *mission, bool downloaded, Failure *failure)
{
        Deadline overall = mission->deadline;
        Failure why = { 0 };
        int result;

        if (wait_for_sensor(mission, &why) == 0) {
                pass(mission);
                return 0;
        }
        if (why.reason == REASON_STOPPED) {
                *failure = why;
                return -1;
        }
        mission->deadline = deadline_in(BACK_MS); /* whatever the new one has used up */
        result = go_back(mission, downloaded, &why, failure);
        mission->deadline = overall;
        return result;
}
