/*
 * What goes wrong before the transaction is nothing but a warning: the sensor that is there is well. The record of what
 * is begun is on disk before the transaction, and goes when the new version, or the old one, was seen at work.
 */
#include "agent/steps/update.h"

#include <stdio.h>
#include <string.h>

#include "agent/recover.h"
#include "agent/steps.h"
#include "agent/steps/package_keys.h"
#include "agent/steps/package_offers.h"
#include "agent/steps/package_work.h"
#include "agent/steps/update_gate.h"
#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

#define ROW "sensor-update"
#define DAY_S 86400

static bool is_offered(const PackageOffers *offers, const char *version)
{
        size_t i;

        for (i = 0; i < offers->n_offers; i++)
                if (text_equal(offers->offers[i].version, version))
                        return true;
        return false;
}

int update_find(Mission *mission, char version[PACKAGE_VERSION_MAX], Failure *failure)
{
        const UpdateRecord *record = &mission->facts.update.record;
        const char *installed = mission->facts.package.version;
        PackageOffers offers = { 0 };
        Error err = { 0 };

        version[0] = '\0';
        if (step_repository(mission, failure) < 0)
                return -1;
        if (package_offers_ask(mission, &offers, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_NOT_FOUND, &err);
        if (!*offers.candidate || sensor_compare_versions(offers.candidate, installed) <= 0 ||
            (*record->skipped && sensor_compare_versions(offers.candidate, record->skipped) <= 0))
                return 0;
        if (!is_offered(&offers, installed))
                return failure_set(failure, REASON_VERSION_NOT_FOUND,
                                   "Version %s is offered, but %s, which is installed, is not any more: there would be "
                                   "no way back, so it is left as it is.",
                                   offers.candidate, installed);
        snprintf(version, PACKAGE_VERSION_MAX, "%s", offers.candidate);
        return 0;
}

static int write_record(Mission *mission, Failure *failure)
{
        Error err = { 0 };

        if (update_record_write(mission->host, &mission->facts.update.record, &err) < 0)
                return steps_fail(failure, REASON_STATE_UNUSABLE, &err);
        return 0;
}

/* Forgets the update that was begun. */
static int end(Mission *mission, Failure *failure)
{
        UpdateRecord *record = &mission->facts.update.record;

        record->before[0] = record->after[0] = '\0';
        return package_end(mission, failure) < 0 ? -1 : write_record(mission, failure);
}

static int put_source_back(Mission *mission, Failure *failure)
{
        Error err = { 0 };

        if (recover_run(mission->host, NULL, mission->installer_log, NULL, &err) < 0)
                return steps_fail(failure, REASON_INTERNAL, &err);
        outcome_taken_back(mission->outcome);
        return write_record(mission, failure);
}

static int end_look(Mission *mission, Failure *failure)
{
        UpdateRecord *record = &mission->facts.update.record;

        record->due = false;
        record->looked = mission->facts.now_s / DAY_S;
        record->trouble[0] = '\0';
        outcome_row(mission->outcome, ROW, ROW_SUCCESS, "nothing newer than %s is to be had",
                    mission->facts.package.version);
        return put_source_back(mission, failure);
}

/* All is as it was: told, and tried again on another day. */
static int leave_it(Mission *mission, const Failure *why, Failure *failure)
{
        UpdateRecord *record = &mission->facts.update.record;

        log_warning("autoUpdate: %s: %s", reason_get(why->reason)->id, why->found);
        outcome_row(mission->outcome, ROW, ROW_WARNING, "%s is left as it is: %s", mission->facts.package.version,
                    why->found);
        record->due = false;
        record->before[0] = record->after[0] = '\0';
        snprintf(record->trouble, sizeof(record->trouble), "%.*s", (int)sizeof(record->trouble) - 1, why->found);
        return put_source_back(mission, failure);
}

/* The way back first. */
static int fetch(Mission *mission, const char *version, Failure *failure)
{
        PackageChoice back = { .action = PACKAGE_REINSTALL }, on = { .action = PACKAGE_INSTALL };

        snprintf(back.version, sizeof(back.version), "%s", mission->facts.package.version);
        snprintf(on.version, sizeof(on.version), "%s", version);
        if (package_prepare(mission, failure) < 0 || package_download(mission, &back, failure) < 0 ||
            package_download(mission, &on, failure) < 0)
                return -1;
        return steps_wait_for_turn(mission, failure);
}

static int begin(Mission *mission, const char *version, Failure *failure)
{
        UpdateRecord *record = &mission->facts.update.record;

        record->due = false;
        record->looked = mission->facts.now_s / DAY_S;
        record->trouble[0] = '\0';
        snprintf(record->before, sizeof(record->before), "%s", mission->facts.package.version);
        snprintf(record->after, sizeof(record->after), "%s", version);
        return write_record(mission, failure);
}

/* Whatever the package manager said. */
static int read_state(Mission *mission, Failure *failure)
{
        PackageState *state = &mission->facts.package.state;
        Error err = { 0 };

        if (mission->manager->state(mission->host, SENSOR_PACKAGE, state, mission->facts.package.version, &err) < 0)
                return steps_fail(failure, REASON_INSTALL_FAILED, &err);
        return 0;
}

static bool is_there(const Mission *mission, const char *version)
{
        return mission->facts.package.state == PACKAGE_INSTALLED && text_equal(mission->facts.package.version, version);
}

static int install(Mission *mission, const char *version, Failure *failure)
{
        const UpdateRecord *record = &mission->facts.update.record;
        PackageChoice choice = { .action = PACKAGE_INSTALL };
        Failure why = { 0 };
        int done;

        snprintf(choice.version, sizeof(choice.version), "%s", version);
        if (begin(mission, version, failure) < 0)
                return -1;
        done = package_transact(mission, &choice, &why);
        if (read_state(mission, failure) < 0)
                return -1;
        if (is_there(mission, record->before))
                return leave_it(mission, &why, failure);
        if (done < 0 && !is_there(mission, version)) {
                *failure = why;
                return -1;
        }
        package_keys_tell(mission);
        if (package_commit(mission, failure) < 0 || update_gate(mission, true, failure) < 0)
                return -1;
        return end(mission, failure);
}

/* A run before this one had begun. */
static int resume(Mission *mission, Failure *failure)
{
        const UpdateRecord *record = &mission->facts.update.record;

        if (read_state(mission, failure) < 0 ||
            (is_there(mission, record->after) && update_gate(mission, false, failure) < 0))
                return -1;
        return end(mission, failure);
}

int step_update(Mission *mission, Failure *failure)
{
        char version[PACKAGE_VERSION_MAX];
        Failure why = { 0 };

        if (*mission->facts.update.record.after)
                return resume(mission, failure);
        if (update_find(mission, version, &why) == 0 && (!*version || fetch(mission, version, &why) == 0))
                return *version ? install(mission, version, failure) : end_look(mission, failure);
        if (why.reason == REASON_STOPPED) {
                *failure = why;
                return -1;
        }
        return leave_it(mission, &why, failure);
}
