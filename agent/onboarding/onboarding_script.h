/*
 * onboarding_script: the JSON document out of whatever carries it: a Python script (in a string literal),
 * a shell script (in a here-document), the bare JSON; a byte order mark and CR LF tolerated; any of these
 * in base64 once more. Parsed, never executed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "platform/base/error.h"
#include "platform/base/secret.h"

/* Which member the document has is not looked at here: both words count, first come. */
#define ONBOARDING_MEMBER "onboardingInfo"
#define OFFBOARDING_MEMBER "offboardingInfo"

/*
 * *ret is zero-initialised by the caller and owned by it afterwards. ERROR_INPUT: nothing in it, more than
 * one distinct document, cut off, or another kind of file ("an HTML page"); never what stood there.
 */
int onboarding_script_read(const void *bytes, size_t length, Secret *ret, Error *err) _must_check_;

typedef enum OnboardingText { ONBOARDING_TEXT_JSON, ONBOARDING_TEXT_PYTHON, ONBOARDING_TEXT_SHELL } OnboardingText;

/* In what the document stands, for bytes that onboarding_script_read() could read. */
OnboardingText onboarding_script_carrier(const void *bytes, size_t length, bool *ret_base64);
