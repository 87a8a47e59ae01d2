/*
 * recheck: once a day, and some minutes after each boot: the request that ended last is looked at again, as thoroughly
 * as the worker looks. Nothing is written while all is as it was told.
 */
#include "handler/commands.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/kept.h"
#include "agent/mission_run.h"
#include "agent/report.h"
#include "agent/state.h"
#include "agent/update_ask.h"
#include "handler/hand_over.h"
#include "handler/no_look.h"
#include "agent/queue.h"
#include "handler/recheck_unit.h"
#include "handler/removal.h"
#include "handler/session.h"
#include "handler/status.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/journal.h"
#include "platform/process.h"
#include "platform/host_init.h"

#define REPAIR_MS (5 * 60 * 1000)
#define STARTING_S 180 /* less than the timer waits after boot */
#define MANIFEST "HandlerManifest.json"

/* --- an extension that is gone ------------------------------------------------------------------------ */

static bool is_extension(const Host *host, const char *folder)
{
        _cleanup_free_ char *manifest = text_format("%s/" MANIFEST, folder);

        return fs_exists(host, manifest);
}

/* NAME-1.2 beside NAME-1.1: a version that comes, whose enable takes over what we have. */
static bool has_sibling(const Host *host, const char *base)
{
        const char *slash = strrchr(base, '/'), *dash = strrchr(base, '-');
        _cleanup_(fs_names_freep) char **names = NULL;
        _cleanup_free_ char *parent = NULL, *stem = NULL;
        char **name;

        if (!slash || slash == base || !dash || dash < slash)
                return false;
        parent = text_copy_n(base, (size_t)(slash - base));
        stem = text_copy_n(slash + 1, (size_t)(dash - slash));
        if (fs_list(host, parent, &names, NULL) < 0)
                return true; /* not known */
        for (name = names; *name; name++) {
                _cleanup_free_ char *folder = text_format("%s/%s", parent, *name);

                if (text_starts_with(*name, stem) && !text_equal(folder, base) && is_extension(host, folder))
                        return true;
        }
        return false;
}

static bool is_left_alone(const Host *host, const char *base)
{
        return has_sibling(host, base) || facts_are_held(host);
}

static int remove_ourselves(const Host *host, int *lock, const char *why)
{
        Error err = { 0 };

        log_add_sink(journal_sink);
        log_info("recheck: the extension is gone: %s; what is ours goes too, the sensor stays", why);
        signal(SIGTERM, SIG_IGN); /* stopping our own unit is part of it */
        if (removal_carry_out(host, STATE_FOLDER "/installer.log", deadline_in(REPAIR_MS), lock, &err) >= 0)
                return 0;
        log_error("recheck: %s", err.text);
        return 1;
}

/* The mark first: an installation that comes from now on takes it away, and one that was quicker is there. */
static int remove_without_a_word(const Host *host, const char *base, int *lock)
{
        Error err = { 0 };

        if (is_left_alone(host, base))
                return 0;
        if (fs_write(host, REMOVAL_MARK, "", 0, 0600, &err) < 0)
                log_warning("recheck: %s", err.text);
        if (!is_extension(host, base) && !has_sibling(host, base))
                return remove_ourselves(host, lock, "it was removed without a word");
        if (fs_remove(host, REMOVAL_MARK, &err) < 0)
                log_warning("recheck: %s", err.text);
        return 0;
}

/* --- one that is there ------------------------------------------------------------------------------------ */

static bool was_told(const Session *session, const Request *request, Verdict verdict, ReasonId reason)
{
        const HistoryRecord *history = &session->history;

        return text_equal(history->digest, request->digest) && history->verdict == verdict &&
               history->failure.reason == reason;
}

static void tell_refusal(Session *session, const Request *request, const Plan *plan, const Plan *notes,
                         Outcome *outcome)
{
        bool known = was_told(session, request, VERDICT_REFUSED, plan->refusal.reason);

        recheck_unit_settle(&session->host, plan->refusal.reason, session->telling.fulfilled, outcome);
        report_notes(notes, outcome);
        report_notes(plan, outcome);
        outcome->verdict = VERDICT_REFUSED;
        outcome->failure = plan->refusal;
        session_remember(session, request, outcome, notes);
        session_tell_again(session, outcome, known);
}

static void tell_success(Session *session, const Request *request, const Facts *facts, const Plan *plan,
                         const Plan *notes, Outcome *outcome)
{
        bool known = was_told(session, request, VERDICT_SUCCEEDED, REASON_NONE);

        recheck_unit_keep(&session->host, outcome);
        azure_remember(&session->host, &facts->azure, facts->sensor.health.machine_id);
        report_notes(notes, outcome);
        report_success(request, facts, plan, outcome);
        session_remember(session, request, outcome, notes);
        session_tell_again(session, outcome, known);
}

static void repair(Session *session, const char *why, const QueueEntry *entry, Outcome *outcome)
{
        _cleanup_free_ char *what = text_format("drift: %s; it is being repaired", why);
        Error err = { 0 };

        if (session->telling.fulfilled && session->history.verdict == VERDICT_SUCCEEDED)
                session_warn(session, what);
        if (hand_over_start(session, entry, "", &err) < 0)
                session_fail_ours(session, outcome, REASON_WORKER_START, &err);
}

/* A daemon that does not answer has a while for it; one that had it is not starting but hanging. */
static bool is_young(const Host *host, const Facts *facts)
{
        ProcessIdentity daemon = { 0 };
        struct timespec now = { 0 };
        pid_t pid = facts->sensor.unit.main_pid;

        if (pid <= 0 || !process_identify(host, pid, &daemon) || clock_gettime(CLOCK_BOOTTIME, &now) < 0)
                return true;
        return (uint64_t)now.tv_sec < daemon.start_time / (uint64_t)sysconf(_SC_CLK_TCK) + STARTING_S;
}

