#include "platform/packages/rpm_source.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/rpm_source_trust.h"

#define OURS "# Written by mde-linux for Microsoft Defender for Endpoint.\n"

/* As its package of sources has it, and as dnf config-manager does. */
static const char *const prefixes[] = { "microsoft-", "", NULL };

/* Ours in place of what old has for it, and on a line of its own. */
static char *put(const char *section, const PackageSource *source, const char *old, size_t length)
{
        _cleanup_(source_mend_clear) SourceMend mend = { 0 };
        bool torn;

        if (!old)
                return text_copy(section);
        rpm_source_mend(old, length, source, true, &mend);
        torn = *mend.text && !text_ends_with(mend.text, "\n");
        return text_format("%s%s%s", mend.text, torn ? "\n" : "", section);
}

static char *format_dnf(const PackageSource *source, const char *architecture, const char *old, size_t length)
{
        _cleanup_free_ char *section = text_format(OURS "[%s]\n"
                                                        "name=%s\n"
                                                        "baseurl=%s/\n"
                                                        "enabled=1\n"
                                                        "gpgcheck=1\n"
                                                        "%s"
                                                        "sslverify=1\n"
                                                        "gpgkey=file://%s\n",
                                                   source->id, source->name, source->uri,
                                                   source->signed_index ? "repo_gpgcheck=1\n" : "", source->signed_by);

        return put(section, source, old, length);
}

static char *format_zypper(const PackageSource *source, const char *architecture, const char *old, size_t length)
{
        _cleanup_free_ char *section = text_format(OURS "[%s]\n"
                                                        "name=%s\n"
                                                        "enabled=1\n"
                                                        "autorefresh=1\n"
                                                        "baseurl=%s/\n"
                                                        "type=rpm-md\n"
                                                        "keeppackages=0\n"
                                                        "gpgcheck=1\n" /* of the index, or of each package */
                                                        "%s"
                                                        "gpgkey=file://%s\n",
                                                   source->id, source->name, source->uri,
                                                   source->signed_index ? "repo_gpgcheck=1\n" : "", source->signed_by);

        return put(section, source, old, length);
}

typedef struct TraceName {
        const char *folder;
        const char *tail; /* after the id; NULL: the id is all of the name */
} TraceName;

static size_t make_traces(const TraceName *names, size_t n, const PackageSource *source, SourceTrace *ret)
{
        size_t i;

        for (i = 0; i < n && *source->id; i++) {
                ret[i] = (SourceTrace){ .whole = !names[i].tail };
                snprintf(ret[i].folder, sizeof(ret[i].folder), "%s", names[i].folder);
                snprintf(ret[i].prefix, sizeof(ret[i].prefix), "%s%s", source->id, names[i].tail ? names[i].tail : "");
        }
        return i;
}

static size_t traces_dnf(const PackageSource *source, SourceTrace ret[SOURCE_TRACES_MAX])
{
        static const TraceName names[] = {
                { "/var/cache/dnf", "-" }, /* ID-HASH, ID-filenames.solvx */
                { "/var/cache/dnf", ".solv" },       { "/var/cache/yum/x86_64/7", NULL }, /* yum 3:
                                                                                             $basearch/$releasever */
                { "/var/cache/yum/x86_64/2", NULL }, { "/var/cache/yum/aarch64/2", NULL }, { "/var/cache/tdnf", NULL },
                { "/var/cache/tdnf", "-" }, /* ID-HASH: tdnf >= 3.5 */
        };

        return make_traces(names, ELEMENTSOF(names), source, ret);
}

static size_t traces_dnf5(const PackageSource *source, SourceTrace ret[SOURCE_TRACES_MAX])
{
        static const TraceName names[] = { { "/var/cache/libdnf5", "-" } };

        return make_traces(names, ELEMENTSOF(names), source, ret);
}

