/*
 * The worker takes what the queue holds until nothing is left. It holds the mission lock all the while, and after
 * letting it go looks once more: an enable that found the lock held has left its request before that.
 */
#include "handler/commands.h"

#include <signal.h>
#include <string.h>

#include "agent/mission_run.h"
#include "agent/recover.h"
#include "agent/state.h"
#include "handler/crash.h"
#include "handler/no_look.h"
#include "agent/queue.h"
#include "handler/recheck_unit.h"
#include "handler/session.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/fs.h"
#include "platform/host_init.h"

#define LOCK_MS ((int64_t)24 * 60 * 60 * 1000) /* a person's run may have it */
#define TELL_MS (5 * 60 * 1000)
#define TELL_PAUSE_MS 2000
#define REWRITE_MS 45000 /* not terminal: rewritten at least this often */
#define LEAST_MS 1000    /* and at most this often, but for a new stage */

static volatile sig_atomic_t stop_requested;
static volatile sig_atomic_t mission_over; /* what a mission that waits looks at: a stop, or a reason of its own */

static void on_term(int number)
{
        stop_requested = 1;
        mission_over = 1;
}

typedef struct Progress {
        const Session *session;
        const QueueEntry *entry;
        int64_t told_ms;
        char message[OUTCOME_TEXT_MAX];
        size_t n_rows;
        Verdict verdict;
} Progress;

/* Settings that came again unchanged are no reason to begin anew. */
static ReasonId why_stop(void *userdata)
{
        const Progress *progress = userdata;
        const Session *session = progress->session;
        QueueEntry next;

        if (!fs_is_folder(&session->host, session->environment.status_folder))
                return REASON_STOPPED; /* the extension was removed under us */
        if (queue_read_next(&session->host, &next) && !queue_is_same(&next, progress->entry))
                return REASON_SUPERSEDED;
        if (facts_are_held(&session->host))
                return REASON_HELD;
        return stop_requested ? REASON_STOPPED : REASON_NONE;
}

static void on_progress(const Outcome *outcome, void *userdata)
{
        Progress *progress = userdata;
        int64_t now = deadline_now_ms();
        bool changed = !text_equal(progress->message, outcome->message);
        bool important = outcome->n_rows != progress->n_rows || outcome->verdict != progress->verdict;

        if (why_stop(progress))
                mission_over = 1; /* ends a wait or a download; a transaction is never ended */
        if (outcome->verdict == VERDICT_SUCCEEDED || outcome->verdict == VERDICT_REFUSED)
                return; /* told by the caller, when history is written */
        if (outcome->verdict == VERDICT_FAILED && outcome->failure.reason != REASON_INSTALL_STILL_RUNNING)
                return;
        if (!important && outcome->verdict == VERDICT_FAILED)
                return; /* terminal, and told */
        if (!important && !(changed && now - progress->told_ms >= LEAST_MS) && now - progress->told_ms < REWRITE_MS)
                return;
        session_tell(progress->session, outcome);
        progress->told_ms = now;
        progress->n_rows = outcome->n_rows;
        progress->verdict = outcome->verdict;
        snprintf(progress->message, sizeof(progress->message), "%s", outcome->message);
}

static void on_change(const char *what, const char *before, const char *after, void *userdata)
{
        const Progress *progress = userdata;
        _cleanup_free_ char *text = text_format("%s: %s -> %s", what, before, after);

        session_announce(progress->session, text);
}

/* It goes on under the same number: its end is still to come. */
static bool is_continued(const Session *session, const QueueEntry *entry, const Outcome *outcome)
{
        QueueEntry next;

        return outcome->verdict == VERDICT_FAILED &&
               (outcome->failure.reason == REASON_SUPERSEDED || outcome->failure.reason == REASON_STOPPED) &&
               queue_read_next(&session->host, &next) && text_equal(next.base, entry->base) &&
               next.sequence == entry->sequence;
}

/* History first: an enable that reads the terminal status finds it written. */
static int end(Session *session, Mission *mission, Outcome *outcome)
{
        bool looked = mission->facts.look == LOOK_SECOND;

        if (!stop_requested)
                recheck_unit_settle(&session->host, outcome->failure.reason, session->telling.fulfilled, outcome);
        if (looked) {
                plan_leave_second_notes(mission->request, &mission->facts, &mission->plan);
                session_carry_notes(session, mission->request, &mission->plan);
        }
        if (looked && outcome->verdict == VERDICT_SUCCEEDED)
                azure_remember(&session->host, &mission->facts.azure, mission->facts.sensor.health.machine_id);
        session->history.refused = mission->refused;
        return session_remember(session, mission->request, outcome, looked ? &mission->plan : NULL);
}

