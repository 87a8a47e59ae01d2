/*
 * passed: whether what a run failed for is still so, as far as facts tell. Pure.
 *
 * A run is looked at long after it has ended: what it met may have been mended since, and then explains nothing.
 */
#pragma once

#include "agent/facts.h"
#include "agent/reasons.h"

/* readable: what is asked could be read now. YES: it is not so any more; NO: it is; UNKNOWN: it was not looked at. */
Tri passed_since(const Facts *facts, Tri readable, ReasonId reason);
