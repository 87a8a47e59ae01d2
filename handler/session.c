#include "handler/session.h"

#include <string.h>

#include "agent/situation.h"
#include "agent/state.h"
#include "handler/events.h"
#include "agent/queue.h"
#include "handler/sequence.h"
#include "handler/status.h"
#include "handler/status_news.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/crypto.h"
#include "platform/fs.h"
#include "platform/journal.h"

/* the names that support runbooks look for */
#define HANDLER_LOG "MdeExtensionHandlerLog.log"
#define INSTALLER_LOG "MdeInstallerLog.log"

/* MESSAGE_ID of the journal entry that ends a run: success or failure, MDE_REASON tells */
#define MESSAGE_TERMINAL "5a1f6c6f0b0a4c0b9d0c7a4de1f7f3b2"
/* and of the one that tells a change of the sensor's protection or identity, old -> new */
#define MESSAGE_CHANGE "c4f21c3d7be5453c8a6f0e9d5b1a8472"
/* and of the one that tells what is not as asked any more and is being repaired */
#define MESSAGE_DRIFT "0d1c7e5a93f84b6fa27b4e61c85d3f90"

void session_clear(Session *session)
{
        environment_clear(&session->environment);
        configuration_clear(&session->configuration);
        log_close();
}

static void read_configuration(Session *session)
{
        Error err = { 0 };

        if (crypto_check(&err) < 0)
                failure_from(&session->configuration_failure, REASON_CRYPTO_REFUSED, &err);
        else if (configuration_read(&session->host, &session->configuration, &session->configuration_failure) == 0)
                configuration_apply(&session->configuration, &session->host);
}

static void open_rest(Session *session)
{
        _cleanup_free_ char *log = text_format("%s/" HANDLER_LOG, session->environment.log_folder);
        Error log_err = { 0 };

        read_configuration(session);
        journal_set_context(session->operation, session->sequence);
        log_add_sink(journal_sink);
        if (fs_make_folder(&session->host, session->environment.log_folder, 0755, &log_err) < 0 ||
            log_open(log, &log_err) < 0)
                log_warning("no log file: %s", log_err.text);
}

int session_open(Session *session, const char *operation, Error *err)
{
        session->operation = operation;
        if (environment_find(&session->host, &session->environment, err) < 0 ||
            sequence_find(&session->host, &session->environment, &session->sequence, err) < 0)
                return -1;
        open_rest(session);
        return 0;
}

int session_open_at(Session *session, const char *operation, const char *base, int sequence, Error *err)
{
        session->operation = operation;
        session->sequence = sequence;
        if (environment_read(&session->host, base, &session->environment, err) < 0)
                return -1;
        open_rest(session);
        return 0;
}

int session_see(Session *session, const char *base, int sequence, Error *err)
{
        session->sequence = sequence;
        if (environment_read(&session->host, base, &session->environment, err) < 0)
                return -1;
        read_configuration(session);
        return 0;
}

void session_first_look(const Session *session, const Request *request, Deadline deadline, Facts *ret)
{
        facts_gather(&session->host, LOOK_FIRST, deadline, ret);
        install_path_look(&session->host, request->install_path, &ret->path);
        ret->fulfilled = tri(session->telling.fulfilled);
        ret->refused = session->history.refused;
        snprintf(ret->fulfilled_org, sizeof(ret->fulfilled_org), "%s", session_fulfilled_org(session, request));
}

void session_recall(Session *session, const Request *request)
{
        HistoryRecord *history = &session->history;

        history_read(&session->host, session->sequence, history);
        session->telling = (Telling){ .fulfilled = history_is_fulfilled(history, request->digest),
                                      .drift_as_error = request->drift_as_error,
                                      .refusal_as_report = request->refusal_as_report };
        if (text_equal(history->digest, request->digest))
                session->telling.before = history->failure.reason;
        else
                history->refused = (Refused){ 0 };
}

const Outcome *session_show(const Session *session, const Outcome *outcome, Outcome *ret)
{
        shown_make(outcome, &session->telling, ret);
        return ret;
}

