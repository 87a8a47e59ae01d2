/*
 * host_open: opens what an absolute path of a machine names. In the image of a machine (Host.root) every symbolic link
 * leads where it would lead on that machine, so that nothing outside the image is reached, whatever it holds and
 * whoever changes it meanwhile.
 */
#pragma once

#include <sys/stat.h>

#include "platform/host.h"

/*
 * As open(2) for reading, close-on-exec; -1 with errno. Of an image only files and folders are opened, as opening a
 * device may set it off: ENXIO for anything else, O_PATH apart.
 */
int host_open(const Host *host, const char *path, int flags);

/* As stat(2) and lstat(2); -1 with errno. */
int host_stat(const Host *host, const char *path, struct stat *ret);
int host_lstat(const Host *host, const char *path, struct stat *ret);

/* As access(2) of a folder, a link to one followed; ENOTDIR: it is none. */
int host_access_folder(const Host *host, const char *path, int mode);

/* Host.root without openat2 (kernels before 5.6, filters that do not know it): what host_open() falls back to. */
int host_open_by_steps(const Host *host, const char *path, int flags);
