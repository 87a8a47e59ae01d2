/*
 * rpm_source: sources of dnf, yum, tdnf and zypper: .repo files. Pure but for the finders.
 *
 * Foreign format: repo_file.h. What the functions do: source_format.h.
 */
#pragma once

#include "platform/packages/repo_file.h"
#include "platform/packages/source_format.h"

#define RPM_SOURCE_KEY_FILE "/etc/pki/rpm-gpg/RPM-GPG-KEY-microsoft-prod"
#define RPM_SOURCE_ID_TAIL "-mde-linux" /* of an id of ours, when the vendor's is taken */
#define RPM_SOURCE_FILE_MAX (1024 * 1024)

int rpm_source_parse(const char *text, size_t length, const char *url_prefix, PackageSource *ret,
                     Error *err) _must_check_;

int rpm_source_find(const SourceFormat *format, const Host *host, const PackageSource *like, const char *beside,
                    bool *ret_found, PackageSource *ret, Error *err) _must_check_;
int rpm_source_find_unverified(const SourceFormat *format, const Host *host, const PackageSource *like, bool *ret_found,
                               PackageSource *ret, Error *err) _must_check_;
bool rpm_source_find_in(const Host *host, const char *file, const PackageSource *like, PackageSource *ret);
int rpm_source_claim(const SourceFormat *format, const Host *host, const char *file, PackageSource *source,
                     Error *err) _must_check_;

/* A section for another path of the vendor's stays: other products are updated from it, and one that fails is passed
 * over. */
void rpm_source_mend(const char *text, size_t length, const PackageSource *wanted, bool also_wanted, SourceMend *ret);

/* Dnf passes a file over, and zypper stops, when one line of it cannot be read. */
bool rpm_source_is_readable(const char *text, size_t length);
