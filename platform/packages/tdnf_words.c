/*
 * What tdnf says: not recorded, but after its public sources. Codes are stable from 1.2 on; the words beside them are
 * not.
 */
#include "platform/packages/tdnf.h"

#include <string.h>

#include "platform/base/text.h"

static const ClassifyRule global_rules[] = {
        { TROUBLE_SCRIPT, { ": script error in %" } }, /* first: what a script printed before it is no verdict */
        { TROUBLE_LOCKED, { "can't create transaction lock on" } },
        { TROUBLE_LOCKED, { "lock on /var/run/.tdnf-instance-lockfile" } },
        { TROUBLE_BROKEN, { "cannot open Packages database" } },
        { TROUBLE_BROKEN, { "Error(1526)" } },  /* the database cannot be opened */
        { TROUBLE_SOURCES, { "Error(1002)" } }, /* tdnf.conf cannot be read */
        { TROUBLE_SOURCES, { "Error(1003)" } }, /* a .repo file cannot be read */
        { TROUBLE_SOURCES, { "Error(1004)" } },
        { TROUBLE_SOURCES, { "Error(1005)" } },
        { TROUBLE_DISK, { "No space left on device" } },
        { TROUBLE_DISK, { "Error(1628)" } }, /* ENOSPC */
        { TROUBLE_DISK, { "curl#23: " } },   /* cannot write what it fetched */
        { TROUBLE_DISK, { "more space on the" } },
        { TROUBLE_DISK, { "more space needed on the" } },
        { TROUBLE_DISK, { "more inodes on the" } },
};

static const ClassifyRule rules[] = {
        { TROUBLE_KEY, { "Error(1473)" } }, /* key not trusted */
        { TROUBLE_KEY, { "Error(1474)" } }, /* no key */
        { TROUBLE_KEY, { "Error(1505)" } }, /* no key in the file */
        { TROUBLE_KEY, { "Error(1514)" } }, /* signed by none of the known keys */
        { TROUBLE_KEY, { "Error(1523)" } }, /* no gpgkey= */
        { TROUBLE_SIGNATURE, { "repo md signature check: " } },
        { TROUBLE_SIGNATURE, { "repogpgcheck plugin error" } },
        { TROUBLE_SIGNATURE, { "Error verifying signature of" } },
        { TROUBLE_DIGEST, { "no digest" } },
        { TROUBLE_SIGNATURE, { "does not verify" } },
        { TROUBLE_SIGNATURE, { "Error(1510)" } }, /* not signed */
        { TROUBLE_SIGNATURE, { "Error(1512)" } },
        { TROUBLE_SIGNATURE, { "Error(1513)" } },
        { TROUBLE_SIGNATURE, { "Error(2004)" } },
        { TROUBLE_SIGNATURE, { "Error(2501)" } }, /* checksum */
        { TROUBLE_STALE, { " 404 when downloading ", ".rpm" } },
        { TROUBLE_DEPENDENCY, { "nothing provides" } },
        { TROUBLE_DEPENDENCY, { "but none of the providers can be installed" } },
        { TROUBLE_DEPENDENCY, { " is needed by " } },
        { TROUBLE_DEPENDENCY, { " conflicts with " } },
        { TROUBLE_DEPENDENCY, { "Error(1301)" } },
        { TROUBLE_DEPENDENCY, { "Error(1515)" } }, /* rpm's check */
        { TROUBLE_NOT_FOUND, { " package not found or not installed" } },
        { TROUBLE_NOT_FOUND, { "No package ", " available" } },
        { TROUBLE_NOT_FOUND, { "Error(1011)" } },
        { TROUBLE_NOT_FOUND, { "Error(1013)" } },
        { TROUBLE_NOT_FOUND, { "Error(1028)" } }, /* nothing to downgrade to */
        { TROUBLE_SOURCES, { "Error(1009)" } },   /* no such source */
        { TROUBLE_SOURCES, { "Error(1012)" } },   /* none is enabled */
        { TROUBLE_CLOCK, { "not yet valid" } },
        { TROUBLE_NETWORK, { " when downloading " } },
        { TROUBLE_NETWORK, { "curl#" } },
        { TROUBLE_NETWORK, { "Failed to synchronize cache for repo" } },
        { TROUBLE_NETWORK, { "Error(1034)" } }, /* only the cache, and that is empty */
};

static const char *const errors[] = { "Error(", "Error: ", "curl#", "error: ", "package ", NULL };

static bool is_failure(PackageTrouble trouble, int exit_status)
{
        return exit_status != 0;
}

/* "curl#N: WORDS", "Error: STATUS when downloading URL". */
static bool is_passing(const char *line)
{
        static const char *const passing[] = { "curl#5:",  "curl#6:",    "curl#7:",    "curl#16:", "curl#18:",
                                               "curl#28:", "curl#35:",   "curl#52:",   "curl#55:", "curl#56:",
                                               "Error: 5", "Error: 408", "Error: 429", NULL };
        size_t i;

        for (i = 0; passing[i]; i++)
                if (strstr(line, passing[i]))
                        return true;
        return false;
}

const ClassifyWords tdnf_words = {
        .global = global_rules,
        .n_global = ELEMENTSOF(global_rules),
        .rules = rules,
        .n_rules = ELEMENTSOF(rules),
        .errors = errors,
        .is_failure = is_failure,
        .is_passing = is_passing,
};
