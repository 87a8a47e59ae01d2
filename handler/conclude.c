/*
 * conclude: ExecStopPost of the worker's unit. A request that is still current has no live worker any more: it gets
 * its terminal error here, and what it had begun is put right as far as that is possible without new work.
 */
#include "handler/commands.h"

#include "agent/recover.h"
#include "agent/report.h"
#include "agent/state.h"
#include "agent/queue.h"
#include "handler/removal.h"
#include "handler/session.h"
#include "handler/strays.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_init.h"

#define LOCK_MS 60000
#define REPAIR_MS (30 * 60 * 1000)

/* Its enable has told that it goes on. */
static bool is_asked_again(const Host *host, const QueueEntry *entry)
{
        QueueEntry next;

        return queue_read_next(host, &next) && next.sequence == entry->sequence && text_equal(next.base, entry->base) &&
               !text_equal(next.id, entry->id);
}

/* The run ended by itself, and only its status could not be written: history has its end. */
static bool is_known(const Session *session, const Request *request, Outcome *outcome)
{
        const HistoryRecord *history = &session->history;
        const char *status = getenv("EXIT_STATUS");

        if (!text_equal(status, WORKER_UNTOLD_TEXT) || !text_equal(history->digest, request->digest))
                return false;
        outcome->verdict = history->verdict;
        outcome->failure = history->failure;
        report_known_notes(history->notes, history->n_notes, outcome);
        if (history->verdict == VERDICT_SUCCEEDED)
                outcome_say(outcome, "Microsoft Defender for Endpoint is onboarded%s%s.",
                            *history->tenant ? ": tenant " : "", history->tenant);
        return true;
}

/* So that it is told as what it is: a success that turned bad, or one that never was. */
static void tell_death(Session *session, Outcome *outcome)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        Failure failure = { 0 };
        Error err = { 0 };
        bool known = session_read_settings(session, &settings, &failure) == 0;

        if (known) {
                session_recall(session, &settings.request);
                if (is_known(session, &settings.request, outcome)) {
                        if (session_write_status(session, outcome, &err) < 0)
                                log_error("the status cannot be written: %s", err.text); /* the next enable's then */
                        return;
                }
                session_remember(session, &settings.request, outcome, NULL);
        }
        session_tell(session, outcome);
}

static void end_request(const QueueEntry *entry)
{
        _cleanup_(session_clear) Session session = { 0 };
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        _cleanup_free_ char *installer_log = NULL;
        const char *result = getenv("SERVICE_RESULT"), *status = getenv("EXIT_STATUS");
        Error err = { 0 };

        host_init(&session.host);
        if (session_open_at(&session, "Enable", entry->base, entry->sequence, &err) < 0) {
                installer_log = text_copy(STATE_FOLDER "/installer.log");
                log_error("sequence %d of %s: %s", entry->sequence, entry->base, err.text);
        } else {
                installer_log = session_installer_log(&session);
                outcome->verdict = VERDICT_FAILED;
                failure_set(&outcome->failure, REASON_WORKER_DIED, "systemd says: %s, %s.", result ? result : "unknown",
                            status ? status : "unknown");
                if (!is_asked_again(&session.host, entry))
                        tell_death(&session, outcome);
        }
        strays_end(&session.host, WORKER_UNIT, "the worker");
        if (recover_run(&session.host, NULL, installer_log, NULL, &err) < 0)
                log_error("what the run had begun is left for the next one: %s", err.text);
}

/* A worker that failed before it could take a request would fail again, and again: that request ends here too. */
static void end_untaken(const Host *host)
{
        const char *result = getenv("SERVICE_RESULT");
        QueueEntry entry;
        Error err = { 0 };

        if (!result || text_equal(result, "success") || !queue_read_next(host, &entry))
                return;
        end_request(&entry);
        if (queue_drop_next(host, &err) < 0)
                fprintf(stderr, "conclude: %s\n", err.text);
}

static void end_what_is_left(const Host *host)
{
        QueueEntry entry;
        Error err = { 0 };

        if (!queue_read_current(host, &entry)) {
                end_untaken(host);
                return;
        }
        end_request(&entry);
        if (queue_clear_current(host, &err) < 0)
                fprintf(stderr, "conclude: %s\n", err.text);
}

static int remove_ours(const Host *host, int *lock)
{
        Error err = { 0 };

        if (removal_carry_out(host, STATE_FOLDER "/installer.log", deadline_in(REPAIR_MS), lock, &err) >= 0)
                return 0;
        fprintf(stderr, "conclude: %s\n", err.text);
        return 1;
}

int command_conclude(void)
{
        _cleanup_close_ int lock = -1;
        Error err = { 0 };
        Host host;

        host_init(&host);
        if (!fs_is_folder(&host, STATE_FOLDER))
                return 0;
        if (state_lock_wait(&host, deadline_in(LOCK_MS), &lock, &err) < 0) {
                if (!fs_is_folder(&host, STATE_FOLDER))
                        return 0; /* uninstalled meanwhile */
                fprintf(stderr, "conclude: %s\n", err.text);
                return 1;
        }
        end_what_is_left(&host);
        if (removal_is_owed(&host))
                return remove_ours(&host, &lock);
        /* in this order: an enable that found the lock held has left its request before that */
        close(TAKE_FD(lock));
        if (queue_has_next(&host) && worker_unit_start(&host, &err) < 0)
                fprintf(stderr, "conclude: %s\n", err.text);
        return 0;
}
