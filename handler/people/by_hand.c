#include "handler/people/by_hand.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "agent/commands/progress.h"
#include "agent/history.h"
#include "agent/mission_run.h"
#include "agent/queue.h"
#include "agent/state_holder.h"
#include "handler/people/by_hand_scope.h"
#include "handler/people/by_hand_tell.h"
#include "handler/people/pass_on.h"
#include "handler/removal.h"
#include "handler/request_digest.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/fs.h"
#include "platform/journal.h"
#include "platform/stop_signals.h"

#define INSTALLER_LOG BY_HAND_LOGS "/installer.log"
#define LOCK_PAUSE_MS 500

static volatile sig_atomic_t stops; /* how often we were asked to stop */

/* What has to be said of it is said by who shows progress: what is written here the terminal may discard, as it does
 * with all that it has not shown yet when Ctrl-C is pressed. */
static void on_signal(int number)
{
        stops = stops < 100 ? stops + 1 : 100;
}

static void catch_signals(void (*handler)(int number))
{
        stop_signals_catch(handler);
        signal(BY_HAND_SCOPE_STOP, handler);
}

/* Stopped, it would hold the lock for as long: by Ctrl-Z, or for writing to a terminal behind a shell that has
 * 'stty tostop'. */
static void refuse_suspension(void)
{
        signal(SIGTSTP, SIG_IGN);
        signal(SIGTTOU, SIG_IGN);
}

/* While a terminal is waited for that does not take the answer, what came of it is on record. */
static void on_signal_at_the_end(int number)
{
        _exit(COMMAND_FAILED);
}

void by_hand_clear(ByHand *hand)
{
        settings_clear(&hand->settings);
        configuration_clear(&hand->configuration);
        free(TAKE_PTR(hand->root));
        log_close();
}

/* --- the run --------------------------------------------------------------------------------------- */

typedef struct Run {
        ByHand *hand;
        Progress progress;
        Deadline deadline;
        Outcome *outcome;
        int told_stops;
} Run;

static ReasonId why_stop(void *userdata)
{
        const Run *run = userdata;

        if (facts_are_held(&run->hand->host))
                return REASON_HELD;
        return stops ? REASON_STOPPED : REASON_NONE;
}

static void on_progress(const Outcome *outcome, void *userdata)
{
        Run *run = userdata;
        int asked = stops;

        if (asked != run->told_stops)
                progress_note(&run->progress,
                              run->told_stops ? "It stops already, as soon as the command that runs now has ended."
                                              : "Stopping after the command that runs now; an installation is never "
                                                "broken off.");
        run->told_stops = asked;
        progress_tell(&run->progress, outcome, deadline_now_ms());
}

static void on_wait(void *userdata)
{
        const Run *run = userdata;

        on_progress(run->outcome, userdata);
}

static void on_change(const char *what, const char *before, const char *after, void *userdata)
{
        log_info("changed: %s: %s -> %s", what, before, after);
}

static void open_log(const Run *run)
{
        const Host *host = &run->hand->host;
        Error err = { 0 };

        journal_set_context(run->hand->operation, HISTORY_BY_HAND);
        log_add_sink(journal_sink);
        if (fs_make_folder(host, BY_HAND_LOGS, 0755, &err) < 0 || log_open(BY_HAND_LOG, &err) < 0)
                log_warning("no log file: %s", err.text);
        log_info("%s by hand begins, pid %d, version %s", run->hand->line->command->name, (int)getpid(), version_text);
}

/* Caller frees. */
static char *describe_holder(const Host *host)
{
        ProcessIdentity holder = { .age_s = -1 };
        _cleanup_(text_clear) Text text = { 0 };
        QueueEntry entry;

        if (!state_find_holder(host, &holder))
                return text_copy("another run of mde-linux is at work on this machine");
        if (queue_read_current(host, &entry) && entry.pid == holder.pid)
                text_append(&text, "the extension is at work on this machine with sequence %d", entry.sequence);
        else
                text_append(&text, "another run of mde-linux is at work on this machine");
        text_append(&text, " (pid %d%s%s", (int)holder.pid, *holder.unit ? ", " : "", holder.unit);
        if (holder.age_s >= 0)
                text_append(&text, ", for %lld s", (long long)holder.age_s);
        text_append(&text, ")");
        return text_take(&text);
}

static void end_wait(Run *run)
{
        if (run->outcome->n_rows == 0)
                return;
        outcome_row(run->outcome, "wait", ROW_SUCCESS, "it was our turn");
        on_progress(run->outcome, run);
}

static int take_lock(Run *run, int *ret_lock, Failure *failure)
{
        const Host *host = &run->hand->host;
        Error err = { 0 };

        if (state_prepare(host, &err) < 0)
                return failure_by_kind(failure, REASON_STATE_UNUSABLE, &err);
        for (;;) {
                _cleanup_free_ char *holder = NULL;

                if (state_lock_try(host, ret_lock, &err) < 0)
                        return failure_by_kind(failure, REASON_STATE_UNUSABLE, &err);
                if (*ret_lock >= 0) {
                        end_wait(run);
                        return 0;
                }
                holder = describe_holder(host);
                outcome_row(run->outcome, "wait", ROW_WORKING, "%s", holder);
                on_progress(run->outcome, run);
                if (host_wait(host, LOCK_PAUSE_MS, run->deadline, &err) < 0)
                        return failure_set(failure,
                                           err.kind == ERROR_STOPPED ? REASON_STOPPED : REASON_PACKAGE_MANAGER_LOCKED,
                                           "It waited for its turn: %s.", holder);
        }
}