/* libzypp 17.3x fetches a list into a folder beside the one that it will replace: a kill leaves it. */
static size_t traces_zypper(const PackageSource *source, SourceTrace ret[SOURCE_TRACES_MAX])
{
        static const TraceName names[] = {
                { "/var/cache/zypp/raw", NULL },
                { "/var/cache/zypp/solv", NULL },
                { "/var/cache/zypp/packages", NULL },
                { "/var/cache/zypp/raw", "" },
        };
        size_t n = make_traces(names, ELEMENTSOF(names), source, ret);

        if (n > 0)
                ret[n - 1].temporary = true;
        return n;
}

static const char *const dnf_folders[] = { "/etc/yum/repos.d", "/etc/distro.repos.d", NULL };
static const char *const dnf5_folders[] = { "/etc/distro.repos.d", "/usr/share/dnf5/repos.d", NULL };
static const char *const dnf5_overrides[] = { "/etc/dnf/repos.override.d", "/usr/share/dnf5/repos.override.d", NULL };
static const char *const dnf_files[] = { "/etc/dnf/dnf.conf", "/etc/yum.conf", NULL };
static const char *const yum_folders[] = { "/etc/yum/repos.d", NULL };
static const char *const yum_files[] = { "/etc/yum.conf", NULL };
static const char *const tdnf_files[] = { "/etc/tdnf/tdnf.conf", NULL };
static const char *const zypp_files[] = { "/etc/zypp/zypp.conf", "/usr/etc/zypp/zypp.conf.d/", "/etc/zypp/zypp.conf.d/",
                                          NULL };
static const char *const dnf5_files[] = { "/etc/dnf/dnf.conf", NULL };

const SourceTrust source_trust_dnf = { .settings = dnf5_files, .folders = "reposdir", .overridden = SOURCE_OVERRIDDEN };

const SourceTrust source_trust_yum = {
        .settings = yum_files, .folders = "reposdir", .overridden = SOURCE_OVERRIDDEN_DOTLESS, .imports = true
};

const SourceTrust source_trust_tdnf = {
        .settings = tdnf_files, .folders = "repodir", .said_alone = true, .imports = true, .any_order = true
};

const SourceTrust source_trust_zypper = {
        .settings = zypp_files, .folders = "reposdir", .two_checks = true, .numbered = true, .any_order = true
};

#define COMMON                                                                                                         \
        .extension = "repo", .key_file = RPM_SOURCE_KEY_FILE, .key_in_armor = true, .prefixes = prefixes,              \
        .unverified = "gpgcheck=0 or sslverify=0", .parse = rpm_source_parse, .find = rpm_source_find,                 \
        .find_unverified = rpm_source_find_unverified, .find_in = rpm_source_find_in, .place = rpm_source_folder,      \
        .mend = rpm_source_mend, .claim = rpm_source_claim

const SourceFormat source_format_dnf = {
        COMMON,
        .folder = "/etc/yum.repos.d",
        .more_folders = dnf_folders,
        .more_files = dnf_files,
        .trust = &source_trust_dnf,
        .format = format_dnf,
        .traces = traces_dnf,
};

const SourceFormat source_format_dnf5 = {
        COMMON,
        .folder = "/etc/yum.repos.d",
        .more_folders = dnf5_folders,
        .more_files = dnf5_files,
        .overrides = dnf5_overrides,
        .trust = &source_trust_dnf,
        .format = format_dnf,
        .traces = traces_dnf5,
};

const SourceFormat source_format_yum = {
        COMMON,
        .folder = "/etc/yum.repos.d",
        .more_folders = yum_folders,
        .more_files = yum_files,
        .trust = &source_trust_yum,
        .format = format_dnf,
        .traces = traces_dnf,
};

const SourceFormat source_format_tdnf = {
        COMMON, .folder = "/etc/yum.repos.d", .trust = &source_trust_tdnf, .format = format_dnf, .traces = traces_dnf,
};

const SourceFormat source_format_zypper = {
        COMMON,
        .folder = "/etc/zypp/repos.d",
        .trust = &source_trust_zypper,
        .format = format_zypper,
        .traces = traces_zypper,
};
