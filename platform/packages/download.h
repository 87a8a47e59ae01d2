/*
 * download: how far a package manager is with a download: how much it is by its own words, and how much has come by the
 * files that grow.
 *
 * Foreign formats: "Need to get 12.3 MB of archives.", "Need to get 950 kB/12.3 MB of archives." (apt: what is still
 * to come stands first; kB, MB, GB of 1000); "Total download size: 12 M" (dnf 4, yum: k, M, G of 1024); "Need to
 * download 12 MiB." (dnf 5), "Overall download size: 12.3 MiB." and "Package download size:    12.3 MiB" (zypper).
 * They are rounded to two or three digits.
 */
#pragma once

#include <stdint.h>

#include "platform/host.h"

/*
 * words: what stands before the size, NULL-terminated; NULL: none. Bytes; 0: it has not said, or nothing that could be
 * read. The last one counts. Pure.
 */
int64_t download_size(const char *const *words, const char *output);

/*
 * Bytes in the files of a folder and of those below it, of the same file system; bounded in depth and number. A folder
 * that is not there has none.
 */
int64_t download_present(const Host *host, const char *folder);

/* The same of a folder where others may mount file systems: 0 as long as one is, as it may be one that does not answer.
 */
int64_t download_present_unless_mounted(const Host *host, const char *folder);
