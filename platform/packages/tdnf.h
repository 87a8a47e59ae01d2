/*
 * tdnf: the package manager of Azure Linux 3 and Mariner 2: the row manager_tdnf of manager.h, and its parts for each
 * other and for their tests. NOT RUN FOR REAL: after its public sources and documentation (vmware/tdnf 3.1 to 3.5).
 *
 * Its exit status is its error code modulo 256 (1011: 243); "Error(CODE) : WORDS" on stderr tells it whole. With -y it
 * imports the keys that a source's gpgkey= names, and no option of a source can be given on the command line: what a
 * section says has to be right (rpm_source_trust.h). Nor can one source be preferred: the package is asked for by the
 * version that ours offers. A newer tdnf would wait for its lock without end. Downloaded packages stay below
 * /var/cache/tdnf/ID until they are installed. On Azure Linux 4 the name tdnf is a link to dnf 5: not this one.
 *
 * Foreign format: `tdnf --json list NAME`: [{"Name", "Arch", "Evr": "VERSION-RELEASE", "Repo": ID}], "@System" for what
 * is installed; lines may stand before.
 */
#pragma once

#include "platform/packages/classify.h"
#include "platform/packages/manager.h"

extern const ClassifyWords tdnf_words;

/* Pure; of the command's output: newest version first. ERROR_INPUT says what is odd about it. */
int tdnf_offers_parse(const char *text, size_t length, const char *package, PackageOffers *ret,
                      Error *err) _must_check_;
