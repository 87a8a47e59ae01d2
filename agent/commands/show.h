/*
 * show: a plan for people on a terminal, and as JSON.
 */
#pragma once

#include <stdio.h>

#include "agent/plan.h"
#include "platform/json.h"

/* The refusal, or the steps; then the notes; then what has to be said of settings. */
void show_plan(const Request *request, const Plan *plan, FILE *file);

/* {"refusal": {"reason", "code", "message"}, "steps": [{"name", "why"}], "notes": [{"name", "level", "text"}],
 * "settings": [TEXT]}; without refusal when there is none. */
Json *show_plan_json(const Request *request, const Plan *plan);
