#include "agent/onboarding/onboarding_content.h"

#include <string.h>

#include "agent/onboarding/onboarding_zip.h"
#include "platform/base/text.h"
#include "platform/http.h"

#define HEAD_MAX 4096

/* Of a captive portal, or of a login; or XML, as storage answers: nothing of it is a secret, but it is foreign. */
static int refuse_page(const void *bytes, size_t length, Failure *failure)
{
        _cleanup_free_ char *head = NULL, *words = NULL;
        const char *start = bytes;
        size_t blanks = 0;

        while (blanks < length && start[blanks] && strchr(" \t\r\n", start[blanks]))
                blanks++;
        if (blanks == length || start[blanks] != '<')
                return 0;
        head = text_copy_n(start + blanks, length - blanks < HEAD_MAX ? length - blanks : HEAD_MAX);
        words = strstr(head, "<?xml") ? text_copy("XML") : http_body_words(head);
        return failure_set(failure, REASON_ONBOARDING_SOURCE,
                           "It is %s, and no onboarding package: a login or a portal may stand in between", words);
}

static int refuse_offboarding(OnboardingPackage *package, Failure *failure)
{
        if (package->kind != ONBOARDING_OFFBOARD)
                return 0;
        onboarding_package_clear(package);
        return failure_set(failure, REASON_ONBOARDING_IS_OFFBOARDING, "It would offboard this machine");
}

static int read_zip(const void *bytes, size_t length, Secret *ret, Failure *failure)
{
        Error err = { 0 };

        if (onboarding_zip_read(bytes, length, ret, &err) == 0)
                return 0;
        return failure_from(failure, err.kind == ERROR_MISSING ? REASON_ONBOARDING_SOURCE : REASON_ONBOARDING_DAMAGED,
                            &err);
}

int onboarding_content_read_any(const Host *host, const void *bytes, size_t length, bool strict, OnboardingPackage *ret,
                                Failure *failure)
{
        _cleanup_secret_ Secret unpacked = { 0 };

        if (length == 0)
                return failure_set(failure, REASON_ONBOARDING_SOURCE, "It is empty");
        if (onboarding_zip_is(bytes, length)) {
                if (read_zip(bytes, length, &unpacked, failure) < 0)
                        return -1;
                bytes = unpacked.data;
                length = unpacked.length;
        } else if (refuse_page(bytes, length, failure) < 0)
                return -1;
        return onboarding_read(host, bytes, length, strict, ret, failure);
}

int onboarding_content_read(const Host *host, const void *bytes, size_t length, bool strict, OnboardingPackage *ret,
                            Failure *failure)
{
        if (onboarding_content_read_any(host, bytes, length, strict, ret, failure) < 0)
                return -1;
        return refuse_offboarding(ret, failure);
}