static void log_success(const Session *session, const Outcome *outcome)
{
        journal_mark_next(MESSAGE_TERMINAL, "none");
        log_info("sequence %d: success: %s", session->sequence, outcome->message);
        events_write(&session->host, &session->environment, LOG_LEVEL_INFO, session->operation, outcome->message);
}

static void log_failure(const Session *session, const Failure *failure)
{
        char text[FAILURE_TEXT_MAX];

        failure_message(failure, text);
        journal_mark_next(MESSAGE_TERMINAL, reason_get(failure->reason)->id);
        log_error("sequence %d: %s", session->sequence, text);
        events_write(&session->host, &session->environment, LOG_LEVEL_ERROR, session->operation, text);
}

/* Enable comes by again and again: what stays as it is needs no second event. */
static void log_softened(const Session *session, const Outcome *outcome, const Outcome *shown)
{
        const char *id = reason_get(outcome->failure.reason)->id;

        if (session->telling.before == outcome->failure.reason) {
                log_info("sequence %d: as before: %s", session->sequence, id);
                return;
        }
        journal_mark_next(MESSAGE_TERMINAL, id);
        log_warning("sequence %d: %s", session->sequence, shown->message);
        events_write(&session->host, &session->environment, LOG_LEVEL_WARNING, session->operation, shown->message);
}

int session_read_settings(const Session *session, Settings *ret, Failure *failure)
{
        return settings_read(&session->host, &session->configuration, &session->environment, session->sequence, ret,
                             failure);
}

int session_write_status(const Session *session, const Outcome *outcome, Error *err)
{
        _cleanup_free_ Outcome *shown = text_allocate(sizeof(Outcome));

        session_show(session, outcome, shown);
        return status_write(&session->host, &session->environment, session->sequence, session->operation, shown, err);
}

int session_tell(const Session *session, const Outcome *outcome)
{
        _cleanup_free_ Outcome *shown = text_allocate(sizeof(Outcome));
        Error err = { 0 };
        int r = session_write_status(session, outcome, &err);

        if (r < 0)
                log_error("the status cannot be written: %s", err.text);
        if (outcome->verdict == VERDICT_WORKING)
                return r;
        session_show(session, outcome, shown);
        if (outcome->verdict == VERDICT_SUCCEEDED)
                log_success(session, outcome);
        else if (shown->verdict == VERDICT_SUCCEEDED)
                log_softened(session, outcome, shown);
        else
                log_failure(session, &outcome->failure);
        return r;
}

static void log_rows(const Session *session, const StatusNews *news)
{
        LogLevel level = news->worse ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;

        if (text_is_empty(news->rows)) {
                log_info("sequence %d: told anew: words or numbers changed", session->sequence);
                return;
        }
        log_line(level, "sequence %d: %s", session->sequence, news->rows);
        events_write(&session->host, &session->environment, level, session->operation, news->rows);
}

void session_tell_again(const Session *session, Outcome *outcome, bool known)
{
        _cleanup_free_ Outcome *shown = text_allocate(sizeof(Outcome));
        _cleanup_(status_news_clear) StatusNews news = { 0 };
        Error err = { 0 };

        status_carry(&session->host, &session->environment, session->sequence, outcome);
        session_show(session, outcome, shown);
        status_news_find(&session->host, &session->environment, session->sequence, session->operation, shown, &news);
        if (!known || news.verdict) {
                session_tell(session, outcome);
                return;
        }
        if (!news.differs)
                return;
        if (session_write_status(session, outcome, &err) < 0)
                log_error("the status cannot be written: %s", err.text); /* and the next look finds the same news */
        else
                log_rows(session, &news);
}

void session_announce(const Session *session, const char *text)
{
        journal_mark_next(MESSAGE_CHANGE, "none");
        log_info("sequence %d: changed: %s", session->sequence, text);
        events_write(&session->host, &session->environment, LOG_LEVEL_INFO, session->operation, text);
}

void session_warn(const Session *session, const char *text)
{
        journal_mark_next(MESSAGE_DRIFT, "none");
        log_warning("sequence %d: %s", session->sequence, text);
        events_write(&session->host, &session->environment, LOG_LEVEL_WARNING, session->operation, text);
}

