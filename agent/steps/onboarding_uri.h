/*
 * onboarding_uri: the onboarding package from the address that onboardingPackageUri names.
 *
 * The query of that address may be a secret (a SAS signature) and is sent to that host alone: it is in no message.
 */
#pragma once

#include "agent/mission.h"

/*
 * A few tries in short order, one when it goes silent; *ret_passing: time may mend what failed.
 * REASON_ONBOARDING_UNREACHABLE, _STALLED (the connection came about, then nothing), _CERTIFICATE, _SOURCE (another
 * checksum, another answer), REASON_PROXY, REASON_CLOCK_WRONG, REASON_TLS_MISSING, REASON_STOPPED, and what
 * onboarding_content_read says. *ret is cleared by the caller.
 */
int onboarding_uri_get(Mission *mission, Deadline deadline, OnboardingPackage *ret, bool *ret_passing,
                       Failure *failure);

/* "host/path" of the address, escaped. Caller frees. */
char *onboarding_uri_words(const char *uri);
