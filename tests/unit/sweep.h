/*
 * sweep: how much of all cases a test takes that goes through very many.
 */
#pragma once

#include <stdlib.h>

/*
 * Every so manieth case. MDE_LINUX_SWEEP=1: all of them; another prime: fewer, where each takes long (an emulator,
 * valgrind), and as it divides no dimension all values of any few of them meet. usual: without it.
 */
static inline unsigned sweep_stride(unsigned usual)
{
        const char *asked = getenv("MDE_LINUX_SWEEP");
        int number = asked ? atoi(asked) : (int)usual;

        return number > 0 ? (unsigned)number : 1;
}
