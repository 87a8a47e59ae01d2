/*
 * onboarding_zip: the one onboarding file out of the zip that the Defender portal hands over. Pure: bytes in, bytes
 * out; a name in the archive is compared and shown, never used as a path.
 *
 * Foreign format (PKWARE APPNOTE 6.3): entries, then a central directory, then its end record. The central directory
 * decides; each local header has to agree with it. Stored and deflated entries only, as the portal makes them. Refused:
 * more than 16 entries, archives of several disks, zip64, encryption, bytes that belong to nothing (before, between,
 * after), entries that share bytes, names that occur twice, more than ONBOARDING_SCRIPT_MAX unpacked, a wrong CRC.
 */
#pragma once

#include "platform/base/error.h"
#include "platform/base/secret.h"

#define ONBOARDING_ZIP_MAX (2 * 1024 * 1024)

/* It begins as zip archives do. */
bool onboarding_zip_is(const void *bytes, size_t length);

/*
 * The one entry whose name ends in .py, .sh or .json; others (a readme, folders) are passed over unread. *ret is
 * allocated. ERROR_INPUT: not such an archive, with no or more than one such file; ERROR_MISSING: the machine has no
 * zlib (libz.so.1).
 */
int onboarding_zip_read(const void *bytes, size_t length, Secret *ret, Error *err) _must_check_;
