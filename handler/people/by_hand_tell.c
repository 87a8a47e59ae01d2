#include "handler/people/by_hand_tell.h"

#include "agent/answers/remedy.h"
#include "agent/commands/outcome_show.h"
#include "agent/commands/show.h"
#include "platform/base/text.h"

static int exit_code(int printed, ReasonId reason)
{
        return reason ? reason_get(reason)->azure_code : printed;
}

static bool is_json(const ByHand *hand)
{
        return command_line_option(hand->line, "json");
}

int by_hand_tell(const ByHand *hand, const Outcome *outcome)
{
        const char *remedy = remedy_by_hand(outcome->failure.reason);
        Screen screen = screen_of(stdout);
        Json *document;

        if (is_json(hand)) {
                document = screen_document(hand->line->command->name, 1);
                outcome_put(document, outcome, remedy);
                return exit_code(screen_print_document(document), outcome->failure.reason);
        }
        outcome_show(&screen, outcome, remedy);
        return exit_code(screen_end(&screen), outcome->failure.reason);
}

static void add_members(Json *document, Json *plan)
{
        static const char *const names[] = { "steps", "notes", "settings" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(names); i++)
                json_object_object_add(document, names[i], json_object_get(json_member(plan, names[i])));
}

int by_hand_tell_plan(const ByHand *hand, const Request *request, const Plan *plan)
{
        _cleanup_json_ Json *json = NULL;
        _cleanup_free_ Outcome *outcome = NULL;
        Screen screen = screen_of(stdout);
        Json *document;

        if (!is_json(hand)) {
                show_plan(&screen, request, plan, (ShowFor){ .by_hand = true });
                return exit_code(screen_end(&screen), plan->refusal.reason);
        }
        outcome = text_allocate(sizeof(Outcome));
        outcome->verdict = plan->refusal.reason ? VERDICT_REFUSED : VERDICT_WORKING;
        outcome->failure = plan->refusal;
        outcome_say(outcome, "Nothing was changed: this was a dry run.");
        document = screen_document(hand->line->command->name, 1);
        outcome_put(document, outcome, remedy_by_hand(plan->refusal.reason));
        json = show_plan_json(request, plan, NULL, NULL, 0);
        add_members(document, json);
        return exit_code(screen_print_document(document), plan->refusal.reason);
}
