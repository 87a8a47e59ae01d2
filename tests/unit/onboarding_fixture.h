/*
 * onboarding_fixture: packages of a made-up tenant, signed by keys made at the start of the tests, sound or
 * damaged in the way the recipe says.
 */
#pragma once

#include <openssl/x509.h>

#include "platform/crypto.h"

typedef struct Signer {
        EVP_PKEY *key;
        X509 *certificate;
} Signer;

typedef struct Keys {
        Signer root, issuing, leaf, expired;
        Signer end_entity, below_end_entity; /* a plain certificate of the root's, and what its holder signed with it */
        Signer impostor;                     /* the issuing CA's name, another key, signed by the root */
        char root_sha256[CRYPTO_SHA256_HEX];
} Keys;

void keys_make(Keys *keys);
void keys_clear(Keys *keys);

typedef enum ByteOrder { LITTLE_ENDIAN_ORDER, BIG_ENDIAN_ORDER } ByteOrder;

#define BODY_ORG_ID "6c2f1d0a-8b47-4e19-a3d5-57ad1e0b9c01"
#define BODY                                                                                                           \
        "{\"previousOrgIds\":[],\"orgId\":\"6C2F1D0A-8b47-4e19-a3d5-57ad1e0b9c01\",\"vortexGeoLocation\":\"EU\","      \
        "\"version\":\"2.11\",\"geoLocationUrl\":\"https://winatp-gw-weu.stand-in.test/\",\"note\":\"\\u00e9\\n/ä\"}"

/* All zero is a sound package. */
typedef struct Recipe {
        const char *body;      /* what is signed; NULL: BODY */
        const char *delivered; /* what is put in its place afterwards */
        ByteOrder order;
        bool bad_signature;     /* one bit of both */
        bool bad_sig;           /* one bit of sig; sha256sig is right */
        const Signer *leaf;     /* NULL: keys->leaf */
        const Signer *chain[6]; /* NULL-terminated; empty: issuing, root */
        bool chain_empty;
        const char *omit;      /* a member of the blob to leave out */
        bool no_signature;     /* leave both out */
        const char *blob_more; /* text after the blob's last member */
        const char *blob_tail; /* text after the blob */
        const char *member;    /* NULL: onboardingInfo */
        const char *document_more, *document_tail;
} Recipe;

/* The JSON document; caller frees. */
char *recipe_make(const Keys *keys, const Recipe *recipe);

/* A JSON string with its quotes; caller frees. */
char *quote_json(const char *text);
