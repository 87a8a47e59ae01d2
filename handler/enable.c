/*
 * enable runs at every goal state of the machine, at every boot and agent restart, and has 30 s. What is as asked is
 * told at once; everything else is the worker's.
 */
#include "handler/commands.h"

#include "agent/kept.h"
#include "agent/mission.h"
#include "agent/report.h"
#include "agent/state.h"
#include "agent/undo.h"
#include "handler/crash.h"
#include "handler/hand_over.h"
#include "handler/no_look.h"
#include "handler/program.h"
#include "agent/queue.h"
#include "handler/recheck_unit.h"
#include "handler/session.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/host_init.h"

#define LOOK_MS 12000

typedef struct Asked {
        QueueEntry entry;
        char seen[QUEUE_ID_MAX]; /* the request that was queued before ours: with the lock held it is ours to replace */
} Asked;

static int refuse(const Session *session, const Request *request, const Failure *failure, Outcome *outcome)
{
        int code;

        recheck_unit_settle(&session->host, failure->reason, session->telling.fulfilled, outcome);
        code = session_fail(session, outcome, VERDICT_REFUSED, failure);
        session_remember(session, request, outcome, NULL);
        return code;
}

static void succeed(const Session *session, const Request *request, const Facts *facts, const Plan *plan,
                    Outcome *outcome)
{
        report_success(request, facts, plan, outcome);
        recheck_unit_settle(&session->host, REASON_NONE, session->telling.fulfilled, outcome);
        session_tell(session, outcome);
        session_remember(session, request, outcome, NULL);
}

static int look(const Session *session, const Asked *asked, const Request *request, Outcome *outcome)
{
        _cleanup_(facts_clear) Facts facts = { 0 };
        Error err = { 0 };
        Plan plan;

        session_first_look(session, request, deadline_in(LOOK_MS), &facts);
        kept_forget(&session->host, &facts);
        plan_make(request, &facts, &plan);
        if (text_equal(session->history.digest, request->digest))
                report_known_notes(session->history.notes, session->history.n_notes, outcome);
        /* what a run before has begun is ended first: a unit file that a power cut left empty looks masked */
        if (plan.refusal.reason && !hand_over_is_owed(session, &facts)) {
                report_notes(&plan, outcome);
                return refuse(session, request, &plan.refusal, outcome);
        }
        if (!hand_over_is_owed(session, &facts) && (plan.n_steps == 0 || hand_over_can_wait(session, &facts))) {
                succeed(session, request, &facts, &plan, outcome);
                return 0;
        }
        if (hand_over_is_useless(session, request, &facts, &plan))
                return refuse(session, request, &session->history.failure, outcome);
        if (hand_over_start(session, &asked->entry, asked->seen, &err) < 0)
                return session_fail_ours(session, outcome, REASON_WORKER_START, &err);
        return 0;
}

/* Where it is the site's configuration that is not accepted, nothing is done, and what was told of a machine that had
 * been met stands. */
static int refuse_settings(const Session *session, const Failure *failure, Outcome *outcome)
{
        if (failure->reason == REASON_CONFIGURATION_UNTRUSTED && no_look_tell(session, failure))
                return 0;
        return session_fail(session, outcome, VERDICT_REFUSED, failure);
}

/* We hold the lock: what a reboot left of a worker is nobody's any more. */
static void forget_dead_run(const Host *host)
{
        QueueEntry current;
        Error err = { 0 };

        if (queue_read_current(host, &current) && queue_clear_current(host, &err) < 0)
                log_warning("the queue: %s", err.text);
}

static int with_lock(Session *session, const Asked *asked, Outcome *outcome)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        Failure failure = { 0 };

        forget_dead_run(&session->host);
        if (!systemd_is_running(&session->host)) {
                failure_set(&failure, REASON_SYSTEMD_MISSING, "/run/systemd/system does not exist.");
                return session_fail(session, outcome, VERDICT_REFUSED, &failure);
        }
        failure = session->configuration_failure;
        if (failure.reason || session_read_settings(session, &settings, &failure) < 0)
                return refuse_settings(session, &failure, outcome);
        session_recall(session, &settings.request);
        crash_prepare(session); /* again: by now it is known how this request is told */
        return look(session, asked, &settings.request, outcome);
}

