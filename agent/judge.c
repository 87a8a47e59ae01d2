#include "agent/judge.h"

#include <stdarg.h>
#include <string.h>

#include "platform/base/text.h"

void judge_refuse(Plan *plan, ReasonId reason, const char *format, ...)
{
        Failure *refusal = plan->refusal.reason ? &plan->further[plan->n_further] : &plan->refusal;
        _cleanup_free_ char *found = NULL;
        va_list ap;

        if (plan->n_further == PLAN_FURTHER_MAX)
                return;
        plan->n_further += refusal != &plan->refusal;
        va_start(ap, format);
        found = text_format_list(format, ap);
        va_end(ap);
        failure_set(refusal, reason, "%s", found);
}

void judge_note(Plan *plan, const char *name, PlanNoteLevel level, const char *format, ...)
{
        bool full = plan->n_notes == PLAN_NOTES_MAX;
        PlanNote *note = &plan->notes[full ? PLAN_NOTES_MAX - 1 : plan->n_notes++];
        _cleanup_free_ char *text = NULL;
        va_list ap;

        note->level = full ? PLAN_WARNING : level;
        snprintf(note->name, sizeof(note->name), "%s", full ? "notes" : name);
        if (full) {
                snprintf(note->text, sizeof(note->text), "there is more to tell than fits here");
                return;
        }
        va_start(ap, format);
        text = text_hide_logins(text_format_list(format, ap));
        va_end(ap);
        snprintf(note->text, sizeof(note->text), "%s", text);
}
