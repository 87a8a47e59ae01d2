/*
 * rpm_source_trust: what of a .repo file's section is taken on trust, and where such files lie on this machine, by the
 * settings that a package manager has for all of them.
 *
 * Foreign formats: dnf.conf(5), dnf5.conf(5), yum.conf(5), /etc/zypp/zypp.conf (since libzypp 17.38 also zypp.conf.d
 * below /etc and /usr/etc), /etc/tdnf/tdnf.conf: [main]. Zypper: a section's gpgcheck and pkg_gpgcheck, where one of
 * them is said, leave nothing to the settings; without them gpgcheck of zypp.conf counts ("on" where unsaid), and
 * pkg_gpgcheck there may only take it away. Its repo_gpgcheck off leaves packages of an unsigned index to be checked
 * one by one. Tdnf: [main] gpgcheck does not reach the sections.
 */
#pragma once

#include "platform/packages/repo_file.h"
#include "platform/packages/source_format.h"

#define RPM_SOURCE_FOLDERS_MAX 8

typedef enum SourceOverride {
        SOURCE_AS_IT_IS,           /* no option of a source can be given on the command line */
        SOURCE_OVERRIDDEN,         /* each command says gpgcheck, sslverify and gpgkey of ours itself */
        SOURCE_OVERRIDDEN_DOTLESS, /* the same, but for sources with a dot in their id: it ends at the first one */
} SourceOverride;

struct SourceTrust {
        const char *const *settings; /* the last one that says it counts; with a "/" at its end all NAME.conf in this
                                        folder; NULL-terminated */
        const char *folders;         /* the option of [main] that names where sources lie */
        SourceOverride overridden;
        bool said_alone; /* the section itself has to say gpgcheck=1: what [main] says does not reach it */
        bool imports;    /* in a transaction, keys that gpgkey names become known to rpm unasked */
        bool two_checks; /* of the index and of packages, with settings for all of them */
        bool numbered;   /* files NAME.repo_1, NAME.repo_2 ... are read, too */
        bool any_order;  /* of two sections of one id, that of the first file need not be the one in force */
};

extern const SourceTrust source_trust_dnf, source_trust_yum, source_trust_tdnf, source_trust_zypper;

/*
 * False: its packages would be taken unsigned, from a server that nobody vouches for, or by keys that are not pinned.
 * why: what says so, escaped, to follow "the entry": "says gpgcheck=0". row NULL: the section is all that is asked.
 * place: its address. packaged: a package of the distribution brings it, so that the files that gpgkey names are the
 * distribution's. Runs rpm where keys are not pinned.
 */
bool rpm_source_is_verified(const SourceTrust *row, const Host *host, const RepoSection *section, const char *place,
                            bool packaged, char why[SOURCE_WEAKNESS_MAX]);

/* Where its sources are read from, in order: as the settings say, else as is usual. At least one; caller frees each. */
size_t rpm_source_folders(const SourceFormat *format, const Host *host, char *ret[RPM_SOURCE_FOLDERS_MAX]);

/* SourceFormat.place: the first of them. Caller frees. */
char *rpm_source_folder(const SourceFormat *format, const Host *host);
