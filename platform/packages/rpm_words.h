/*
 * rpm_words: what rpm says, and the library that downloads for dnf, whoever runs them: rows for tables of classify.h.
 */
#pragma once

#include "platform/packages/classify.h"

/* clang-format off */

#define RPM_GLOBAL_RULES \
        { TROUBLE_LOCKED, { "can't create transaction lock" } }, \
        { TROUBLE_LOCKED, { "can't create keyring lock" } }, \
        { TROUBLE_BROKEN, { "cannot open Packages" } }, \
        { TROUBLE_BROKEN, { "DB_RUNRECOVERY" } }, \
        { TROUBLE_BROKEN, { "Thread died in Berkeley DB" } }, \
        { TROUBLE_BROKEN, { "rpmdb: damaged header" } }, \
        { TROUBLE_DISK, { "No space left on device" } }, \
        { TROUBLE_DISK, { "Disk quota exceeded" } }, \
        { TROUBLE_DISK, { "installing package ", " filesystem" } }, \
        { TROUBLE_DISK, { "Curl error (23)" } }

/* Those that run before a package's files come or go stop it, the others do not. */
#define RPM_SCRIPT_RULES \
        { TROUBLE_SCRIPT, { "%pre", "scriptlet failed, " } }, \
        { TROUBLE_SCRIPT, { "scriptlet failed, " } }

/* In FIPS mode and under a crypto policy as well. */
#define RPM_SIGNATURE_RULES \
        { TROUBLE_DIGEST, { "does not verify: no digest" } }, \
        { TROUBLE_SIGNATURE, { "does not verify: " } }, \
        { TROUBLE_SIGNATURE, { "SIGNATURES NOT OK" } }, \
        { TROUBLE_SIGNATURE, { "Signature", ": BAD" } }, \
        { TROUBLE_SIGNATURE, { "Signature", ": NOTTRUSTED" } }, \
        { TROUBLE_SIGNATURE, { "digest", ": BAD" } }

/* Last of those about signatures: rpm warns so of every key that it is about to be given. */
#define RPM_KEY_RULES \
        { TROUBLE_KEY, { "Signature", ": NOKEY" } }

#define RPM_CONFLICT_RULES \
        { TROUBLE_OTHER, { "conflicts with file from package" } }

/* clang-format on */

/* "Curl error (N)", "Status code: N": no connection, no name, 5xx. */
bool rpm_words_is_passing(const char *line);
