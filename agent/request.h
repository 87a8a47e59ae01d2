/*
 * request: what is asked of us, from settings or from a person's command line. Data only; all
 * strings are borrowed from the document or arguments that made it and outlive it.
 */
#pragma once

#include "agent/onboarding.h"
#include "agent/reasons.h"

#define REQUEST_MAX_WAIT_MINUTES 45
#define REQUEST_NOTES_MAX 16

typedef struct Request {
        int sequence;                   /* -1: by hand */
        const char *azure_resource_id;  /* NULL: not asked */
        const char *workspace_id;       /* NULL: not asked */
        const char *group_tag;          /* NULL: not asked */
        const char *channel;            /* NULL: prod for a new sensor, as it is for an existing one */
        const char *expected_tenant_id; /* NULL: any */
        bool force_reonboarding;
        bool repair_package_manager;
        bool verify_strict;
        int max_wait_minutes;

        const OnboardingPackage *onboarding; /* NULL: none that can be used; onboarding_failure says why */
        Failure onboarding_failure;

        const char *notes[REQUEST_NOTES_MAX]; /* unknown keys, keys without effect: told, never fatal */
        size_t n_notes;

        char digest[CRYPTO_SHA256_HEX]; /* of all of the above that decides: the same request again has the same */
} Request;
