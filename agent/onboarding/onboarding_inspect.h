/*
 * onboarding_inspect: what an onboarding or offboarding package is, and whether it is good: for people.
 */
#pragma once

#include "agent/onboarding/onboarding.h"
#include "agent/onboarding/onboarding_script.h"

typedef struct OnboardingInspection {
        Failure failure;           /* REASON_NONE: it is good */
        bool kind_known;           /* it says what it is for, signed or not; false: nothing could be read of it */
        bool readable;             /* the signature is its leaf's: what follows is what the package says */
        OnboardingPackage package; /* without its file */
        bool zipped, base64;
        OnboardingText text;
} OnboardingInspection;

void onboarding_inspection_clear(OnboardingInspection *inspection);

/* The bytes of a package: named_file_read() of at most ONBOARDING_CONTENT_MAX. */
int onboarding_inspect_read(const char *path, Secret *ret, Error *err) _must_check_;

/*
 * Failures are those of onboarding_content_read_any(), strict, in the words for what it says it is
 * (onboarding_fail_offboarding()), and REASON_OFFBOARDING_EXPIRED by now_s. An unknown root and an end in the past
 * leave it readable.
 */
void onboarding_inspect(const Host *host, const void *bytes, size_t length, int64_t now_s, OnboardingInspection *ret);
