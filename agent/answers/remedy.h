/*
 * remedy: what to do about a reason, for a person who works by hand. Pure.
 *
 * The words of reasons.h speak to those who deploy the extension: its settings, its log, its next enable. Whoever has
 * a file and a command line in hand is told the same in terms of these.
 */
#pragma once

#include "agent/reasons.h"

/* Static, never NULL: the reason's own words where they fit both. */
const char *remedy_by_hand(ReasonId reason);

/* The same about a package that is only judged, so that no setting has a part in it. kind_known false: nothing tells
 * whether it is to onboard or to offboard. */
const char *remedy_of_package(ReasonId reason, bool kind_known);

/* The same for a run that may have been either's. */
const char *remedy_of_run(ReasonId reason, bool by_hand);
