/*
 * fanotify: which processes on this machine hold fanotify groups, and what the kernel can do.
 *
 * Foreign format: /proc/PID/fd/N -> "anon_inode:[fanotify]"; /proc/PID/fdinfo/N with the lines
 * "fanotify flags:HEX event-flags:HEX" and one "fanotify ... mask:HEX ..." per mark (proc(5)).
 * Marks of anybody are never changed and no event is ever received: the probe is harmless on a live machine.
 */
#pragma once

#include <stdint.h>

#include "platform/base/tri.h"
#include "platform/host.h"

typedef enum FanotifyClass { FANOTIFY_NOTIFY, FANOTIFY_CONTENT, FANOTIFY_PRE_CONTENT } FanotifyClass;

#define FANOTIFY_HOLDERS_MAX 32

/* One process. All texts are escaped. */
typedef struct FanotifyHolder {
        pid_t pid;
        uint64_t start_time;
        char exe[256]; /* without " (deleted)"; "" unknown (another user namespace, hidepid) */
        bool deleted;  /* its program was replaced or removed since it started */
        char comm[64];
        char unit[128];      /* systemd unit; "" unknown */
        char package[96];    /* that owns exe: filled by who asks package_owner; "" unknown */
        char container[80];  /* kind and id or name, from its control group: "docker 0123456789ab"; "" none, or ours */
        bool foreign;        /* another pid namespace than ours, or another root: exe is a path in there */
        FanotifyClass class; /* the most of its groups */
        uint64_t permission_bits; /* of all its marks: FAN_OPEN_PERM 0x10000 ... */
        unsigned groups, marks;
} FanotifyHolder;

typedef struct FanotifyFacts {
        Tri known;             /* YES: the pass was made to its end; what was found until then is true in any case */
        Tri supported;         /* the kernel has fanotify */
        Tri permission_events; /* and can block */
        FanotifyHolder holders[FANOTIFY_HOLDERS_MAX];
        size_t n_holders;
        unsigned more;       /* holders beyond the maximum; blocking ones are kept first */
        unsigned unreadable; /* processes whose descriptors could not be looked at */
} FanotifyFacts;

/* Never fails: what could not be learnt stays UNKNOWN. Bounded memory, whatever runs. Live machines only. */
void fanotify_look(const Host *host, Deadline deadline, FanotifyFacts *ret);

/* Pure: adds one line of fdinfo to class, permission_bits and marks; false: it is not about fanotify. */
bool fanotify_parse_line(const char *line, size_t length, FanotifyHolder *holder);