/* A worker that was asked to stop ends nothing. Not known counts as so: then the request waits in the queue. */
static bool is_stopping(const Host *host)
{
        bool stopping = true;
        Error err;

        return worker_unit_is_stopping(host, &stopping, &err) < 0 || stopping;
}

/* Afterwards whoever holds the lock has this request, or finds it in the queue when the lock is let go. */
static int leave_to_holder(const Session *session, const Asked *asked, Error *err)
{
        if (!is_stopping(&session->host) && queue_is_worked_on(&session->host, &asked->entry)) {
                log_info("sequence %d is being worked on", session->sequence);
                return 0;
        }
        /* told first: afterwards its end may be told at any moment */
        hand_over_say(session, "waiting for the run before this one");
        if (queue_put_next(&session->host, &asked->entry, err) < 0)
                return -1;
        log_info("sequence %d: queued behind another run", session->sequence);
        return 0;
}

/* What nobody else takes: a request queued while we held the lock, and what a run before a power cut had begun. */
static void start_for_leftovers(const Session *session)
{
        UndoState undo = { 0 };
        Error err = { 0 };

        if (!queue_has_next(&session->host) &&
            (facts_are_held(&session->host) || undo_state(&session->host, &undo, &err) < 0 || !undo.pending))
                return;
        if (program_install(&session->host, &err) < 0 || worker_unit_start(&session->host, &err) < 0)
                log_error("the worker could not be started: %s", err.text);
}

static int carry_out(Session *session, const Asked *asked, int *lock, Outcome *outcome)
{
        Error err = { 0 };
        int code;

        if (queue_drop_seen(&session->host, asked->seen, &err) < 0)
                log_warning("the queue: %s", err.text);
        if (!program_is_in_place(&session->host) && program_install(&session->host, &err) < 0)
                log_warning("the program cannot be put in place: %s", err.text);
        crash_prepare(session);
        code = with_lock(session, asked, outcome);
        crash_forget();
        close(TAKE_FD(*lock));
        start_for_leftovers(session);
        return code;
}

static int run(Session *session)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        const char *base = session->environment.base, *config = session->environment.config_folder;
        _cleanup_close_ int lock = -1;
        Asked asked = { 0 };
        QueueEntry queued;
        Error err = { 0 };

        if (session->configuration_failure.reason == REASON_CRYPTO_REFUSED)
                return session_fail(session, outcome, VERDICT_REFUSED, &session->configuration_failure);
        if (queue_make_entry(&session->host, base, config, session->sequence, &asked.entry, &err) < 0 ||
            state_prepare(&session->host, &err) < 0)
                return session_fail_ours(session, outcome, REASON_STATE_UNUSABLE, &err);
        if (queue_read_next(&session->host, &queued))
                snprintf(asked.seen, sizeof(asked.seen), "%s", queued.id);
        if (state_lock_try(&session->host, &lock, &err) < 0)
                return session_fail_ours(session, outcome, REASON_STATE_UNUSABLE, &err);
        if (lock >= 0)
                return carry_out(session, &asked, &lock, outcome);
        if (leave_to_holder(session, &asked, &err) < 0)
                return session_fail_ours(session, outcome, REASON_STATE_UNUSABLE, &err);
        snprintf(asked.seen, sizeof(asked.seen), "%s", asked.entry.id);
        /* once more: it may have been let go before our request could be seen */
        if (state_lock_try(&session->host, &lock, &err) == 0 && lock >= 0)
                return carry_out(session, &asked, &lock, outcome);
        return 0;
}

int command_enable(void)
{
        _cleanup_(session_clear) Session session = { 0 };
        char why[FAILURE_TEXT_MAX];
        Failure failure = { 0 };
        Error err = { 0 };

        host_init(&session.host);
        if (session_open(&session, "Enable", &err) < 0) {
                failure_from(&failure, REASON_ENVIRONMENT, &err);
                fprintf(stderr, "%s\n", failure_why(&failure, why));
                return reason_get(failure.reason)->azure_code;
        }
        return run(&session);
}
