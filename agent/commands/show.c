#include "agent/commands/show.h"

static const char *level_name(PlanNoteLevel level)
{
        return level == PLAN_WARNING ? "warning" : "information";
}

static void show_refusal(const Failure *refusal, FILE *file)
{
        const Reason *reason = reason_get(refusal->reason);

        fprintf(file, "refused: %s (code %d)\n", reason->id, reason->azure_code);
        fprintf(file, "  what: %s\n  why:  %s\n  do:   %s\n", reason->what, refusal->found, reason->remedy);
}

static void show_steps(const Plan *plan, FILE *file)
{
        size_t i;

        fprintf(file, "to do:%s\n", plan->n_steps ? "" : " nothing");
        for (i = 0; i < plan->n_steps; i++)
                fprintf(file, "  %s: %s\n", step_name(plan->steps[i].id), plan->steps[i].why);
}

void show_plan(const Request *request, const Plan *plan, FILE *file)
{
        size_t i;

        if (plan->refusal.reason)
                show_refusal(&plan->refusal, file);
        else
                show_steps(plan, file);
        if (plan->n_notes)
                fprintf(file, "to know:\n");
        for (i = 0; i < plan->n_notes; i++)
                fprintf(file, "  %s (%s): %s\n", plan->notes[i].name, level_name(plan->notes[i].level),
                        plan->notes[i].text);
        if (request->n_notes)
                fprintf(file, "settings:\n");
        for (i = 0; i < request->n_notes; i++)
                fprintf(file, "  %s\n", request->notes[i]);
}

static void put(Json *object, const char *name, const char *text)
{
        json_object_object_add(object, name, json_object_new_string(text));
}

static Json *add_list(Json *object, const char *name)
{
        Json *list = json_object_new_array();

        json_object_object_add(object, name, list);
        return list;
}

static Json *add_object(Json *list)
{
        Json *object = json_object_new_object();

        json_object_array_add(list, object);
        return object;
}

static Json *make_refusal(const Failure *refusal)
{
        Json *object = json_object_new_object();
        char text[FAILURE_TEXT_MAX];

        put(object, "reason", reason_get(refusal->reason)->id);
        json_object_object_add(object, "code", json_object_new_int(reason_get(refusal->reason)->azure_code));
        put(object, "message", failure_message(refusal, text));
        return object;
}

Json *show_plan_json(const Request *request, const Plan *plan)
{
        Json *json = json_object_new_object(), *list, *row;
        size_t i;

        if (plan->refusal.reason)
                json_object_object_add(json, "refusal", make_refusal(&plan->refusal));
        list = add_list(json, "steps");
        for (i = 0; i < plan->n_steps; i++) {
                row = add_object(list);
                put(row, "name", step_name(plan->steps[i].id));
                put(row, "why", plan->steps[i].why);
        }
        list = add_list(json, "notes");
        for (i = 0; i < plan->n_notes; i++) {
                row = add_object(list);
                put(row, "name", plan->notes[i].name);
                put(row, "level", level_name(plan->notes[i].level));
                put(row, "text", plan->notes[i].text);
        }
        list = add_list(json, "settings");
        for (i = 0; i < request->n_notes; i++)
                json_object_array_add(list, json_object_new_string(request->notes[i]));
        return json;
}
