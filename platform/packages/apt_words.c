/*
 * What apt and dpkg say, by their words in the C locale (apt 1.6 to 3.0, dpkg 1.18 to 1.22).
 */
#include "platform/packages/apt.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/classify.h"

/* What stops everything, whoever is named. */
static const ClassifyRule global_rules[] = {
        { TROUBLE_BROKEN, { "Could not open lock file" } }, /* not held by anybody: no permission, no folder */
        { TROUBLE_LOCKED, { "Could not get lock" } },
        { TROUBLE_LOCKED, { "Unable to acquire the dpkg frontend lock" } },
        { TROUBLE_LOCKED, { "Unable to lock " } },
        { TROUBLE_LOCKED, { "lock was locked by" } },
        { TROUBLE_LOCKED, { "is locked by another process" } },
        { TROUBLE_BROKEN, { "dpkg was interrupted" } },
        { TROUBLE_BROKEN, { "Unmet dependencies. Try" } },
        { TROUBLE_BROKEN, { "needs to be reinstalled" } },
        { TROUBLE_SOURCES, { "Malformed " } },
        { TROUBLE_SOURCES, { "Conflicting values set for option" } },
        { TROUBLE_SOURCES, { "is not known on line" } },
        { TROUBLE_SOURCES, { "Syntax error " } },
        { TROUBLE_SOURCES, { "The list of sources could not be read" } },
        { TROUBLE_BROKEN, { "could not be parsed or opened" } },
        { TROUBLE_BROKEN, { "dpkg: error: parsing file" } },
        { TROUBLE_SOURCES, { "The method driver " } }, /* apt before 1.5 without apt-transport-https */
        { TROUBLE_DISK, { "No space left on device" } },
        { TROUBLE_DISK, { "Disk quota exceeded" } },
        { TROUBLE_DISK, { "have enough free space" } },
};

/* What may be about us or about others; us first. */
static const ClassifyRule rules[] = {
        { TROUBLE_SCRIPT, { "script", "error exit status" } },
        { TROUBLE_SCRIPT, { "script", "killed by signal" } },
        { TROUBLE_SIGNATURE, { "signatures were invalid" } },
        { TROUBLE_KEY, { "NO_PUBKEY" } },
        { TROUBLE_KEY, { "Missing key ", "needed to verify" } }, /* sqv */
        { TROUBLE_KEY, { "Failed to parse keyring" } },
        { TROUBLE_SIGNATURE, { "couldn't be verified" } },
        { TROUBLE_SIGNATURE, { "signature verification failed" } },
        { TROUBLE_SIGNATURE, { "required for verification" } },
        { TROUBLE_SIGNATURE, { "GPG error" } },
        { TROUBLE_SIGNATURE, { "Hash Sum mismatch" } },
        { TROUBLE_SIGNATURE, { "unexpected size" } },
        { TROUBLE_EXPIRED, { "is expired (invalid since" } },
        { TROUBLE_CLOCK, { "is not valid yet" } },
        { TROUBLE_SIGNATURE, { "unauthenticated" } },
        { TROUBLE_STALE, { ".deb", " 404 " } },
        { TROUBLE_NETWORK, { "Failed to fetch" } },
        { TROUBLE_NETWORK, { "does not have a Release file" } },
        { TROUBLE_SIGNATURE, { "is not signed" } },
        { TROUBLE_KEPT, { "Held packages were changed" } },
        { TROUBLE_NOT_FOUND, { "Unable to locate package" } },
        { TROUBLE_NOT_FOUND, { "has no installation candidate" } },
        { TROUBLE_NOT_FOUND, { "Version '", "was not found" } },
        { TROUBLE_DEPENDENCY, { "held broken packages" } },
        { TROUBLE_DEPENDENCY, { "Unable to satisfy dependencies" } },
        { TROUBLE_DEPENDENCY, { "remove is disabled" } },
        { TROUBLE_DEPENDENCY, { "dependency problems" } },
        { TROUBLE_BROKEN, { "dpkg exited unexpectedly" } },
        { TROUBLE_STALE, { "Unable to fetch some archives" } },
        { TROUBLE_NETWORK, { "files failed to download" } },
};

/* Only lines in which they speak themselves are read, so that what a maintainer script prints is not taken for their
 * verdict. */
static const char *const starts[] = { "E: ", "W: ", "Error: ", "Warning: ", "dpkg: ", "dpkg-deb: ", NULL };
static const char *const errors[] = { "E: ", "Error: ", "dpkg: error", NULL };

/*
 * apt before 2.1 ends with 0 although it could not fetch, and warns only; of its warnings those about fetching count.
 */
static bool is_failure(PackageTrouble trouble, int exit_status)
{
        return exit_status != 0 || trouble == TROUBLE_SIGNATURE || trouble == TROUBLE_KEY || trouble == TROUBLE_CLOCK ||
               trouble == TROUBLE_EXPIRED || trouble == TROUBLE_NETWORK || trouble == TROUBLE_STALE;
}

/* "URL  404  Not Found": what asking again does not change. */
static bool is_passing(const char *line)
{
        const char *at;

        for (at = line; (at = strstr(at, "  4")); at++)
                if (strspn(at + 2, "0123456789") == 3 && strncmp(at + 2, "408", 3) != 0 &&
                    strncmp(at + 2, "429", 3) != 0)
                        return false;
        return strstr(line, "Failed to fetch") && !strstr(line, "ertificate") && !strstr(line, "NOSPLIT");
}

const ClassifyWords apt_words = {
        .global = global_rules,
        .n_global = ELEMENTSOF(global_rules),
        .rules = rules,
        .n_rules = ELEMENTSOF(rules),
        .starts = starts,
        .errors = errors,
        .unmet = "have unmet dependencies:",
        .held = "held packages will be changed:",
        .reason_follows = "dpkg: error processing",
        .is_failure = is_failure,
        .is_passing = is_passing,
};
