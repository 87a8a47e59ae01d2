/*
 * cgroups: what control groups leave of memory and processors, v1, v2 and both at once.
 *
 * Found by the mount table and /proc/self/cgroup, wherever the hierarchies are mounted and whatever namespace or
 * container we are in: what is above the visible part is not known. Limits of a group hold for all below it, so each
 * question is asked of a group and of all above.
 */
#pragma once

#include <stdint.h>

#include "platform/mounts.h"

/* Bytes that services may use (system.slice, where there is one, and all above); 0: no limit; -1: unknown. */
int64_t cgroups_memory_limit(const Host *host, const MountTable *table);

/* The quota of our own group, in percent of one processor; 0: none, or unknown. */
int cgroups_cpu_percent(const Host *host, const MountTable *table);