static bool is_for_newer(const Plan *plan, const Facts *facts)
{
        return plan->n_steps == 1 && plan->steps[0].id == STEP_UPDATE && !*facts->update.record.after;
}

/* All is as asked: whether it is time for a newer version, and whether there is one. The plan is made anew by that. */
static void look_for_newer(const Session *session, const Request *request, Facts *facts, Plan *plan)
{
        _cleanup_free_ char *installer_log = session_installer_log(session);

        if (hand_over_is_owed(session, facts)) /* looking for it undoes what is in the journal */
                return;
        if (plan->refusal.reason || (plan->n_steps > 0 && !is_for_newer(plan, facts)))
                return;
        update_ask(&session->host, request, facts);
        if (facts->update.due == TRI_YES)
                update_is_there(&session->host, request, installer_log, facts);
        plan_make(request, facts, plan);
}

static void go_on(Session *session, const char *why, const QueueEntry *entry, Outcome *outcome)
{
        Error err = { 0 };

        log_info("recheck: %s", why);
        if (hand_over_start(session, entry, "", &err) < 0)
                session_fail_ours(session, outcome, REASON_WORKER_START, &err);
}

/* All else comes before what could not be had for so long. */
static bool is_to_be_compared(const Session *session, const Request *request, Facts *facts, Plan *plan)
{
        if (plan->refusal.reason || plan->n_steps > 0 || !session_is_blind(session, request))
                return false;
        facts->blind = TRI_YES;
        plan_make(request, facts, plan);
        return plan->n_steps > 0;
}

static void look(Session *session, const Request *request, const QueueEntry *entry)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        _cleanup_(facts_clear) Facts facts = { 0 };
        Plan plan, notes;

        mission_look(&session->host, request, &facts);
        kept_forget(&session->host, &facts);
        facts.fulfilled = tri(session->telling.fulfilled);
        facts.refused = session->history.refused;
        snprintf(facts.fulfilled_org, sizeof(facts.fulfilled_org), "%s", session_fulfilled_org(session, request));
        plan_make(request, &facts, &plan);
        look_for_newer(session, request, &facts, &plan);
        notes = plan;
        plan_leave_second_notes(request, &facts, &notes);
        session_carry_notes(session, request, &notes);
        if (plan.refusal.reason)
                tell_refusal(session, request, &plan, &notes, outcome);
        else if (hand_over_is_owed(session, &facts))
                repair(session, "a run was cut off", entry, outcome);
        else if (is_for_newer(&plan, &facts))
                go_on(session, "there is a newer version of the sensor", entry, outcome);
        else if (is_to_be_compared(session, request, &facts, &plan))
                go_on(session, "the onboarding package could not be had yet, it is asked for again", entry, outcome);
        else if (plan.n_steps == 0)
                tell_success(session, request, &facts, &plan, &notes, outcome);
        else if ((hand_over_can_wait(session, &facts) && is_young(&session->host, &facts)) ||
                 hand_over_is_useless(session, request, &facts, &plan))
                log_info("recheck: %s; left as it is for now", plan.steps[0].why);
        else
                repair(session, plan.steps[0].why, entry, outcome);
}

static void tell_no_look(const Session *session, const Failure *failure)
{
        char text[FAILURE_TEXT_MAX];

        if (!no_look_tell(session, failure))
                log_warning("recheck: nothing can be looked at (%s): %s What was told stands.",
                            reason_get(failure->reason)->id, failure_explain(failure, text));
}

static int look_again(const QueueEntry *last)
{
        _cleanup_(session_clear) Session session = { 0 };
        _cleanup_(settings_clear) Settings settings = { 0 };
        QueueEntry entry = { 0 };
        Failure failure = { 0 };
        Error err = { 0 };

        host_init(&session.host);
        if (session_open_at(&session, "Enable", last->base, last->sequence, &err) < 0) {
                fprintf(stderr, "recheck: %s\n", err.text);
                return 1;
        }
        failure = session.configuration_failure;
        if (!failure.reason && queue_make_entry(&session.host, last->base, session.environment.config_folder,
                                                last->sequence, &entry, &err) < 0)
                failure_from(&failure, REASON_ENVIRONMENT, &err);
        if (failure.reason || session_read_settings(&session, &settings, &failure) < 0) {
                tell_no_look(&session, &failure);
                return 1;
        }
        session_recall(&session, &settings.request);
        look(&session, &settings.request, &entry);
        return 0;
}

/* Of an enable that found the lock held by us. */
static void start_for_queued(const Host *host)
{
        Error err = { 0 };

        if (queue_has_next(host) && worker_unit_start(host, &err) < 0)
                fprintf(stderr, "recheck: %s\n", err.text);
}

int command_recheck(void)
{
        _cleanup_close_ int lock = -1;
        QueueEntry last;
        Error err = { 0 };
        Host host;
        int code;

        host_init(&host);
        if (!fs_is_folder(&host, STATE_FOLDER))
                return 0;
        if (state_lock_try(&host, &lock, &err) < 0) {
                fprintf(stderr, "recheck: %s\n", err.text);
                return 1;
        }
        if (lock < 0)
                return 0; /* a run that is at work looks itself */
        if (removal_is_owed(&host))
                return remove_ourselves(&host, &lock, "it was uninstalled while that had to wait");
        if (!queue_read_last(&host, &last))
                return 0;
        if (!is_extension(&host, last.base))
                return remove_without_a_word(&host, last.base, &lock);
        code = look_again(&last);
        close(TAKE_FD(lock));
        start_for_queued(&host);
        return code;
}