static bool is_all_there_is(const Host *host, const HistoryRecord *before)
{
        size_t n = history_count(host);

        return n == 0 || (n == 1 && before->verdict == VERDICT_REFUSED);
}

/* Once more, it finds what was done. */
static int64_t offboarded_s(const Run *run, const HistoryRecord *before)
{
        const Request *request = &run->hand->settings.request;

        if (!request->offboard || run->outcome->verdict != VERDICT_SUCCEEDED)
                return 0;
        return outcome_is_told(run->outcome, step_name(STEP_OFFBOARD)) ? (int64_t)time(NULL) : before->offboarded_s;
}

/* A refusal has changed nothing and was told to who asked: what is known of a run before it stays what there is to
 * know. */
static void remember(const Run *run, const Mission *mission)
{
        const Request *request = mission->request;
        const Host *host = &run->hand->host;
        HistoryRecord record = { .verdict = run->outcome->verdict, .failure = run->outcome->failure }, before;
        Error err = { 0 };

        history_read(host, HISTORY_BY_HAND, &before);
        if (record.verdict == VERDICT_REFUSED && !is_all_there_is(host, &before))
                return;
        snprintf(record.digest, sizeof(record.digest), "%s", request->digest);
        snprintf(record.program, sizeof(record.program), "%s", version_text);
        if (request->onboarding)
                snprintf(record.tenant, sizeof(record.tenant), "%s", request->onboarding->org_id);
        record.offboarded_s = offboarded_s(run, &before);
        state_boot_id(host, record.boot);
        history_keep_notes(&record, &mission->plan);
        if (record.verdict != VERDICT_SUCCEEDED)
                history_carry_fulfilled(&record, &before);
        if (record.verdict == VERDICT_SUCCEEDED && !request->offboard) {
                history_fulfil(&record, request->digest, !request->onboarding);
                azure_remember(host, &mission->facts.azure, mission->facts.sensor.health.machine_id);
        }
        if (history_write(host, HISTORY_BY_HAND, &record, &err) < 0)
                log_warning("history: %s", err.text);
}

static void log_end(const Outcome *outcome)
{
        char text[FAILURE_TEXT_MAX];

        if (outcome->failure.reason)
                log_error("%s: %s", reason_get(outcome->failure.reason)->id, failure_explain(&outcome->failure, text));
        else
                log_info("success: %s", outcome->message);
}

static Mission make_mission(Run *run)
{
        return (Mission){ .host = &run->hand->host,
                          .request = &run->hand->settings.request,
                          .deadline = run->deadline,
                          .installer_log = INSTALLER_LOG,
                          .on_progress = on_progress,
                          .on_change = on_change,
                          .why_stop = why_stop,
                          .userdata = run };
}

static void carry_out(Run *run)
{
        _cleanup_(mission_clear) Mission mission = make_mission(run);
        _cleanup_close_ int lock = -1;
        Failure failure = { 0 };
        Error err = { 0 };

        progress_begin(&run->progress, stderr);
        run->hand->host.on_wait = on_wait;
        run->hand->host.userdata = run;
        open_log(run);
        by_hand_scope_enter(&run->hand->host);
        if (take_lock(run, &lock, &failure) < 0) {
                *run->outcome = (Outcome){ .verdict = VERDICT_REFUSED, .failure = failure };
        } else {
                mission_run(&mission, run->outcome);
                remember(run, &mission);
                if (run->outcome->verdict == VERDICT_SUCCEEDED && !mission.request->offboard)
                        pass_on(&run->hand->host);
                by_hand_scope_end(&run->hand->host);
                if (removal_let_go(&run->hand->host, INSTALLER_LOG, &lock, &err) < 0)
                        log_error("%s", err.text);
        }
        log_end(run->outcome);
        run->hand->host.on_wait = NULL;
}

/* The lock is let go by now: nobody waits but who looks at the terminal. */
static int tell(Run *run)
{
        catch_signals(on_signal_at_the_end);
        progress_end(&run->progress, run->outcome, deadline_now_ms());
        return by_hand_tell(run->hand, run->outcome);
}

/* Nothing is written, not even a lock. */
static int plan(Run *run)
{
        _cleanup_(mission_clear) Mission mission = make_mission(run);

        mission.dry_run = true;
        mission.on_progress = NULL;
        mission_run(&mission, run->outcome);
        return by_hand_tell_plan(run->hand, mission.request, &mission.plan);
}

int by_hand_run(ByHand *hand)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        Request *request = &hand->settings.request;
        Run run = { .hand = hand, .outcome = outcome };

        request_digest_make(request);
        run.deadline = deadline_in((int64_t)request->max_wait_minutes * 60 * 1000);
        hand->host.stop = &stops;
        if (command_line_option(hand->line, "dry-run"))
                return plan(&run);
        catch_signals(on_signal);
        refuse_suspension();
        carry_out(&run);
        return tell(&run);
}

int by_hand_refuse(ByHand *hand, const Failure *failure)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));

        outcome->verdict = VERDICT_REFUSED;
        outcome->failure = *failure;
        return by_hand_tell(hand, outcome);
}
