#include "agent/judge.h"

#include <stdio.h>

#include "agent/machine/fitness.h"
#include "platform/base/text.h"

#define NAMES_MAX 400

static void note(Plan *plan, const FitnessCheck *check, PlanNoteLevel level, const char *before, const char *text)
{
        char name[sizeof(plan->notes[0].name)];

        snprintf(name, sizeof(name), "fitness-%s", check->name);
        judge_note(plan, name, level, "%s%s", before, text);
}

/* A status tells the first refusal: of further ones nothing would be seen there without a note. */
static void tell(const Request *request, const FitnessCheck *check, const char *text, Plan *plan)
{
        bool skipped = situation_skips(request, check->name);

        if (check->severity != FITNESS_REFUSE) {
                if (!skipped)
                        note(plan, check, check->severity == FITNESS_WARN ? PLAN_WARNING : PLAN_INFORMATION, "", text);
        } else if (skipped)
                note(plan, check, PLAN_WARNING, "Gone on as skipChecks asks. ", text);
        else {
                if (plan->refusal.reason)
                        note(plan, check, PLAN_WARNING, "", text);
                judge_refuse(plan, check->reason, "%s", text);
        }
}

static bool is_name(const char *name)
{
        size_t i;

        for (i = 0; i < fitness_n_checks; i++)
                if (text_equal(fitness_checks[i].name, name))
                        return true;
        return false;
}

static void check_names(const Request *request, Plan *plan)
{
        char names[NAMES_MAX] = "";
        size_t i, length = 0;

        for (i = 0; i < fitness_n_checks && length < sizeof(names); i++)
                if (i == 0 || !text_equal(fitness_checks[i].name, fitness_checks[i - 1].name))
                        length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s", i ? ", " : "",
                                                   fitness_checks[i].name);
        for (i = 0; i < request->skip_checks.n; i++)
                if (!is_name(request->skip_checks.items[i])) {
                        _cleanup_free_ char *shown = text_escape(request->skip_checks.items[i], 40);

                        judge_note(plan, "skipChecks", PLAN_WARNING,
                                   "\"%s\" in skipChecks is the name of no check. There are: %s.", shown, names);
                        return;
                }
}

void judge_fitness(const Request *request, const Facts *facts, Plan *plan)
{
        bool installs = situation_needs_package(request, facts);
        const char *found = NULL;
        size_t i;

        check_names(request, plan);
        if (facts->machine.fitness.known != TRI_YES)
                return;
        for (i = 0; i < fitness_n_checks; i++) {
                const FitnessCheck *check = &fitness_checks[i];
                char text[FITNESS_TEXT_MAX];

                if (text_equal(check->name, found) || !(installs || check->always) ||
                    !check->test(request, facts, text))
                        continue;
                found = check->name;
                tell(request, check, text, plan);
        }
}
