/*
 * fanotify_holder: what one process does with fanotify, and who it is. Internal to fanotify.
 *
 * Everything is read through the open folder of the process's descriptors: it stands for that process and for no later
 * one with the same number; once the process is gone, nothing can be read through it any more.
 */
#pragma once

#include "platform/fanotify.h"

/* Our own namespaces and container, to compare with. */
typedef struct FanotifySelf {
        char pid_namespace[64];
        char mount_namespace[64];
        unsigned long long root_device, root_inode;
        char container[80];
} FanotifySelf;

void fanotify_self_read(FanotifySelf *ret);

/* Adds the group behind descriptor NAME; false: gone, or it cannot be read. */
bool fanotify_holder_add(int fds, const char *name, Deadline deadline, FanotifyHolder *holder);

/* Fills in all but groups and package. False: the process is gone. */
bool fanotify_holder_identify(const Host *host, const FanotifySelf *self, int fds, pid_t pid, FanotifyHolder *holder);
