/*
 * out_of_memory: what a failure means when the kernel ended processes for lack of memory meanwhile. Pure.
 *
 * The kernel counts for the whole machine, and the host of a container: the reason is changed only when the failure
 * itself speaks of a process that was killed, else the count is told beside it.
 */
#pragma once

#include <stdint.h>

#include "agent/reasons.h"

/* before, now: machine_oom_kills(); -1 unknown. */
void out_of_memory_judge(int64_t before, int64_t now, Failure *failure);
