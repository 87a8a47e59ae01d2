#include "agent/onboarding/onboarding_inspect.h"

#include "agent/onboarding/onboarding_content.h"
#include "agent/onboarding/onboarding_zip.h"
#include "platform/base/text.h"
#include "platform/named_file.h"

void onboarding_inspection_clear(OnboardingInspection *inspection)
{
        onboarding_package_clear(&inspection->package);
        *inspection = (OnboardingInspection){ 0 };
}

int onboarding_inspect_read(const char *path, Secret *ret, Error *err)
{
        return named_file_read(path, ONBOARDING_CONTENT_MAX, "onboarding package", ret, err);
}

static void look_at_carrier(const void *bytes, size_t length, OnboardingInspection *ret, OnboardingKind *ret_kind)
{
        _cleanup_secret_ Secret unpacked = { 0 };
        Error err;

        ret->zipped = onboarding_zip_is(bytes, length);
        if (ret->zipped && onboarding_zip_read(bytes, length, &unpacked, &err) < 0)
                return;
        if (ret->zipped) {
                bytes = unpacked.data;
                length = unpacked.length;
        }
        ret->kind_known = onboarding_kind(bytes, length, ret_kind);
        if (ret->kind_known)
                ret->text = onboarding_script_carrier(bytes, length, &ret->base64);
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
        OnboardingKind kind = ONBOARDING_ONBOARD;
        Failure found = { 0 };

        *ret = (OnboardingInspection){ 0 };
        ret->readable = onboarding_content_read_any(host, bytes, length, false, &ret->package, &found) == 0;
        look_at_carrier(bytes, length, ret, &kind);
        if (ret->readable) {
                secret_clear(&ret->package.file);
                judge(&ret->package, now_s, &found);
        }
        ret->failure = found;
        if (kind == ONBOARDING_OFFBOARD && found.reason && found.reason != REASON_OFFBOARDING_EXPIRED)
                onboarding_fail_offboarding(&found, &ret->failure);
}
