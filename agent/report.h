/*
 * report: what is told of a machine on which everything is as asked.
 */
#pragma once

#include "agent/facts.h"
#include "agent/outcome.h"
#include "agent/request.h"

/* Verdict, message and rows. */
void report_success(const Request *request, const Facts *facts, Outcome *outcome);
