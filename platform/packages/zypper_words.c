/*
 * What zypper, libzypp and the rpm that they start say, by their words in the C locale: as recorded from zypper 1.14.42
 * with libzypp 17.25.7 and rpm 4.18 (tests/unit/data/zypper), and as SLES 12 to 16 are known to say it.
 */
#include "platform/packages/zypper.h"

#include <string.h>

#include "platform/base/text.h"

/* Exit statuses: from 100 on it did what was asked, and has something to tell. */
#define STATUS_INFORMATION 100 /* 100, 101 updates are needed, 102 reboot, 103 zypper itself was updated */
#define STATUS_INFORMATION_LAST 103
#define STATUS_SKIPPED 106 /* sources that could not be fetched */
#define STATUS_SCRIPT 107  /* a %post failed; all packages are in place */

/*
 * What stops everything, whoever is named; from N_GLOBAL on, what may be about us or about others. Of one source's
 * refresh, however, every line is about that one, whether it names it or not.
 */
#define N_GLOBAL 15
static const ClassifyRule rules[] = {
        { TROUBLE_SCRIPT, { "scriptlet failed" } }, /* first: what a script printed before it is no verdict */
        { TROUBLE_LOCKED, { "System management is locked by" } },
        { TROUBLE_LOCKED, { "can't create transaction lock on" } },
        { TROUBLE_BROKEN, { "cannot open Packages database" } },
        { TROUBLE_BROKEN, { "rpmdb: ", "corrupt" } },
        { TROUBLE_BROKEN, { "Target initialization failed" } },
        { TROUBLE_SOURCES, { "contains garbage" } },
        { TROUBLE_SOURCES, { "Cannot read repo " } },
        { TROUBLE_SOURCES, { "Error reading repositories" } },
        { TROUBLE_DISK, { "No space left on device" } },
        { TROUBLE_DISK, { "Disk quota exceeded" } },
        { TROUBLE_DISK, { "more space on the" } },
        { TROUBLE_DISK, { "more inodes on the" } },
        { TROUBLE_DISK, { "Can't hardlink/copy" } }, /* a download into the folder for packages */
        { TROUBLE_DISK, { "running out of disk space" } },

        { TROUBLE_KEY, { "is signed with an unknown key" } },
        { TROUBLE_SIGNATURE, { "' is unsigned" } },
        { TROUBLE_KEY, { "Key Fingerprint:" } }, /* a key is offered */
        { TROUBLE_KEY, { "Signatures public key is not available" } },
        { TROUBLE_SIGNATURE, { "Signature verification failed" } },
        { TROUBLE_SIGNATURE, { "is not signed!" } },
        { TROUBLE_SIGNATURE, { "Digest verification failed" } },
        { TROUBLE_SIGNATURE, { "exceeded the expected filesize" } },
        { TROUBLE_SIGNATURE, { "seems to be corrupted" } },
        { TROUBLE_DIGEST, { "does not verify: no digest" } }, /* in FIPS mode, by crypto policy */
        { TROUBLE_SIGNATURE, { "does not verify" } },
        { TROUBLE_STALE, { "not found on medium", ".rpm" } },
        { TROUBLE_KEPT, { "remove lock to allow" } }, /* /etc/zypp/locks */
        { TROUBLE_DEPENDENCY, { "Problem: " } },
        { TROUBLE_DEPENDENCY, { "nothing provides" } },
        { TROUBLE_DEPENDENCY, { "cannot be provided" } },
        { TROUBLE_DEPENDENCY, { "Failed dependencies" } },
        { TROUBLE_DEPENDENCY, { "agree with the terms" } }, /* its licence: not for us to agree to */
        { TROUBLE_DEPENDENCY, { "file conflicts" } },
        { TROUBLE_NOT_FOUND, { "No provider of" } },
        { TROUBLE_SOURCES, { "not found by its alias" } },
        { TROUBLE_CLOCK, { "not yet valid" } },
        { TROUBLE_NETWORK, { "Permission to access" } },
        { TROUBLE_NETWORK, { "temporarily unaccessible" } },
        { TROUBLE_NETWORK, { "Timeout exceeded when accessing" } },
        { TROUBLE_NETWORK, { "Error message: " } }, /* curl's */
        { TROUBLE_NETWORK, { "Error code: " } },
        { TROUBLE_NETWORK, { "not found on medium" } },
        { TROUBLE_NETWORK, { "doesn't contain public key data" } }, /* a page */
        { TROUBLE_NETWORK, { "type can't be determined" } },
};

/* Without the reason. */
static const ClassifyRule refresh_rules[] = {
        { TROUBLE_NETWORK, { "Valid metadata not found" } },
        { TROUBLE_NETWORK, { "Problem retrieving files from" } },
        { TROUBLE_NETWORK, { "Skipping repository" } },
};

static const char *const errors[] = { "Problem: ",
                                      "error: ",
                                      "warning: %",
                                      "Error message: ",
                                      " - ",
                                      "Installation of ",
                                      "Warning: Skipping repository",
                                      NULL };

static bool is_failure(PackageTrouble trouble, int exit_status)
{
        if (exit_status == STATUS_SCRIPT)
                return trouble == TROUBLE_SCRIPT;
        return exit_status != 0 && exit_status != STATUS_SKIPPED &&
               (exit_status < STATUS_INFORMATION || exit_status > STATUS_INFORMATION_LAST);
}

/* By libzypp's own words, or curl's. */
static bool is_passing(const char *line)
{
        static const char *const lasting[] = { "Permission to access", "not found on medium", "ertificate", "SSL",
                                               "returned error: 4",    "HTTP response: 4",    NULL };
        static const char *const passing[] = {
                "temporarily unaccessible", "Timeout exceeded", "resolve", "onnect", "timed out",
                "returned error: 5",        "HTTP response: 5", "recv",    NULL
        };
        size_t i;

        for (i = 0; lasting[i]; i++)
                if (strstr(line, lasting[i]))
                        return false;
        for (i = 0; passing[i]; i++)
                if (strstr(line, passing[i]))
                        return true;
        return false;
}

#define SAME .errors = errors, .is_failure = is_failure, .is_passing = is_passing
#define REFRESH .rules = refresh_rules, .n_rules = ELEMENTSOF(refresh_rules), SAME

const ClassifyWords zypper_words = {
        .global = rules, .n_global = N_GLOBAL, .rules = rules + N_GLOBAL, .n_rules = ELEMENTSOF(rules) - N_GLOBAL, SAME
};
const ClassifyWords zypper_refresh_words = { .global = rules, .n_global = ELEMENTSOF(rules), REFRESH };
const ClassifyWords zypper_refresh_all_words = { .global = rules, .n_global = N_GLOBAL, REFRESH };
