/*
 * check: an assessment for people on one screen, with all facts, and as JSON.
 */
#pragma once

#include "agent/answers/assessment.h"
#include "agent/commands/screen.h"

/* Where it was looked, for what is said of the unseen. */
typedef struct CheckPlace {
        const char *root; /* of an image; NULL: the running machine */
        bool by_root;
} CheckPlace;

/* all: every fact as a line NAME: VALUE instead of the rows that matter. */
void check_show(const Screen *screen, const CheckPlace *place, const Assessment *assessment, const Facts *facts,
                bool all);

/* packaging/schemas/check.json; member "facts" is the document of facts_json.h. */
Json *check_document(const CheckPlace *place, const Assessment *assessment, const Facts *facts);

/* 0: fit; of the first refusal Azure's code; COMMAND_UNKNOWN. */
int check_exit_code(const Assessment *assessment);

/* Says on a line of its own what was not looked at and why; nothing when all was. For plan too. */
void check_show_unseen(const Screen *screen, const CheckPlace *place, const char *const *unseen, size_t n);
