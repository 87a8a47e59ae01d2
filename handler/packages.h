/*
 * packages: the onboarding and the offboarding package among the opened protected settings.
 *
 * Foreign format: each is the value of one member, a base64 text of a script or of its JSON, or that text itself. What
 * a package holds is a secret: only names of members reach a message.
 */
#pragma once

#include "agent/onboarding/onboarding.h"
#include "platform/host.h"
#include "platform/json.h"

/*
 * The package of SETTING_ONBOARDING_SCRIPT. strict: an unknown root is a failure. REASON_ONBOARDING_MISSING (naming
 * what stands there instead), REASON_ONBOARDING_IS_OFFBOARDING, and those of onboarding_read.
 */
int packages_read_onboarding(const Host *host, Json *plain, bool strict, OnboardingPackage *ret,
                             Failure *failure) _must_check_;

/*
 * The package of SETTING_OFFBOARDING_SCRIPT: the consent of the tenant that a sensor leaves, so that its root has to be
 * a known one, always. *ret_given false: none was given. Failures are those of
 * onboarding_fail_offboarding().
 */
int packages_read_offboarding(const Host *host, Json *plain, bool *ret_given, OnboardingPackage *ret,
                              Failure *failure) _must_check_;

/* What to add, for messages. */
#define PACKAGES_FRAGMENT "\"protectedSettings\": {\"defenderForEndpointOnboardingScript\": \"BASE64\"}"
