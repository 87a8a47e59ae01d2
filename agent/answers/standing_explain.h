/*
 * standing_explain: why a machine stands as it does, and what to do, for the rules of standing.c. Pure.
 */
#pragma once

#include "agent/answers/standing.h"

typedef struct StandingView {
        const Facts *facts;
        const Extension *extension;
        const Asked *asked;
        bool live, root;
        const char *call;
} StandingView;

void standing_explain(Standing *standing, const char *why, const char *remedy);
void standing_explain_failure(Standing *standing, const Failure *failure, bool by_hand);
void standing_explain_run(const StandingView *view, Standing *standing, const ExtensionRun *run);

/* Why it is as it is: what would be refused now, what the last run failed for, what cannot be read. False: not known.
 */
bool standing_explain_known(const StandingView *view, Standing *standing);

/* The same for a sensor that is not there, or has no licence: there is always something to say. */
void standing_explain_absence(const StandingView *view, Standing *standing);

/* Its unit is masked, or is not running, which anybody can see. */
bool standing_explain_off(const StandingView *view, Standing *standing);

/* It is onboarded, and its sensor is not well; what is wrong with it is the doctor's to say. */
bool standing_explain_unwell(const StandingView *view, Standing *standing);

/* The failure that explains how the machine is. NULL: none, or what it met is gone. */
const ExtensionRun *standing_failed_run(const StandingView *view);
