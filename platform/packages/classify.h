/*
 * classify: what a finished command's output means, by a package manager's own table of words. Pure.
 */
#pragma once

#include "platform/packages/package.h"

typedef struct ClassifyRule {
        PackageTrouble trouble;
        const char *words[2]; /* both stand in the line, the second may be NULL */
} ClassifyRule;

typedef struct ClassifyWords {
        const ClassifyRule *global; /* what stops everything, whoever is named; of several the first row counts */
        size_t n_global;
        const ClassifyRule *rules; /* what may be about us or about others; us first */
        size_t n_rules;
        const char *const *starts; /* how lines begin in which it speaks itself; a line that begins with a blank goes on
                                      with the one before; NULL-terminated; NULL: all lines */
        const char *const *errors; /* how further lines begin that are worth showing; NULL-terminated */
        const char *unmet;         /* the heading above lines about unmet dependencies; NULL: none */
        const char *held;          /* the heading above names of packages that are held; NULL: none */
        const char *reason_follows; /* how a line begins whose next one gives the reason; NULL: none */

        /* Of the rule's trouble, TROUBLE_OTHER when none matched; else it is TROUBLE_NONE. */
        bool (*is_failure)(PackageTrouble trouble, int exit_status);
        /* TROUBLE_NETWORK by this line: may time mend it? */
        bool (*is_passing)(const char *line);
} ClassifyWords;

/* What counts as ours. */
typedef struct ClassifyOurs {
        const char *package; /* NULL: none */
        const char *url;     /* its beginning */
        const char *id;      /* of our source; NULL or "": none */
} ClassifyOurs;

void package_classify(const ClassifyWords *words, const char *output, size_t length, int exit_status,
                      const ClassifyOurs *ours, PackageResult *ret);
