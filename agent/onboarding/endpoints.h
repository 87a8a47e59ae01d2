/*
 * endpoints: which hosts the sensor of an onboarding package talks to. Pure.
 *
 * What the package itself names comes first. Of the geographies that are known the rest is added, after the vendor's
 * published URL lists for Linux: "streamlined" packages use hosts below endpoint.security.microsoft.com, "classic" ones
 * those of each service. Of any other geography, and of government clouds, it is what the package names and no more.
 * The package server is not among them: the repository step asks it, before anything changes too.
 */
#pragma once

#include "agent/onboarding/onboarding.h"

#define ENDPOINTS_MAX 12
#define ENDPOINT_HOST_MAX ONBOARDING_HOST_MAX

typedef struct Endpoint {
        char host[ENDPOINT_HOST_MAX]; /* plain characters */
        const char *path;             /* what may be asked for there; any answer will do */
        const char *what;             /* it is there for */
        bool needed;                  /* without it the sensor does not work; others can be done without for a while */
} Endpoint;

typedef struct Endpoints {
        Endpoint items[ENDPOINTS_MAX];
        size_t n;        /* 0: the package names none */
        bool government; /* of the United States */
} Endpoints;

/*
 * Is this issuer (the CN of the certificate presented) one that such a host's certificates are known to have? False
 * only for needed hosts of the vendor's own domains: there another one hints at an inspected connection, whose
 * authority this machine was made to trust. The sensor was not.
 */
bool endpoint_knows_issuer(const Endpoint *endpoint, const char *issuer_cn);

void endpoints_make(const OnboardingPackage *package, Endpoints *ret);
