/*
 * apt_policy: which versions of a package the configured sources offer, and where. Reads only: apt's lists as they
 * are, without writing its caches.
 *
 * Foreign format: `apt-cache policy NAME` (apt 1.6 to 3.0): a version table, newest first, below each version the
 * sources that have it, "PRIORITY URI SUITE/COMPONENT ARCH Packages".
 */
#pragma once

#include "platform/host.h"

#define APT_OFFERS_MAX 32

typedef struct AptOffer {
        char version[64];
        char uri[256]; /* no trailing slash */
        char suite[64];
} AptOffer;

typedef struct AptPolicy {
        char candidate[64]; /* "": none */
        AptOffer offers[APT_OFFERS_MAX];
        size_t n_offers; /* newest version first; what only dpkg's status has is none */
} AptPolicy;

int apt_policy_read(const Host *host, const char *package, AptPolicy *ret, Error *err) _must_check_;

/* Pure; for the function above and its tests. */
void apt_policy_parse(const char *text, size_t length, AptPolicy *ret);
