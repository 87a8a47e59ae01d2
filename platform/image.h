/*
 * image: how the folder that is an image (Host.image) stands in the running machine, for who removes something in it.
 */
#pragma once

#include <sys/types.h>

#include "platform/mounts.h"

/*
 * What is mounted in it, at paths of its own; for other hosts their whole table. ERROR_TRUST: it is reached through
 * another process's mount namespace (/proc/PID/root), so that nobody here can tell.
 */
int image_mounts(const Host *host, MountTable *ret, Error *err) _must_check_;

/* A process whose root folder it is: a machine, a container or a shell that runs in it. 0: none is seen. */
pid_t image_user(const Host *host);
