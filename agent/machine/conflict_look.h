/*
 * conflict_look: the facts that a judgement on conflicts needs: who holds fanotify groups, the packages of those that
 * have to be named, and which products are installed but stopped.
 */
#pragma once

#include "agent/facts.h"

/* After the sensor's facts: packages are looked up for others than the sensor only. */
void conflict_look(const Host *host, Deadline deadline, Facts *facts);
