/*
 * apt_listed: are the bytes that apt is to install those that one source lists? It takes a package of any source.
 *
 * Foreign formats: `apt-cache show NAME[=VERSION]`, stanzas of Packages with "Version: VERSION", "SHA256: DIGEST";
 * `apt-get install --print-uris`, a line for each file that is not there yet: "'URI' NAME SIZE DIGEST".
 */
#pragma once

#include "platform/packages/package.h"

#define APT_LISTED_SOURCE "source.list" /* in PackageRun.archives, while it is asked */

typedef enum AptListed {
        APT_LISTED_UNKNOWN, /* no stanza with such a digest */
        APT_LISTED_NO,
        APT_LISTED_YES,
} AptListed;

typedef enum AptPlace {
        APT_PLACE_NONE,  /* nothing is to be fetched of it */
        APT_PLACE_LOCAL, /* a file of this machine, which apt reads where it lies */
        APT_PLACE_OTHER,
} AptPlace;

/* What apt_listed_find() gives where there are several. */
#define APT_LISTED_SEVERAL "*"

/* The package that was downloaded to run->archives: its path, APT_LISTED_SEVERAL where no version is asked for and more
 * than one lies there, NULL for none. Caller frees. */
char *apt_listed_find(const Host *host, const PackageRun *run, const PackageWanted *wanted);

/* *ret, which was TROUBLE_NONE, is TROUBLE_ELSEWHERE unless run->source lists this file; else its version is known.
 * file: absolute; anything else is not listed. */
int apt_listed_check(const Host *host, const PackageRun *run, const PackageWanted *wanted, const char *file,
                     PackageResult *ret, Error *err) _must_check_;

/* Pure; for the functions above and their tests. */
AptListed apt_listed_parse(const char *text, size_t length, const char *digest, char version[PACKAGE_VERSION_MAX]);

/* What --print-uris says of this package. *ret_path: APT_PLACE_LOCAL; caller frees. */
AptPlace apt_listed_parse_uris(const char *text, size_t length, const char *package, char **ret_path);
