/*
 * apt: Debian's package manager: the row manager_apt of manager.h, and its parts for each other and for their tests.
 *
 * Nobody is asked: DEBIAN_FRONTEND=noninteractive, needrestart suspended, configuration files of the machine kept.
 * apt's own configuration (proxy, certificates) holds; Host.ca_file is not given to apt.
 *
 * Foreign formats: `apt-cache policy NAME` (apt 1.6 to 3.0): a version table, newest first, below each version the
 * sources that have it, "PRIORITY URI SUITE/COMPONENT ARCH Packages"; /var/lib/dpkg/info/NAME.list.
 */
#pragma once

#include "platform/packages/classify.h"
#include "platform/packages/manager.h"

extern const ClassifyWords apt_words;

int dpkg_state(const Host *host, const char *package, PackageState *ret_state, char version[PACKAGE_VERSION_MAX],
               Error *err) _must_check_;
/* By dpkg's own list of states (/var/lib/dpkg/status), where no program of an image may be run. */
int dpkg_state_of_image(const Host *host, const char *package, PackageState *ret_state,
                        char version[PACKAGE_VERSION_MAX], Error *err) _must_check_;
Tri dpkg_is_registered(const Host *host, const char *package);
/* dpkg was interrupted: files wait in /var/lib/dpkg/updates. */
bool dpkg_is_broken(const Host *host, char sign[PACKAGE_SIGN_MAX]);
int dpkg_broken_others(const Host *host, const char *package, char names[PACKAGE_NAMES_MAX], Error *err) _must_check_;

int apt_offers(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret,
               Error *err) _must_check_;

/* Pure; for the function above and its tests. */
void apt_offers_parse(const char *text, size_t length, PackageOffers *ret);
