/*
 * onboarding: the onboarding package: parsed, never executed; its signature verified.
 *
 * Foreign format, learnt from public samples: a Python script (or shell script, or the bare JSON) holds
 * {"onboardingInfo": S1}; S1 is the text of {"body": S2, "sig", "sha256sig", "cert", "chain"}; S2 is the
 * text of an object with orgId. sig is RSA PKCS#1 v1.5 with SHA-256 over the bytes of S2, stored in
 * little-endian order, base64. cert (leaf) <- chain[0] (issuing) <- chain[1] (self-signed root), DER, base64.
 * Dates and key usages of the certificates are never enforced.
 */
#pragma once

#include <stdint.h>

#include "agent/reasons.h"
#include "platform/base/secret.h"
#include "platform/crypto.h"

#define ONBOARDING_SCRIPT_MAX (1024 * 1024)
#define ONBOARDING_HOST_MAX 128
#define ONBOARDING_CHAIN_MAX 4

typedef enum OnboardingKind { ONBOARDING_ONBOARD, ONBOARDING_OFFBOARD } OnboardingKind;

typedef struct OnboardingPackage {
        OnboardingKind kind;
        char org_id[37];  /* lower case GUID */
        char version[16]; /* "" when it is no plain word, as geo */
        char geo[64];     /* vortexGeoLocation */
        bool streamlined;
        int64_t expires;  /* offboarding: Unix seconds; else 0 */
        bool root_pinned; /* the chain ends in a root we know */
        CryptoCertificate leaf, root;
        CryptoCertificate chain[ONBOARDING_CHAIN_MAX]; /* who signed the leaf, and so on; the last one is the root */
        size_t n_chain;
        /* Hosts of its URLs: geoLocationUrl (commands), vortexServerUrl (events), vortexTicketUrl. Plain characters;
         * "" when it is no https URL of a name on port 443. */
        char edr_host[ONBOARDING_HOST_MAX], events_host[ONBOARDING_HOST_MAX], ticket_host[ONBOARDING_HOST_MAX];
        Secret file;                    /* the JSON as it is to be written: serialised afresh */
        char digest[CRYPTO_SHA256_HEX]; /* of the body; recognises the same package again */
} OnboardingPackage;

void onboarding_package_clear(OnboardingPackage *package);

/*
 * bytes: what the protected setting held after base64: script or JSON, BOM and CRLF tolerated; also base64
 * of those once more. Roots are trusted as the host says, beside the built-in.
 * Failures, in the order they are looked for: REASON_ONBOARDING_DAMAGED (says at which layer; after the
 * signature once more, for what the body holds), REASON_ONBOARDING_SIGNATURE (or those of
 * onboarding_trust.h for a machine that cannot tell), REASON_ONBOARDING_ROOT_UNKNOWN
 * (only when strict; else root_pinned is false). Their text holds nothing of the package but names of members.
 * An offboarding package is parsed and verified as well: kind tells; the caller refuses it.
 */
int onboarding_read(const Host *host, const void *bytes, size_t length, bool strict, OnboardingPackage *ret,
                    Failure *failure) _must_check_;

/* What the package says it is for, unverified. False: it is none that can be read. */
bool onboarding_kind(const void *bytes, size_t length, OnboardingKind *ret);

/*
 * What was found wrong with an offboarding package, in the words for one: REASON_OFFBOARDING_DAMAGED,
 * REASON_OFFBOARDING_ROOT_UNKNOWN; that this machine cannot tell stays what it is. Returns -1.
 */
int onboarding_fail_offboarding(const Failure *found, Failure *failure);

/* Only the org id of a mdatp_onboard.json on the machine, unverified: for comparing. False: none in it. */
bool onboarding_file_org_id(const char *json, size_t length, char org_id[37]);
