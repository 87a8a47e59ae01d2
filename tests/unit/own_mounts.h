/*
 * own_mounts: what a test mounts is seen by itself and what it starts alone, and is gone with it.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>

/* From now on, for this process. False: nobody may here. */
static inline bool own_mounts(void)
{
        return unshare(CLONE_NEWNS) == 0 && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
}