int session_fail(const Session *session, Outcome *outcome, Verdict verdict, const Failure *failure)
{
        char text[FAILURE_TEXT_MAX];

        outcome->verdict = verdict;
        outcome->failure = *failure;
        fprintf(stderr, "%s\n", failure_message(failure, text)); /* first: the agent shows the beginning only */
        session_tell(session, outcome);
        return shown_as(outcome, &session->telling) == SHOWN_AS_IT_IS ? reason_get(failure->reason)->azure_code : 0;
}

int session_fail_ours(const Session *session, Outcome *outcome, ReasonId reason, const Error *err)
{
        Failure failure;

        failure_from(&failure, err->kind == ERROR_SPACE ? REASON_DISK_FULL : reason, err);
        return session_fail(session, outcome, VERDICT_FAILED, &failure);
}

/* What its package was when it was had is known, and there is no other now. */
static bool keeps_tenant(const Session *session, const Request *request)
{
        return !request->onboarding && situation_has_sources(request) &&
               text_equal(session->history.digest, request->digest);
}

/* Its package is not fetched once more. */
static bool is_met_again(const Session *session, const Request *request)
{
        return keeps_tenant(session, request) && session->telling.fulfilled && !request->sources.tried;
}

const char *session_fulfilled_org(const Session *session, const Request *request)
{
        return is_met_again(session, request) ? session->history.tenant : "";
}

const char *session_unmet_org(const Session *session, const Request *request)
{
        return keeps_tenant(session, request) && !session->telling.fulfilled ? session->history.tenant : "";
}

bool session_is_blind(const Session *session, const Request *request)
{
        return is_met_again(session, request) && history_is_blind(&session->history, request->digest);
}

void session_carry_notes(const Session *session, const Request *request, Plan *notes)
{
        const HistoryRecord *history = &session->history;
        size_t i;

        for (i = 0; i < history->n_notes && is_met_again(session, request); i++)
                if (text_equal(history->notes[i].name, step_name(STEP_ONBOARDING_PACKAGE)) &&
                    notes->n_notes < PLAN_NOTES_MAX)
                        notes->notes[notes->n_notes++] = history->notes[i];
}

/* A success beside a package that nobody has asked for yet, as changes are on hold: it is asked for afterwards. */
static bool is_still_to_be_compared(const Session *session, const Request *request)
{
        return !request->onboarding && !request->sources.tried && situation_has_sources(request) &&
               !session->telling.fulfilled;
}

int session_remember(const Session *session, const Request *request, const Outcome *outcome, const Plan *notes)
{
        HistoryRecord record = session->history;
        Error err = { 0 };

        if (notes)
                history_keep_notes(&record, notes);
        else if (!text_equal(record.digest, request->digest))
                record.n_notes = 0;
        record.verdict = outcome->verdict;
        record.failure = outcome->failure;
        snprintf(record.digest, sizeof(record.digest), "%s", request->digest);
        if (!keeps_tenant(session, request))
                snprintf(record.tenant, sizeof(record.tenant), "%s",
                         request->onboarding ? request->onboarding->org_id : "");
        state_boot_id(&session->host, record.boot);
        snprintf(record.program, sizeof(record.program), "%s",
                 outcome->verdict == VERDICT_SUCCEEDED ? "" : version_text);
        if (outcome->verdict == VERDICT_SUCCEEDED) {
                record.boot[0] = '\0'; /* a success holds across boots: nothing to write when it is met again */
                if (!is_still_to_be_compared(session, request))
                        history_fulfil(&record, request->digest, !request->onboarding);
        }
        if (history_write(&session->host, session->sequence, &record, &err) < 0 ||
            queue_keep_last(&session->host, session->environment.base, session->sequence, &err) < 0) {
                log_warning("history: %s", err.text);
                return -1;
        }
        return 0;
}

char *session_installer_log(const Session *session)
{
        return text_format("%s/" INSTALLER_LOG, session->environment.log_folder);
}
