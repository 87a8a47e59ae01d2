/*
 * enable runs at every goal state of the machine, at every boot and agent restart, and has 30 s. What is as asked is
 * told at once; everything else is the worker's.
 */
#include "handler/commands.h"

#include "agent/mission.h"
#include "agent/state.h"
#include "handler/crash.h"
#include "handler/program.h"
#include "handler/queue.h"
#include "handler/session.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/process.h"

#define LOOK_MS 12000
#define LOCK_MS 10000

static void tell_in_progress(const Session *session, const char *what)
{
        Outcome outcome = { .verdict = VERDICT_WORKING };

        outcome_say(&outcome, "%s", what);
        outcome_row(&outcome, "look", ROW_WORKING, "%s", what);
        session_tell(session, &outcome);
}

static int start_worker(const Session *session, Outcome *outcome)
{
        Failure failure;
        Error err = { 0 };

        tell_in_progress(session, "the worker starts");
        if (program_install(&session->host, &err) < 0 ||
            queue_put_next(&session->host, session->environment.base, session->sequence, &err) < 0 ||
            worker_unit_start(&session->host, &err) < 0) {
                failure_from(&failure, REASON_WORKER_START, &err);
                return session_fail(session, outcome, VERDICT_FAILED, &failure);
        }
        log_info("sequence %d: handed to %s", session->sequence, WORKER_UNIT);
        return 0;
}

/* The daemon is still starting (boot), all else is as it was when this very request succeeded. */
static bool is_waking_up(const HistoryRecord *history, const Request *request, const Facts *facts)
{
        return history->verdict == VERDICT_SUCCEEDED && text_equal(history->digest, request->digest) &&
               facts->sensor.health.answering != TRI_YES && facts->sensor.files == TRI_YES &&
               facts->sensor.onboarded == TRI_YES && facts->sensor.offboarding_file != TRI_YES &&
               facts->sensor.enabled == TRI_YES &&
               (facts->sensor.active == TRI_YES || text_equal(facts->sensor.unit.active, "activating"));
}

/* The same settings in the same boot end the same way: no worker, no network, no package manager. */
static bool is_known_to_fail(const Session *session, const HistoryRecord *history, const Request *request)
{
        char boot[37];

        state_boot_id(&session->host, boot);
        return history->verdict == VERDICT_REFUSED && text_equal(history->digest, request->digest) &&
               text_equal(history->boot, boot) && reason_get(history->failure.reason)->retry == REASON_RETRY_NEVER;
}

static int look(const Session *session, const Request *request, Outcome *outcome)
{
        HistoryRecord history;
        Facts facts;
        Plan plan;

        history_read(&session->host, session->sequence, &history);
        facts_gather(&session->host, LOOK_FIRST, deadline_in(LOOK_MS), &facts);
        facts.fulfilled = tri(history.verdict == VERDICT_SUCCEEDED && text_equal(history.digest, request->digest));
        plan_make(request, &facts, &plan);
        if (plan.refusal.reason) {
                int code = session_fail(session, outcome, VERDICT_REFUSED, &plan.refusal);

                session_remember(session, request, outcome);
                return code;
        }
        if (plan.n_steps == 0 || is_waking_up(&history, request, &facts)) {
                mission_report_success(request, &facts, outcome);
                session_tell(session, outcome);
                session_remember(session, request, outcome);
                return 0;
        }
        if (is_known_to_fail(session, &history, request))
                return session_fail(session, outcome, VERDICT_REFUSED, &history.failure);
        return start_worker(session, outcome);
}

/* We hold the lock: what a reboot left of a worker is nobody's any more. */
static void forget_dead_run(const Host *host)
{
        QueueEntry current;
        Error err = { 0 };

        if (queue_read_current(host, &current) && queue_clear_current(host, &err) < 0)
                log_warning("the queue: %s", err.text);
}

static int with_lock(const Session *session, Outcome *outcome)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        Failure failure = { 0 };

        forget_dead_run(&session->host);
        if (!systemd_is_running(&session->host)) {
                failure_set(&failure, REASON_SYSTEMD_MISSING, "/run/systemd/system does not exist.");
                return session_fail(session, outcome, VERDICT_REFUSED, &failure);
        }
        if (session->configuration_failure.reason)
                return session_fail(session, outcome, VERDICT_REFUSED, &session->configuration_failure);
        if (settings_read(&session->host, &session->environment, session->sequence, &settings, &failure) < 0)
                return session_fail(session, outcome, VERDICT_REFUSED, &failure);
        return look(session, &settings.request, outcome);
}

static bool is_worked_on(const Host *host, const QueueEntry *current)
{
        return current->pid > 0 && process_is_alive(host, current->pid, current->start_time);
}

/* The worker died; what takes its time is the package manager it had started, which conclude waits for. */
static bool is_being_concluded(const Host *host)
{
        bool active = false;

        return worker_unit_is_active(host, &active, NULL) == 0 && active;
}

/* True: the worker has this request, or will take it from the queue. */
static bool leave_to_worker(const Session *session, Error *err)
{
        QueueEntry current;
        bool alive;

        if (!queue_read_current(&session->host, &current))
                return false;
        alive = is_worked_on(&session->host, &current);
        if (!alive && !is_being_concluded(&session->host))
                return false;
        if (alive && text_equal(current.base, session->environment.base) && current.sequence == session->sequence &&
            !queue_has_next(&session->host)) {
                log_info("sequence %d is being worked on, by pid %d", session->sequence, (int)current.pid);
                return true;
        }
        tell_in_progress(session, "waiting for the run before this one");
        if (queue_put_next(&session->host, session->environment.base, session->sequence, err) < 0)
                return false;
        log_info("sequence %d: queued behind sequence %d", session->sequence, current.sequence);
        return true;
}

/* A request that was queued between the worker's last look and its end would be nobody's. */
static void pick_up_queued(const Session *session)
{
        bool active = false;
        Error err = { 0 };

        if (queue_has_next(&session->host) && worker_unit_is_active(&session->host, &active, &err) == 0 && !active &&
            worker_unit_start(&session->host, &err) < 0)
                log_error("the worker could not be started: %s", err.text);
}

static int run(const Session *session)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        Failure failure = { 0 };
        Error err = { 0 };
        int lock = -1, code = 0;

        if (state_lock_try(&session->host, &lock, &err) == 0 && lock < 0) {
                bool left = leave_to_worker(session, &err);

                /* once more: the worker may have let go meanwhile; else a command that is about to end holds it */
                if (state_lock_try(&session->host, &lock, &err) == 0 && lock < 0 && !left &&
                    state_lock_wait(&session->host, deadline_in(LOCK_MS), &lock, &err) < 0)
                        lock = -1;
                if (lock < 0 && left)
                        return 0;
                if (lock >= 0 && left && queue_drop_next(&session->host, &err) < 0)
                        log_warning("the queue: %s", err.text); /* ours again */
        }
        if (lock < 0) {
                failure_from(&failure, REASON_INTERNAL, &err);
                return session_fail(session, outcome, VERDICT_FAILED, &failure);
        }
        crash_prepare(session);
        code = with_lock(session, outcome);
        crash_forget();
        close(lock);
        pick_up_queued(session);
        return code;
}

int command_enable(void)
{
        _cleanup_(session_clear) Session session = { 0 };
        Error err = { 0 };

        host_init(&session.host);
        if (session_open(&session, "Enable", &err) < 0) {
                fprintf(stderr, "%s %s\n", reason_get(REASON_ENVIRONMENT)->what, err.text);
                return reason_get(REASON_ENVIRONMENT)->azure_code;
        }
        return run(&session);
}
