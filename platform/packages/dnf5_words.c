/*
 * What dnf 5 says, in the C locale (5.2 to 5.4). Lines that go on with one before, and what scripts print, begin with
 * ">>> "; only the beginnings below are its own.
 */
#include "platform/packages/dnf_family.h"

#include "platform/base/text.h"
#include "platform/packages/rpm_words.h"

static const ClassifyRule global_rules[] = {
        { TROUBLE_LOCKED, { "Failed to obtain rpm transaction lock" } },
        { TROUBLE_BROKEN, { "rpmtsOpenDB failed" } },
        { TROUBLE_SOURCES, { "Error in configuration file " } },
        { TROUBLE_SOURCES, { "No valid source (baseurl, mirrorlist or metalink) found" } },
        { TROUBLE_STALE, { "cacheonly option is activated" } },
        RPM_GLOBAL_RULES,
};

static const ClassifyRule rules[] = {
        RPM_SCRIPT_RULES,
        RPM_SIGNATURE_RULES,
        { TROUBLE_KEY, { "OpenPGP check for package ", "didn't help" } },
        { TROUBLE_KEY, { "OpenPGP check for package ", "ublic key is not " } },
        { TROUBLE_KEY, { "Signing key not found" } },
        { TROUBLE_SIGNATURE, { "OpenPGP check for package " } },
        { TROUBLE_SIGNATURE, { "Signature verification failed" } },
        { TROUBLE_SIGNATURE, { "GPG signature verification error" } },
        { TROUBLE_SIGNATURE, { "GPG signature is not available" } },
        { TROUBLE_KEY, { "Failed to read key from " } },
        { TROUBLE_KEY, { "cannot open file: (2)", "rpm-gpg" } },
        { TROUBLE_SIGNATURE, { "but checksum doesn't match" } },
        { TROUBLE_SIGNATURE, { "Inconsistent server data" } },
        RPM_KEY_RULES,
        { TROUBLE_STALE, { "Status code: 404", ".rpm" } },
        { TROUBLE_NETWORK, { "Status code: " } },
        { TROUBLE_NETWORK, { "Curl error (" } },
        { TROUBLE_NETWORK, { "Failed to download metadata" } },
        { TROUBLE_NETWORK, { "Failed to download packages" } },
        { TROUBLE_KEPT, { "matches only excluded packages" } },
        { TROUBLE_KEPT, { "excluded by versionlock" } },
        { TROUBLE_KEPT, { "filtered out by exclude filtering" } },
        { TROUBLE_NOT_FOUND, { "filtered out by" } },
        { TROUBLE_NOT_FOUND, { "installed, but not available" } },
        { TROUBLE_NOT_FOUND, { "No match for argument" } },
        RPM_CONFLICT_RULES,
        { TROUBLE_DEPENDENCY, { "nothing provides " } },
        { TROUBLE_DEPENDENCY, { "Problem: " } },
        { TROUBLE_DEPENDENCY, { "Failed to resolve the transaction" } },
};

static const char *const starts[] = {
        "Error in configuration file ",
        "error: ",
        "Failed to ",
        "Transaction failed: ",
        "OpenPGP check for package ",
        "Cannot ",
        "cannot open file",
        "Problem",
        "  - ",
        "No match for argument",
        "Argument ",
        "Packages for argument ",
        ">>> [RPM] ",
        ">>> Error in %",
        ">>> Non-critical error in %",
        ">>> Curl error (",
        ">>> Status code: ",
        ">>> Downloading successful, but",
        ">>> Interrupted by header callback",
        ">>> GPG verification",
        ">>> repomd.xml ",
        NULL,
};

static const char *const errors[] = { "Failed to ", "Transaction failed: ",  "OpenPGP check for package ",
                                      "error: ",    "No match for argument", NULL };

static bool is_failure(PackageTrouble trouble, int exit_status)
{
        return exit_status != 0 || trouble == TROUBLE_NETWORK;
}

const ClassifyWords dnf5_words = {
        .global = global_rules,
        .n_global = ELEMENTSOF(global_rules),
        .rules = rules,
        .n_rules = ELEMENTSOF(rules),
        .starts = starts,
        .errors = errors,
        .unmet = "Problem: ",
        .is_failure = is_failure,
        .is_passing = rpm_words_is_passing,
};
