/*
 * apt_listed: are the bytes that apt downloaded those that one source lists? For versions that several offer.
 *
 * Foreign format: `apt-cache show NAME=VERSION`, stanzas of Packages with "SHA256: DIGEST".
 */
#pragma once

#include "platform/packages/package.h"

#define APT_LISTED_SOURCE "source.list" /* in PackageRun.archives, while it is asked */

typedef enum AptListed {
        APT_LISTED_UNKNOWN, /* no stanza with such a digest */
        APT_LISTED_NO,
        APT_LISTED_YES,
} AptListed;

/* After a download of wanted->version to run->archives: *ret, whatever it was, is TROUBLE_SIGNATURE where run->source
 * lists that version with other bytes. Left alone where that cannot be told. */
int apt_listed_check(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                     Error *err) _must_check_;

/* Pure; for the function above and its tests. */
AptListed apt_listed_parse(const char *text, size_t length, const char *digest);
