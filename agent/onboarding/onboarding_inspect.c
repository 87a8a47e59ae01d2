#include "agent/onboarding/onboarding_inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "agent/onboarding/onboarding_content.h"
#include "agent/onboarding/onboarding_zip.h"
#include "platform/base/text.h"

#define SHOWN_MAX 200

void onboarding_inspection_clear(OnboardingInspection *inspection)
{
        onboarding_package_clear(&inspection->package);
        *inspection = (OnboardingInspection){ 0 };
}

static int read_all(int fd, const Secret *bytes, size_t *ret_length)
{
        size_t length = 0;

        while (length < bytes->length) {
                ssize_t n = read(fd, bytes->data + length, bytes->length - length);

                if (n < 0 && errno != EINTR)
                        return -1;
                if (n == 0)
                        break;
                if (n > 0)
                        length += (size_t)n;
        }
        *ret_length = length;
        return 0;
}

int onboarding_inspect_read(const char *path, Secret *ret, Error *err)
{
        bool from_stdin = text_equal(path, "-");
        _cleanup_free_ char *shown = from_stdin ? text_copy("the standard input") : text_escape(path, SHOWN_MAX);
        _cleanup_close_ int fd =
                from_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        _cleanup_secret_ Secret bytes = { 0 };
        size_t length = 0;

        secret_allocate(&bytes, ONBOARDING_CONTENT_MAX + 1);
        if (fd < 0 || read_all(fd, &bytes, &length) < 0)
                return error_errno(err, errno, "read %s", shown);
        if (length > ONBOARDING_CONTENT_MAX)
                return error_set(err, ERROR_INPUT, "%s has more than %d bytes, as no package has", shown,
                                 ONBOARDING_CONTENT_MAX);
        secret_allocate(ret, length);
        memcpy(ret->data, bytes.data, length);
        return 0;
}

static void look_at_carrier(const void *bytes, size_t length, OnboardingInspection *ret)
{
        _cleanup_secret_ Secret unpacked = { 0 };
        Error err;

        ret->zipped = onboarding_zip_is(bytes, length);
        if (ret->zipped && onboarding_zip_read(bytes, length, &unpacked, &err) < 0)
                return;
        ret->text = ret->zipped ? onboarding_script_carrier(unpacked.data, unpacked.length, &ret->base64)
                                : onboarding_script_carrier(bytes, length, &ret->base64);
}

static void judge(const OnboardingPackage *package, int64_t now_s, Failure *failure)
{
        char when[TEXT_TIME_MAX];

        if (!package->root_pinned)
                failure_set(failure, REASON_ONBOARDING_ROOT_UNKNOWN, "That root is \"%s\", SHA-256 %s",
                            package->root.subject_cn, package->root.sha256);
        else if (package->kind == ONBOARDING_OFFBOARD && package->expires <= now_s)
                failure_set(failure, REASON_OFFBOARDING_EXPIRED, "It was valid until %s.",
                            text_time(package->expires, when));
}

void onboarding_inspect(const Host *host, const void *bytes, size_t length, int64_t now_s, OnboardingInspection *ret)
{
        *ret = (OnboardingInspection){ 0 };
        if (onboarding_content_read_any(host, bytes, length, false, &ret->package, &ret->failure) < 0)
                return;
        secret_clear(&ret->package.file);
        ret->readable = true;
        look_at_carrier(bytes, length, ret);
        judge(&ret->package, now_s, &ret->failure);
}
