/* fitness_say: what the parts of fitness say their findings with. Pure. */
#pragma once

#include <stdio.h>

#include "agent/machine/fitness.h"

#define MIB (INT64_C(1024) * 1024)

/* Into a FitnessTest's text. */
#define say(text, ...) snprintf(text, FITNESS_TEXT_MAX, __VA_ARGS__)

static inline const Machine *fitness_machine(const Facts *facts)
{
        return &facts->machine.fitness;
}

static inline long long fitness_mib(int64_t bytes)
{
        return (long long)(bytes / MIB);
}
