/*
 * package_owner: which installed packages own these files.
 *
 * Foreign format: /var/lib/dpkg/info/PACKAGE[:ARCHITECTURE].list, one path a line. Read by ourselves: no package
 * manager is started and no lock is taken. Other package managers' owners are unknown.
 */
#pragma once

#include "platform/host.h"

#define PACKAGE_OWNER_MAX 96

typedef struct PackageOwner {
        const char *path;                /* borrowed; absolute */
        char package[PACKAGE_OWNER_MAX]; /* escaped; "" unknown */
} PackageOwner;

/* One pass for all of them; ends at the deadline. Of several owners the last one read counts. */
void package_owner_find(const Host *host, Deadline deadline, PackageOwner *owners, size_t n);
