/*
 * rpm: the database below dnf, yum, zypper and tdnf: for their rows of manager.h. What it does is said there.
 *
 * Foreign formats (rpm 4.11 to 6.1): `rpm -q --qf FORMAT NAME` writes FORMAT once for each registered version, oldest
 * registration first; with a damaged database it says "error: ..." and ends as if the package were not installed. Keys
 * are packages named gpg-pubkey whose version is the last 8 digits of the fingerprint (up to 4.19) or all 40, and whose
 * description is the armored key; rpmkeys --list and --delete came with 4.20.
 */
#pragma once

#include "platform/packages/manager.h"

/* Held while a transaction runs (fcntl); NULL-terminated. */
extern const char *const rpm_locks[];

int rpm_state(const Host *host, const char *package, PackageState *ret_state, char version[PACKAGE_VERSION_MAX],
              Error *err) _must_check_;

/* Always UNKNOWN: its files cannot be read without it. */
Tri rpm_is_registered(const Host *host, const char *package);

/* The database cannot be opened. Runs rpm. */
bool rpm_is_broken(const Host *host, char sign[PACKAGE_SIGN_MAX]);

/* Of a package file. */
int rpm_file_version(const Host *host, const char *file, char version[PACKAGE_VERSION_MAX], Error *err) _must_check_;

/* fingerprint: 40 hex digits in any case. */
int rpm_has_key(const Host *host, const char *fingerprint, bool *ret, Error *err) _must_check_;
int rpm_import_key(const Host *host, const char *file, Error *err) _must_check_; /* armored */
int rpm_forget_key(const Host *host, const char *fingerprint, Error *err) _must_check_;

/* PackageManager.list_keys, drop_key and drop_key_words. */
int rpm_list_keys(const Host *host, char **ret, Error *err) _must_check_;
int rpm_drop_key(const Host *host, const char *name, Error *err) _must_check_;
char *rpm_drop_key_words(const char *name);

typedef int RpmCommand(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                       Error *err);

/* Installs again, by a row's download and install, what the database has of it, so that its scripts run and an older
 * version that is still there goes; nothing of it: nothing to do. */
int rpm_repair(RpmCommand *download, RpmCommand *install, const Host *host, const PackageRun *run, const char *package,
               PackageResult *ret, Error *err) _must_check_;

/* As rpm orders [EPOCH:]VERSION[-RELEASE]; a release is compared when both have one. Pure. */
int rpm_compare_versions(const char *a, const char *b);

/* Where its version belongs among those that are there, newest first; of more than there is room for the oldest goes.
 * Of equal ones the first stays first. Pure. */
void rpm_insert_offer(PackageOffers *offers, const PackageOffer *offer);

/* Those of this source alone; NULL: all. Pure. */
void rpm_keep_offers(PackageOffers *offers, const PackageSource *source);
