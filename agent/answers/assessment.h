/*
 * assessment: whether a machine is fit for the sensor: all that speaks against it, and what a person should know.
 * Pure.
 *
 * The answer is about the machine: that nobody asked for an onboarding yet, or gave no package, is left out.
 */
#pragma once

#include "agent/plan.h"
#include "agent/answers/unseen.h"

#define ASSESSMENT_REFUSALS_MAX (2 + PLAN_FURTHER_MAX)

typedef struct Assessment {
        Plan plan;
        Failure site;
        Tri fit; /* NO: there are refusals; UNKNOWN: what could speak against it was not seen */
        const Failure
                *refusals[ASSESSMENT_REFUSALS_MAX]; /* into plan and site; another product that blocks comes first */
        size_t n_refusals;
        const PlanNote *warnings[PLAN_NOTES_MAX]; /* into plan */
        size_t n_warnings;
        const char *unseen[UNSEEN_MAX];
        size_t n_unseen;
} Assessment;

/* Not to be copied. Where nothing tells whether the package is installed, and the sensor is not there, it is asked what
 * would speak against installing it. */
void assessment_make(const Request *request, const Facts *facts, Assessment *ret);

/* The site's configuration cannot be used: that comes first, as it does for the extension. NONE: nothing. */
void assessment_refuse(const Failure *site, Assessment *assessment);
