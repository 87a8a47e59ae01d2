/*
 * report: what is told of a machine: that everything is as asked, and what else is to be known of it.
 */
#pragma once

#include "agent/facts.h"
#include "agent/outcome.h"
#include "agent/plan.h"
#include "agent/request.h"

/* Verdict, message and rows, the plan's notes among them. */
void report_success(const Request *request, const Facts *facts, const Plan *plan, Outcome *outcome);

/* The plan's notes alone: beside a refusal or a failure. */
void report_notes(const Plan *plan, Outcome *outcome);

/* Notes that are known from before. */
void report_known_notes(const PlanNote *notes, size_t n, Outcome *outcome);
