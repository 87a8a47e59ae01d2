/*
 * rpm_override: what stands in other files goes over the options of a .repo's section, as with dnf5, whose
 * config-manager writes there and not into the .repo.
 *
 * Foreign format: dnf5(8), "repository configuration overrides": files *.repo of /etc/dnf/repos.override.d and
 * /usr/share/dnf5/repos.override.d in the order of their names, whatever the folder; one of the first folder hides one
 * of the same name in the second; their sections' ids are patterns.
 */
#pragma once

#include "platform/host.h"
#include "platform/packages/repo_file.h"

typedef struct RpmOverride {
        char *file, *text;
        size_t length;
} RpmOverride;

typedef struct RpmOverrides {
        RpmOverride *all; /* in their order; owned */
        size_t n;
} RpmOverrides;

void rpm_overrides_clear(RpmOverrides *overrides);

/* folders: two, as SourceFormat.overrides. ret is cleared by the caller, also on failure. */
int rpm_override_read(const Host *host, const char *const *folders, RpmOverrides *ret, Error *err) _must_check_;

/* Pure: what of it is meant for this section. */
void rpm_override_apply(const RpmOverrides *overrides, RepoSection *section);

/*
 * Pure: do they take checks away from the section of this id, wherever it stands? ret_why: escaped, to follow "the
 * entry": "is overridden by FILE, which says gpgcheck=0".
 */
bool rpm_override_weakens(const RpmOverrides *overrides, const char *id, char *ret_why, size_t size);
