/*
 * plan: what would be done and why, on this machine, on that of an image, or for recorded facts. Nothing is changed.
 */
#include "handler/people/commands.h"

#include "agent/commands/show.h"
#include "handler/people/question.h"
#include "platform/base/text.h"

#define NO_SETTINGS                                                                                                    \
        "Nothing was asked for: --settings FILE says what to plan for, as {\"tenant\": \"TENANT ID\"} for an "         \
        "onboarding "                                                                                                  \
        "package of that tenant."

static int show(const CommandLine *line, const Question *question, const Plan *plan)
{
        const Request *request = &question->settings.request;
        const CheckPlace place = question_place(question);
        const char *unseen[UNSEEN_MAX];
        size_t n = unseen_list(&question->facts, unseen);
        Screen screen = screen_of(stdout);

        if (question->configuration.hidden)
                unseen[n++] = UNSEEN_SITE;
        if (command_line_option(line, "json"))
                return screen_print_document(show_plan_json(request, plan, question->root, unseen, n));
        show_plan(&screen, request, plan, (ShowFor){ .root = question->root });
        if (!question->settings_file && !request->onboarding && plan->refusal.reason == REASON_ONBOARDING_MISSING)
                screen_say(&screen, SCREEN_PLAIN, 2, NO_SETTINGS);
        if (!question->facts_file) /* who recorded them saw that then */
                check_show_unseen(&screen, &place, unseen, n);
        return screen_end(&screen);
}

/* Before all that the plan itself would be refused for. */
static void refuse_first(const Failure *site, Plan *plan)
{
        size_t n = plan->n_further + (plan->refusal.reason != REASON_NONE), i;

        if (!site->reason)
                return;
        plan->n_further = n < PLAN_FURTHER_MAX ? n : PLAN_FURTHER_MAX;
        for (i = plan->n_further; i > 1; i--)
                plan->further[i - 1] = plan->further[i - 2];
        if (plan->refusal.reason)
                plan->further[0] = plan->refusal;
        plan->refusal = *site;
        plan->n_steps = 0;
}

int command_plan(const CommandLine *line)
{
        _cleanup_(question_clear) Question question = { 0 };
        _cleanup_free_ Plan *plan = text_allocate(sizeof(Plan));
        int code = question_read(line, &question);

        if (code)
                return code;
        plan_make(&question.settings.request, &question.facts, plan);
        refuse_first(&question.refusal, plan);
        code = show(line, &question, plan);
        if (code)
                return code;
        return show_plan_exit_code(plan, &question.facts);
}
