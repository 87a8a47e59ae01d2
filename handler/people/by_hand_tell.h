/*
 * by_hand_tell: what came of a person's request, on stdout: rows, or the document of --json (packaging/schemas).
 */
#pragma once

#include "agent/plan.h"
#include "handler/people/by_hand.h"

/* All return the exit code. */
int by_hand_tell(const ByHand *hand, const Outcome *outcome);
int by_hand_tell_plan(const ByHand *hand, const Request *request, const Plan *plan);
