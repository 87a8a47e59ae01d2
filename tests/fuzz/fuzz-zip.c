/*
 * Whatever the bytes are: no crash, no hang, and what is unpacked is bounded. An archive that was read and
 * has one more byte is refused.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/onboarding/onboarding_content.h"
#include "agent/onboarding/onboarding_zip.h"
#include "platform/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

static void must_not_read(const void *bytes, size_t length)
{
        _cleanup_secret_ Secret content = { 0 };
        Error err = { 0 };

        check(onboarding_zip_read(bytes, length, &content, &err) < 0 && err.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(onboarding_package_clear) OnboardingPackage package = { 0 };
        _cleanup_secret_ Secret content = { 0 };
        Failure failure = { 0 };
        Error err = { 0 };
        Host host = { 0 };

        if (onboarding_zip_read(data, size, &content, &err) == 0) {
                _cleanup_free_ char *longer = text_allocate(size + 1);

                check(content.length <= ONBOARDING_SCRIPT_MAX && size <= ONBOARDING_ZIP_MAX);
                memcpy(longer, data, size);
                must_not_read(longer, size + 1);
        } else {
                check(err.kind == ERROR_INPUT && err.text[0]);
        }
        if (onboarding_content_read(&host, data, size, false, &package, &failure) < 0)
                check(failure.reason != REASON_NONE && failure.found[0]);
        return 0;
}
