/*
 * machine: what this machine offers a program of the sensor's size: memory, processors, file systems, the kernel's and
 * the distribution's security features. Read-only, local, bounded.
 *
 * Sources: /proc (meminfo, self/mountinfo, self/cgroup, vmstat, sys/crypto/fips_enabled), /sys (devices/system/cpu,
 * fs/selinux), control groups, statvfs, /etc/audit, the files of the user database. Of a recorded machine what its
 * files tell; the rest is UNKNOWN. Bytes unless a name says otherwise; all texts are escaped.
 */
#pragma once

#include <stdint.h>
#include <string.h>

#include "platform/base/tri.h"
#include "platform/host.h"

#define MACHINE_MOUNTS_MAX 10

/* The file system below a folder that will be written to. */
typedef struct MachineMount {
        char folder[256]; /* what was asked for: "/opt" */
        char point[256];  /* where it is mounted; "" unknown */
        char type[32];
        int64_t free_bytes;  /* -1: unknown */
        int64_t free_inodes; /* -1: unknown, or this kind of file system does not count them */
        Tri noexec, read_only;
        Tri link; /* the folder itself is a link */
        char link_target[256];
} MachineMount;

typedef struct Machine {
        Tri known;                /* YES: it was looked at */
        int64_t memory;           /* -1: unknown */
        int64_t memory_available; /* likewise */
        int64_t memory_limit;     /* of the control groups services run in; 0: none; -1: unknown */
        int cpus;                 /* 0: unknown */
        int cpu_percent;          /* quota of our own control group, in percent of one processor; 0: none */
        MachineMount mounts[MACHINE_MOUNTS_MAX];
        size_t n_mounts;
        Tri selinux_enforcing, fips, fapolicyd, audit_immutable;
        Tri user_exists;        /* the sensor's user */
        Tri user_creatable;     /* UNKNOWN with user_trouble: not at the moment */
        char user_trouble[160]; /* why not */
        int64_t oom_kills;      /* since boot; -1: unknown */
} Machine;

/* Never fails. folders: NULL-terminated, those that will be written to. user: that has to exist, or be created. */
void machine_look(const Host *host, const char *const *folders, const char *user, Machine *ret);

/* One folder more, after machine_look(). One that is not there yet is judged by the nearest one above. */
void machine_look_at_folder(const Host *host, const char *folder, Machine *machine);

/* NULL: this folder was not asked for. Pure. */
static inline const MachineMount *machine_mount(const Machine *machine, const char *folder)
{
        size_t i;

        for (i = 0; i < machine->n_mounts; i++)
                if (strcmp(machine->mounts[i].folder, folder) == 0)
                        return &machine->mounts[i];
        return NULL;
}

/* Processes that the kernel ended for lack of memory since boot; -1: it does not count them (before 4.13). */
int64_t machine_oom_kills(const Host *host);
