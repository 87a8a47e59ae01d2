/*
 * show: a plan for people on a terminal, and as JSON (packaging/schemas/plan.json).
 */
#pragma once

#include "agent/commands/screen.h"
#include "agent/plan.h"

/* Who is told what to do: remedy.h, advice.h. */
typedef struct ShowFor {
        bool by_hand;
        const char *root; /* of an image; NULL: the running machine, or one that facts were recorded on */
} ShowFor;

/* The refusals, or the steps; then the notes; then what has to be said of settings. */
void show_plan(const Screen *screen, const Request *request, const Plan *plan, ShowFor whom);

/* root: as above. */
Json *show_plan_json(const Request *request, const Plan *plan, const char *root, const char *const *unseen,
                     size_t n_unseen);

/* Of plan: the first refusal's; without one 0, or that what decides was not seen. */
int show_plan_exit_code(const Plan *plan, const Facts *facts);

/* Parts of these, for others that tell of refusals and failures. title: "refused"; remedy: in place of the reason's own
 * words of what to do, where those speak to somebody else; NULL: they fit. */
void show_refusal(const Screen *screen, const char *title, const Failure *refusal, const char *remedy);
Json *show_failure_json(const Failure *failure, const char *remedy);
Json *show_refusal_json(const Failure *refusal, const char *root); /* and how a status tells it */
Json *show_texts_json(const char *const *texts, size_t n);
