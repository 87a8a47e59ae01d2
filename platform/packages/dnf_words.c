/*
 * What dnf 4 says, in the C locale (4.2 to 4.20), rpm's words within it, and those of subscription-manager's plugin.
 */
#include "platform/packages/dnf_family.h"

#include "platform/base/text.h"
#include "platform/packages/rpm_words.h"

static const ClassifyRule global_rules[] = {
        { TROUBLE_LOCKED, { " already locked by " } },
        { TROUBLE_BROKEN, { "Malformed lock file" } },
        { TROUBLE_BROKEN, { "rpmdb open failed" } },
        { TROUBLE_SOURCES, { "Config error: " } },
        { TROUBLE_STALE, { "Some packages have invalid cache" } },
        { TROUBLE_STALE, { "Some packages from local repository have incorrect checksum" } },
        RPM_GLOBAL_RULES,
};

static const ClassifyRule rules[] = {
        RPM_SCRIPT_RULES,
        { TROUBLE_SCRIPT, { "Error in ", "scriptlet in rpm package" } },
        RPM_SIGNATURE_RULES,
        { TROUBLE_SIGNATURE, { "Package ", " is not signed" } },
        { TROUBLE_SIGNATURE, { "GPG signature verification error" } },
        { TROUBLE_SIGNATURE, { "GPG signature is not available" } },
        { TROUBLE_SIGNATURE, { "but checksum doesn't match" } },
        { TROUBLE_SIGNATURE, { "Inconsistent server data" } },
        { TROUBLE_KEY, { "Public key for ", " is not installed" } },
        { TROUBLE_KEY, { "already installed but they are not correct" } },
        { TROUBLE_KEY, { "Failed to retrieve GPG key" } },
        { TROUBLE_KEY, { "Curl error (37)" } },
        RPM_KEY_RULES,
        { TROUBLE_SIGNATURE, { "GPG check FAILED" } },
        { TROUBLE_STALE, { "Status code: 404", ".rpm" } },
        { TROUBLE_NETWORK, { "Status code: " } },
        { TROUBLE_NETWORK, { "Curl error (" } },
        { TROUBLE_NETWORK, { "Failed to download metadata" } },
        { TROUBLE_NETWORK, { "Error downloading packages" } },
        { TROUBLE_NETWORK, { "Cannot download" } },
        { TROUBLE_NETWORK, { "Ignoring repositories: " } },
        { TROUBLE_KEPT, { "filtered out by exclude filtering" } },
        { TROUBLE_NOT_FOUND, { "filtered out by" } },
        { TROUBLE_NOT_FOUND, { "Unable to find a match" } },
        { TROUBLE_NOT_FOUND, { "Installed package ", "not available" } },
        { TROUBLE_NOT_FOUND, { "No match for argument" } },
        { TROUBLE_NOT_FOUND, { "No packages marked for" } },
        RPM_CONFLICT_RULES,
        { TROUBLE_DEPENDENCY, { "nothing provides " } },
        { TROUBLE_DEPENDENCY, { "Problem: " } },
};

static const char *const starts[] = {
        "Error",
        "error: ",
        "RPM: error",
        "warning: ",
        "Config error: ",
        "Curl error",
        "Errors during downloading metadata",
        "[MIRROR]",
        "[FAILED]",
        " Problem",
        "  - ",
        "  Curl error",
        "Package ",
        "Public key for ",
        "The GPG keys listed",
        "Installed package ",
        "No match for argument",
        "All matches were filtered out",
        "Ignoring repositories: ",
        "Malformed lock file",
        "metadata already locked",
        "cachedir already locked",
        "RPMDB already locked",
        "log already locked",
        NULL,
};

static const char *const errors[] = { "Error: ", "error: ", "All matches were filtered out",
                                      "This system is not registered", NULL };

/* What it could not fetch of others, with what is there it goes on; of scripts that fail it only tells. */
static bool is_failure(PackageTrouble trouble, int exit_status)
{
        return exit_status != 0 || trouble == TROUBLE_NETWORK || trouble == TROUBLE_SCRIPT;
}

const ClassifyWords dnf_words = {
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
