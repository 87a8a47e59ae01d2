/*
 * What yum 3.4.3 says, in the C locale: from its messages as they are known, and recordings of others.
 */
#include "platform/packages/dnf_family.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/rpm_words.h"

static const ClassifyRule global_rules[] = {
        { TROUBLE_LOCKED, { "currently holding the yum lock" } },
        { TROUBLE_BROKEN, { "Can't create lock file" } },
        { TROUBLE_BROKEN, { "rpmdb open failed" } },
        { TROUBLE_BROKEN, { "Rpmdb checksum is invalid" } },
        { TROUBLE_SOURCES, { "File contains parsing errors: ", ".repo" } },
        { TROUBLE_SOURCES, { "Repository ", "is listed more than once in the configuration" } },
        { TROUBLE_SOURCES, { "Config error: " } },
        { TROUBLE_DISK, { "Insufficient space in download directory" } },
        { TROUBLE_DISK, { "more space needed on the" } },
        { TROUBLE_STALE, { "but no local cache of" } },
        { TROUBLE_STALE, { "package fails checksum but caching is enabled" } },
        RPM_GLOBAL_RULES,
};

static const ClassifyRule rules[] = {
        RPM_SCRIPT_RULES,
        { TROUBLE_SCRIPT, { "Error in ", "scriptlet in rpm package" } },
        RPM_SIGNATURE_RULES,
        { TROUBLE_SIGNATURE, { "Package ", " is not signed" } },
        { TROUBLE_SIGNATURE, { "repomd.xml signature could not be verified" } },
        { TROUBLE_SIGNATURE, { "Package does not match intended download" } },
        { TROUBLE_SIGNATURE, { "does not match checksum" } },
        { TROUBLE_KEY, { "Public key for ", " is not installed" } },
        { TROUBLE_KEY, { "already installed but they are not correct" } },
        { TROUBLE_KEY, { "GPG key retrieval failed" } },
        RPM_KEY_RULES,
        { TROUBLE_STALE, { ".rpm", "HTTP Error 404" } },
        { TROUBLE_NETWORK, { "[Errno 14]" } },
        { TROUBLE_NETWORK, { "[Errno 12]" } },
        { TROUBLE_NETWORK, { "No more mirrors to try" } },
        { TROUBLE_NETWORK, { "Cannot retrieve repository metadata" } },
        { TROUBLE_NETWORK, { "Cannot find a valid baseurl for repo" } },
        { TROUBLE_NETWORK, { "Error downloading packages" } },
        { TROUBLE_NETWORK, { "One of the configured repositories failed" } },
        { TROUBLE_NOT_FOUND, { "No package ", " available" } },
        { TROUBLE_NOT_FOUND, { "Installed package ", "not available" } },
        { TROUBLE_NOT_FOUND, { "Nothing to do" } },
        RPM_CONFLICT_RULES,
        { TROUBLE_DEPENDENCY, { "Error: Package: " } },
        { TROUBLE_DEPENDENCY, { "Requires: " } },
        { TROUBLE_DEPENDENCY, { " conflicts with " } },
        { TROUBLE_DEPENDENCY, { "Protected multilib versions" } },
};

static const char *const errors[] = { "Error: ", "error: ", "This system is not registered", NULL };

/* Foreign sources that cannot be reached are passed over with a warning. */
static bool is_failure(PackageTrouble trouble, int exit_status)
{
        return exit_status != 0 || trouble == TROUBLE_NETWORK || trouble == TROUBLE_SCRIPT;
}

/* urlgrabber: "[Errno 14] HTTP Error 503", "[Errno 14] curl#7 - ...", "[Errno 12] Timeout". */
static bool is_passing(const char *line)
{
        return (strstr(line, "[Errno 14]") || strstr(line, "[Errno 12]")) && !strstr(line, "HTTP Error 4") &&
               !strstr(line, "HTTPS Error 4") && !strstr(line, "ertificate") && !strstr(line, "curl#60") &&
               !strstr(line, "curl#51") && !strstr(line, "curl#35");
}

const ClassifyWords yum_words = {
        .global = global_rules,
        .n_global = ELEMENTSOF(global_rules),
        .rules = rules,
        .n_rules = ELEMENTSOF(rules),
        .errors = errors,
        .unmet = "Error: Package: ",
        .is_failure = is_failure,
        .is_passing = is_passing,
};
