/*
 * onboarding_content: what a download turned out to be, recognised by its content alone: a zip with the package in it,
 * or what onboarding_read takes (script, JSON, base64 of those). Pure.
 */
#pragma once

#include "agent/onboarding/onboarding.h"

/* More is not even downloaded. */
#define ONBOARDING_CONTENT_MAX (2 * 1024 * 1024)

/* As onboarding_read, of either kind; and REASON_ONBOARDING_SOURCE as below. */
int onboarding_content_read_any(const Host *host, const void *bytes, size_t length, bool strict, OnboardingPackage *ret,
                                Failure *failure) _must_check_;

/*
 * As onboarding_read; an offboarding package is REASON_ONBOARDING_IS_OFFBOARDING here. REASON_ONBOARDING_SOURCE:
 * nothing, or an HTML page (named as such, with its title: a portal or a login stands in the way), or there is no zlib
 * for a zip.
 */
int onboarding_content_read(const Host *host, const void *bytes, size_t length, bool strict, OnboardingPackage *ret,
                            Failure *failure) _must_check_;