/* Azure waits for it, and a full disk may have room again in a moment. -1: it is not told. */
static int tell_end(const Session *session, const Outcome *outcome)
{
        Deadline deadline = deadline_in(TELL_MS);
        Error err = { 0 };

        if (session_tell(session, outcome) == 0)
                return 0;
        mission_over = stop_requested;
        while (fs_is_folder(&session->host, session->environment.status_folder) && !queue_has_next(&session->host)) {
                if (host_wait(&session->host, TELL_PAUSE_MS, deadline, &err) < 0)
                        return -1;
                if (session_write_status(session, outcome, &err) == 0) {
                        log_info("sequence %d: the status is written", session->sequence);
                        return 0;
                }
        }
        return 0; /* nobody waits for it any more */
}

/* 0, or the worker's exit code. */
static int carry_out(Session *session, const QueueEntry *entry, Outcome *outcome)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_free_ char *installer_log = session_installer_log(session);
        Progress progress = { .session = session, .entry = entry };
        Failure failure = { 0 };
        Mission mission = { .host = &session->host,
                            .request = &settings.request,
                            .installer_log = installer_log,
                            .on_progress = on_progress,
                            .on_change = on_change,
                            .why_stop = why_stop,
                            .userdata = &progress };
        bool known;

        failure = session->configuration_failure;
        if (failure.reason || session_read_settings(session, &settings, &failure) < 0) {
                if (failure.reason == REASON_CONFIGURATION_UNTRUSTED && no_look_tell(session, &failure))
                        return 0;
                outcome->verdict = VERDICT_REFUSED;
                outcome->failure = failure;
                return tell_end(session, outcome) < 0 ? 1 : 0;
        }
        session_recall(session, &settings.request);
        crash_prepare(session); /* again: by now it is known how this request is told */
        mission.fulfilled = session->telling.fulfilled;
        mission.blind = tri(session_is_blind(session, &settings.request));
        mission.refused = session->history.refused;
        snprintf(mission.fulfilled_org, sizeof(mission.fulfilled_org), "%s",
                 session_fulfilled_org(session, &settings.request));
        snprintf(mission.unmet_org, sizeof(mission.unmet_org), "%s", session_unmet_org(session, &settings.request));
        mission.deadline = deadline_in((int64_t)settings.request.max_wait_minutes * 60 * 1000);
        mission_run(&mission, outcome);
        known = end(session, &mission, outcome) == 0;
        mission_clear(&mission);
        if (is_continued(session, entry, outcome) || tell_end(session, outcome) == 0)
                return 0;
        return known ? WORKER_UNTOLD : 1;
}

static int work_on(const QueueEntry *entry)
{
        _cleanup_(session_clear) Session session = { 0 };
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        Error err = { 0 };
        int code;

        host_init(&session.host);
        mission_over = stop_requested;
        session.host.stop = &mission_over;
        if (session_open_at(&session, "Enable", entry->base, entry->sequence, &err) < 0) {
                log_error("sequence %d of %s cannot be worked on: %s", entry->sequence, entry->base, err.text);
                return 0;
        }
        log_info("sequence %d: the worker begins, pid %d, version %s", entry->sequence, (int)getpid(), version_text);
        crash_prepare(&session);
        code = carry_out(&session, entry, outcome);
        crash_forget();
        return code;
}

/* The end of what is to be done, with the lock held by us: false when something came in at the last moment. */
static bool let_go(const Host *host, int *lock)
{
        Error err;

        close(TAKE_FD(*lock));
        if (!queue_has_next(host) || stop_requested)
                return true;
        return state_lock_try(host, lock, &err) < 0 || *lock < 0; /* not ours again: that enable goes on with it */
}

/* Nothing was asked for, but an earlier run was cut off in the middle and is not put right yet. */
static void clean_up(const Host *host)
{
        Error err = { 0 };

        if (facts_are_held(host))
                return;
        if (recover_run(host, NULL, STATE_FOLDER "/installer.log", NULL, &err) < 0)
                log_error("what an earlier run had begun: %s", err.text);
}

static int work(const Host *host, int *lock)
{
        bool taken, first = true;
        QueueEntry entry;
        Error err = { 0 };
        int code;

        for (;;) {
                if (stop_requested)
                        return 0;
                if (queue_take(host, &taken, &entry, &err) < 0) {
                        fprintf(stderr, "the worker cannot go on: %s\n", err.text);
                        return 1;
                }
                if (!taken && first)
                        clean_up(host);
                first = false;
                if (!taken && let_go(host, lock))
                        return 0;
                if (!taken)
                        continue;
                code = work_on(&entry);
                if (code)
                        return code; /* it stays current: conclude ends it */
                if (queue_clear_current(host, &err) < 0)
                        log_error("the queue: %s", err.text);
        }
}

int command_worker(void)
{
        struct sigaction action = { .sa_handler = on_term };
        _cleanup_close_ int lock = -1;
        Error err = { 0 };
        Host host;

        sigaction(SIGTERM, &action, NULL);
        host_init(&host);
        host.stop = &stop_requested;
        if (state_prepare(&host, &err) < 0 || state_lock_wait(&host, deadline_in(LOCK_MS), &lock, &err) < 0) {
                if (stop_requested)
                        return 0;
                fprintf(stderr, "the worker cannot begin: %s\n", err.text);
                return 1;
        }
        return work(&host, &lock);
}
