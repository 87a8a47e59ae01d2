/*
 * zypper: SUSE's package manager: the row manager_zypper of manager.h, and its parts for each other and for their
 * tests.
 *
 * Nobody is asked: --non-interactive takes the answers that refuse (a new key, an unsigned file, a licence, a
 * conflict), and --gpg-auto-import-keys, which takes any key, is never given. What it downloads and its temporary files
 * lie in PackageRun.archives. Every command that reads the repositories takes its one lock, a download for as long as
 * it lasts.
 * --no-refresh does not keep it from fetching the index of a source that was never fetched: what is broken among those
 * is skipped, and told by exit status 106.
 *
 * Foreign formats: /run/zypp.pid (empty when free) and zypp-rpm.pid (libzypp >= 17.28, of the process that runs the
 * transaction); `zypper --xmlout search -s` and `repos` (zypper 1.13 to 1.14): one empty element a line, <solvable
 * name="" edition="VERSION-RELEASE" repository="NAME"/>, newest version first, <repo alias="" name="" priority="">;
 * what is installed only has the repository "(System Packages)".
 */
#pragma once

#include "platform/packages/classify.h"
#include "platform/packages/manager.h"

extern const ClassifyWords zypper_words;             /* installing, downloading */
extern const ClassifyWords zypper_refresh_words;     /* of one source */
extern const ClassifyWords zypper_refresh_all_words; /* each is told by its name only, not with its reason */

int zypper_offers(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret,
                  Error *err) _must_check_;

/* For zypper.c and zypper_offers.c. */
int zypper_wait_for_zypp(const Host *host, const PackageRun *run, Error *err) _must_check_;
extern const char *const zypper_environment[];

/*
 * Pure; of the commands' output. search: sources' names stand in PackageOffer.id; ERROR_INPUT says what is odd about
 * it. resolve: names become ids by what repos lists; an offer whose name is that of several sources, or of none, loses
 * it.
 */
int zypper_offers_parse(const char *search, size_t length, const char *package, PackageOffers *ret,
                        Error *err) _must_check_;
int zypper_offers_resolve(const char *repos, size_t length, PackageOffers *offers, Error *err) _must_check_;
