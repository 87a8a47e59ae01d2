/*
 * conclude: ExecStopPost of the worker's unit. A request that is still current has no live worker any more: it gets
 * its terminal error here, and what it had begun is put right as far as that is possible without new work.
 */
#include "handler/commands.h"

#include "agent/recover.h"
#include "agent/state.h"
#include "agent/undo.h"
#include "handler/lifecycle.h"
#include "agent/queue.h"
#include "handler/session.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/process.h"
#include "platform/host_init.h"

#define LOCK_MS 60000

/* Its enable has told that it goes on. */
static bool is_asked_again(const Host *host, const QueueEntry *entry)
{
        QueueEntry next;

        return queue_read_next(host, &next) && next.sequence == entry->sequence && text_equal(next.base, entry->base) &&
               !text_equal(next.id, entry->id);
}

/* Downloads and questions to the sensor, which nobody waits for any more; never what a transaction started. */
static void end_strays(const Host *host)
{
        UndoState undo = { 0 };
        size_t n = 0;

        if (undo_state(host, &undo, NULL) == 0 && !undo.transaction)
                n = process_kill_unit(host, WORKER_UNIT);
        if (n > 0)
                log_info("ended %zu processes that the worker had left behind", n);
}

/* So that it is told as what it is: a success that turned bad, or one that never was. */
static void tell_death(Session *session, Outcome *outcome)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        Failure failure = { 0 };
        bool known = session_read_settings(session, &settings, &failure) == 0;

        if (known) {
                session_recall(session, &settings.request);
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
        end_strays(&session.host);
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
        if (fs_exists(&host, LIFECYCLE_UNINSTALLED))
                return lifecycle_remove_ours(&host, &err) < 0;
        /* in this order: an enable that found the lock held has left its request before that */
        close(TAKE_FD(lock));
        if (queue_has_next(&host) && worker_unit_start(&host, &err) < 0)
                fprintf(stderr, "conclude: %s\n", err.text);
        return 0;
}
