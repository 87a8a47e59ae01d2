#include "agent/commands/show.h"

#include "agent/answers/advice.h"
#include "agent/answers/remedy.h"
#include "agent/answers/unseen.h"
#include "agent/commands/command.h"
#include "platform/base/text.h"
#include "platform/json_add.h"

#define TEXT_INDENT 8 /* where the lines of a refusal go on */

static const char *level_name(PlanNoteLevel level)
{
        return level == PLAN_WARNING ? "warning" : "information";
}

void show_refusal(const Screen *screen, const char *title, const Failure *refusal, const char *remedy)
{
        const Reason *reason = reason_get(refusal->reason);

        screen_say(screen, SCREEN_BAD, 0, "%s: %s (code %d)", title, reason->id, reason->azure_code);
        screen_say(screen, SCREEN_PLAIN, TEXT_INDENT, "  what: %s", reason->what);
        screen_say(screen, SCREEN_PLAIN, TEXT_INDENT, "  why:  %s", refusal->found);
        screen_say(screen, SCREEN_STRONG, TEXT_INDENT, "  do:   %s", remedy ? remedy : reason->remedy);
}

static void show_one(const Screen *screen, const char *title, const Failure *refusal, ShowFor whom)
{
        _cleanup_free_ char *remedy = advice_words(whom.root, remedy_of_run(refusal->reason, whom.by_hand));

        show_refusal(screen, title, refusal, remedy);
}

static void show_refusals(const Screen *screen, const Plan *plan, ShowFor whom)
{
        size_t i;

        show_one(screen, "refused", &plan->refusal, whom);
        for (i = 0; i < plan->n_further; i++)
                show_one(screen, "also refused", &plan->further[i], whom);
}

static void show_steps(const Screen *screen, const Plan *plan)
{
        size_t i;

        screen_say(screen, SCREEN_STRONG, 0, "to do:%s", plan->n_steps ? "" : " nothing");
        for (i = 0; i < plan->n_steps; i++)
                screen_say(screen, SCREEN_PLAIN, 4, "  %s: %s", step_name(plan->steps[i].id), plan->steps[i].why);
}

/* What a refusal says needs no note. */
static bool is_told(const Plan *plan, const PlanNote *note)
{
        size_t i;

        for (i = 0; i < plan->n_further; i++)
                if (text_equal(plan->further[i].found, note->text))
                        return true;
        return false;
}

static void show_notes(const Screen *screen, const Plan *plan, const char *root)
{
        bool begun = false;
        size_t i;

        for (i = 0; i < plan->n_notes; i++) {
                const PlanNote *note = &plan->notes[i];
                _cleanup_free_ char *text = advice_note(root, note->text);

                if (is_told(plan, note))
                        continue;
                if (!begun)
                        screen_say(screen, SCREEN_STRONG, 0, "to know:");
                begun = true;
                screen_say(screen, note->level == PLAN_WARNING ? SCREEN_WARNING : SCREEN_PLAIN, 4, "  %s (%s): %s",
                           note->name, level_name(note->level), text);
        }
}

void show_plan(const Screen *screen, const Request *request, const Plan *plan, ShowFor whom)
{
        size_t i;

        if (plan->refusal.reason)
                show_refusals(screen, plan, whom);
        else
                show_steps(screen, plan);
        show_notes(screen, plan, whom.root);
        if (request->n_notes)
                screen_say(screen, SCREEN_STRONG, 0, "settings:");
        for (i = 0; i < request->n_notes; i++)
                screen_say(screen, SCREEN_PLAIN, 4, "  %s", request->notes[i]);
}

/* --- as JSON ------------------------------------------------------------------------------------------- */

Json *show_failure_json(const Failure *failure, const char *remedy)
{
        const Reason *reason = reason_get(failure->reason);
        Json *object = json_object_new_object();

        json_add_text(object, "reason", reason->id);
        json_add_number(object, "code", reason->azure_code);
        json_add_text(object, "what", reason->what);
        json_add_text(object, "found", failure->found);
        json_add_text(object, "remedy", remedy ? remedy : reason->remedy);
        return object;
}

Json *show_refusal_json(const Failure *refusal, const char *root)
{
        _cleanup_free_ char *remedy = advice_words(root, reason_get(refusal->reason)->remedy);
        Json *object = show_failure_json(refusal, remedy);
        char text[FAILURE_TEXT_MAX];

        json_add_text(object, "message", failure_message(refusal, text));
        return object;
}

Json *show_texts_json(const char *const *texts, size_t n)
{
        Json *list = json_object_new_array();
        size_t i;

        for (i = 0; i < n; i++)
                json_add_item(list, texts[i]);
        return list;
}

static void put_refusals(const Plan *plan, const char *root, Json *json)
{
        Json *list = json_object_new_array();
        size_t i;

        if (plan->refusal.reason) {
                json_object_object_add(json, "refusal", show_refusal_json(&plan->refusal, root));
                json_object_array_add(list, show_refusal_json(&plan->refusal, root));
        }
        for (i = 0; i < plan->n_further; i++)
                json_object_array_add(list, show_refusal_json(&plan->further[i], root));
        json_object_object_add(json, "refusals", list);
}

static void put_steps(const Plan *plan, Json *json)
{
        Json *list = json_add_list(json, "steps"), *row;
        size_t i;

        for (i = 0; i < plan->n_steps; i++) {
                row = json_add_row(list);
                json_add_text(row, "name", step_name(plan->steps[i].id));
                json_add_text(row, "why", plan->steps[i].why);
        }
}

static void put_notes(const Plan *plan, const char *root, Json *json)
{
        Json *list = json_add_list(json, "notes"), *row;
        size_t i;

        for (i = 0; i < plan->n_notes; i++) {
                _cleanup_free_ char *text = advice_note(root, plan->notes[i].text);

                row = json_add_row(list);
                json_add_text(row, "name", plan->notes[i].name);
                json_add_text(row, "level", level_name(plan->notes[i].level));
                json_add_text(row, "text", text);
        }
}

Json *show_plan_json(const Request *request, const Plan *plan, const char *root, const char *const *unseen,
                     size_t n_unseen)
{
        Json *json = screen_document("plan", 1);

        put_refusals(plan, root, json);
        put_steps(plan, json);
        put_notes(plan, root, json);
        json_object_object_add(json, "settings", show_texts_json(request->notes, request->n_notes));
        json_object_object_add(json, "unseen", show_texts_json(unseen, n_unseen));
        return json;
}

int show_plan_exit_code(const Plan *plan, const Facts *facts)
{
        if (plan->refusal.reason)
                return reason_get(plan->refusal.reason)->azure_code;
        return unseen_decides(facts) ? COMMAND_UNKNOWN : COMMAND_DONE;
}
