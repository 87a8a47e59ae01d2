#include "handler/hand_over.h"

#include "agent/situation.h"
#include "agent/state.h"
#include "agent/undo.h"
#include "handler/program.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/uptime.h"

#define BOOTING_S (10 * 60)

void hand_over_say(const Session *session, const char *what)
{
        Outcome outcome = { .verdict = VERDICT_WORKING };

        outcome_say(&outcome, "%s", what);
        outcome_row(&outcome, "look", ROW_WORKING, "%s", what);
        session_tell(session, &outcome);
}

int hand_over_start(const Session *session, const QueueEntry *entry, const char *seen, Error *err)
{
        hand_over_say(session, "the worker starts");
        if (program_install(&session->host, err) < 0 || queue_hand_over(&session->host, entry, seen, err) < 0 ||
            worker_unit_start(&session->host, err) < 0)
                return -1;
        log_info("sequence %d: handed to %s", session->sequence, WORKER_UNIT);
        return 0;
}

/* A daemon that was restarted by systemd has died at least once: that is for the worker to look at. Where that is not
 * counted, a daemon that dies again and again looks young each time: only one of a machine that is young itself is. */
static bool is_first_start(const Host *host, const UnitState *unit)
{
        int64_t up_s;

        if (unit->has_restarts)
                return unit->restarts == 0;
        up_s = uptime_s(host);
        return up_s >= 0 && up_s < BOOTING_S;
}

static bool is_starting(const Host *host, const UnitState *unit)
{
        return (text_equal(unit->active, "active") || text_equal(unit->active, "activating")) &&
               is_first_start(host, unit);
}

bool hand_over_can_wait(const Session *session, const Facts *facts)
{
        return session->telling.fulfilled && session->history.verdict == VERDICT_SUCCEEDED &&
               facts->sensor.health.answering != TRI_YES && facts->sensor.files == TRI_YES &&
               facts->sensor.onboarded == TRI_YES && facts->sensor.offboarding_file != TRI_YES &&
               facts->sensor.enabled == TRI_YES && is_starting(&session->host, &facts->sensor.unit);
}

bool hand_over_is_owed(const Session *session, const Facts *facts)
{
        UndoState undo = { 0 };

        if (facts->hold.held == TRI_YES)
                return false;
        return *facts->update.record.after || (undo_state(&session->host, &undo, NULL) == 0 && undo.pending);
}

/* The worker saw that a person had removed the sensor: the package need not be asked for again while it is away. */
static bool is_still_removed(const Session *session, const Request *request, const Facts *facts)
{
        return session->telling.fulfilled && session->history.failure.reason == REASON_SENSOR_REMOVED &&
               !request->force_reonboarding && facts->sensor.files == TRI_NO;
}

/* The package, which only says whose the machine should be, was fetched, and was what was refused. */
static bool only_asks_for_the_package(const Request *request, const Facts *facts, const Plan *plan)
{
        return plan->n_steps == 1 && plan->steps[0].id == STEP_ONBOARDING_PACKAGE && situation_can_stay(request, facts);
}

bool hand_over_is_useless(const Session *session, const Request *request, const Facts *facts, const Plan *plan)
{
        const HistoryRecord *history = &session->history;
        char boot[37];

        if (history->verdict != VERDICT_REFUSED || !text_equal(history->digest, request->digest))
                return false;
        if (is_still_removed(session, request, facts))
                return true;
        /* what was found then holds while the machine needs what was refused; a second look has just judged anew */
        if (facts->look == LOOK_SECOND || !text_equal(history->program, version_text) ||
            (!situation_needs_package(request, facts) && !only_asks_for_the_package(request, facts, plan)))
                return false;
        state_boot_id(&session->host, boot);
        return text_equal(history->boot, boot) && reason_get(history->failure.reason)->retry == REASON_RETRY_NEVER;
}
