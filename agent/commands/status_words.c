#include "agent/commands/status_words.h"

#include "agent/answers/unseen.h"
#include "agent/commands/command.h"
#include "agent/judge.h"
#include "platform/base/span.h"
#include "platform/base/text.h"

#define PROGRESS "Configuration In Progress: " /* how our status begins */

int status_code(const Standing *standing)
{
        switch (standing->verdict) {
        case STANDING_AS_ASKED:
                return COMMAND_DONE;
        case STANDING_NOT_AS_ASKED:
                return COMMAND_NOT_AS_ASKED;
        case STANDING_UNKNOWN:
        default:
                return COMMAND_UNKNOWN;
        }
}

const char *status_run_word(const ExtensionRun *run)
{
        switch (run->verdict) {
        case VERDICT_SUCCEEDED:
                return "succeeded";
        case VERDICT_REFUSED:
                return "was refused";
        case VERDICT_FAILED:
                return "failed";
        case VERDICT_WORKING:
        default:
                return "did not end";
        }
}

const char *status_now(const StatusView *view)
{
        const ExtensionFolder *folder = extension_folder(view->extension);
        const char *message = folder ? folder->status.message : "";

        if (!folder || extension_is_busy(view->extension) != TRI_YES ||
            !text_equal(folder->status.status, "transitioning"))
                return "";
        return text_starts_with(message, PROGRESS) ? message + sizeof(PROGRESS) - 1 : message;
}

char *status_unseen(const StatusView *view)
{
        if (!view->live)
                return text_copy("an image: nothing of it was run; units, processes and the sensor's answers are not "
                                 "known");
        if (view->root || (view->extension->n_folders == 0 && view->extension->visible == TRI_YES &&
                           view->extension->state.visible == TRI_YES))
                return text_copy(view->site_hidden ? "not root: " UNSEEN_SITE " was not looked at" : "");
        return text_format("not root: the extension's settings and status, past runs%s and what was asked were not "
                           "looked at",
                           view->site_hidden ? ", " UNSEEN_SITE : "");
}

char *status_old(const StatusView *view)
{
        const Request request = { 0 };
        _cleanup_free_ Plan *plan = text_allocate(sizeof(*plan));
        size_t i;

        judge_extension(&request, view->facts, plan);
        for (i = 0; i < plan->n_notes; i++)
                if (text_equal(plan->notes[i].name, STATUS_OLD))
                        return text_copy(plan->notes[i].text);
        return text_copy("");
}

char *status_span(int64_t seconds)
{
        char text[SPAN_MAX];

        return text_copy(span_words(seconds, text));
}

char *status_moment(int64_t when_s, int64_t now_s)
{
        _cleanup_free_ char *away = status_span(when_s > now_s ? when_s - now_s : now_s - when_s);
        char text[TEXT_TIME_MAX];

        text_time(when_s, text);
        return when_s > now_s ? text_format("%s (in %s)", text, away) : text_format("%s (%s ago)", text, away);
}
