/*
 * fitness_kernel: the kernel's version against what the sensor needs. Pure. Part of fitness.
 */
#pragma once

#include "agent/machine/fitness.h"

FitnessTest fitness_kernel_too_old;    /* below 3.10.0-327 */
FitnessTest fitness_kernel_known_bad;  /* panics or hangs with the sensor's eBPF programs */
FitnessTest fitness_kernel_lacks_ebpf; /* runs, but sees less */

/*
 * Numbers between dots, dashes and pluses, one by one, up to the first part that is no number ("el7", "generic").
 * What one has and the other has not counts as 0. <0, 0, >0.
 */
int fitness_kernel_compare(const char *a, const char *b);
