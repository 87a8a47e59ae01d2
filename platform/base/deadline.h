/*
 * deadline: one absolute point in time, passed down instead of a timeout at each level.
 *
 * Milliseconds of CLOCK_MONOTONIC, so that setting the clock never moves it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef int64_t Deadline;

#define DEADLINE_NEVER INT64_MAX

int64_t deadline_now_ms(void);
Deadline deadline_in(int64_t ms);
Deadline deadline_sooner(Deadline a, Deadline b);
int64_t deadline_left_ms(Deadline deadline); /* never negative; INT_MAX at most: fits poll() */
bool deadline_passed(Deadline deadline);
