#include "handler/no_look.h"

#include "agent/guest/extension_status.h"
#include "handler/events.h"
#include "handler/status.h"
#include "handler/status_note.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

#define ROW "daily-look"

/* Of another version's folder: an update's has no success of its own yet. */
static bool is_met(const Session *session)
{
        HistoryRecord history;

        history_read(&session->host, session->sequence, &history);
        return (*history.fulfilled || *history.fulfilled_blind) && history.verdict == VERDICT_SUCCEEDED;
}

static char *describe(const Failure *failure)
{
        char text[FAILURE_TEXT_MAX];

        return text_format("The daily look cannot be made (%s): %s What stands here beside this is of the last one.",
                           reason_get(failure->reason)->id, failure_explain(failure, text));
}

/* An error stays what it is until it can be looked again; but for one that a site file made of a success. */
static bool stands_nowhere(const Session *session, ReasonId why)
{
        _cleanup_free_ char *path = status_path(&session->environment, session->sequence);
        _cleanup_free_ ExtensionStatus *told = text_allocate(sizeof(*told));

        extension_status_read(&session->host, path, told);
        if (told->damaged != TRI_NO || text_equal(told->status, "transitioning"))
                return true;
        return why == REASON_CONFIGURATION_UNTRUSTED && told->reason == why;
}

/* A success that stands nowhere, as after an update: it is told again as what it is. */
static bool tell_met(const Session *session, ReasonId why, const char *note)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));

        if (!stands_nowhere(session, why) || !is_met(session))
                return false;
        outcome->verdict = VERDICT_SUCCEEDED;
        outcome_say(outcome, "This machine was onboarded as asked when it was last looked at.");
        outcome_row(outcome, ROW, ROW_WARNING, "%s", note);
        return session_tell(session, outcome) == 0;
}

bool no_look_tell(const Session *session, const Failure *failure)
{
        _cleanup_free_ char *note = describe(failure);
        bool is_new = false;
        Error err = { 0 };

        if (!status_is_success(&session->host, &session->environment, session->sequence))
                return tell_met(session, failure->reason, note);
        log_warning("%s", note);
        if (status_note_put(&session->host, &session->environment, session->sequence, ROW, note, &is_new, &err) < 0)
                log_error("the status cannot be written: %s", err.text);
        if (is_new)
                events_write(&session->host, &session->environment, LOG_LEVEL_WARNING, session->operation, note);
        return true;
}
