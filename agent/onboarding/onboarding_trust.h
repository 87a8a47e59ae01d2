/*
 * onboarding_trust: whose is the package? Signature over the body, then the chain link by link, then the root.
 *
 * Dates and key usages are never enforced: the leaf of every package in the field has expired.
 */
#pragma once

#include "agent/onboarding/onboarding.h"
#include "platform/json.h"

/* The middle layer of the package; all borrowed. */
typedef struct OnboardingBlob {
        const char *body;
        const char *sha256sig; /* NULL: absent; one of the two is there */
        const char *sig;
        const char *cert; /* base64 of DER, as those of chain */
        Json *chain;      /* array of strings */
} OnboardingBlob;

/*
 * Fills ret->leaf, root, chain, root_pinned. REASON_ONBOARDING_DAMAGED: something cannot be read;
 * REASON_ONBOARDING_SIGNATURE: it can, and does not verify; REASON_OPENSSL_UNUSABLE, REASON_CRYPTO_REFUSED: this
 * machine cannot tell (platform/crypto.h).
 */
int onboarding_trust_check(const Host *host, const OnboardingBlob *blob, OnboardingPackage *ret,
                           Failure *failure) _must_check_;
