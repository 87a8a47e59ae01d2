#include "handler/packages.h"

#include <string.h>

#include "handler/setting_keys.h"
#include "platform/base/text.h"

/* The name under which the package probably stands instead; NULL: none. */
static const char *misspelt(Json *plain)
{
        json_object_object_foreach(plain, name, member)
        {
                const SettingKey *near = setting_key_near(name);

                if (near && !setting_is_absent(member) && strcmp(near->name, SETTING_ONBOARDING_SCRIPT) == 0 &&
                    strcmp(name, SETTING_OFFBOARDING_SCRIPT) != 0)
                        return name;
        }
        return NULL;
}

static int missing_script(Json *plain, Failure *failure)
{
        const char *other = misspelt(plain);
        _cleanup_free_ char *shown = other ? text_escape(other, 60) : NULL;

        if (shown)
                return failure_set(failure, REASON_ONBOARDING_MISSING,
                                   "protectedSettings has \"%s\", and it must be \"" SETTING_ONBOARDING_SCRIPT "\"",
                                   shown);
        return failure_set(failure, REASON_ONBOARDING_MISSING,
                           "protectedSettings has no \"" SETTING_ONBOARDING_SCRIPT
                           "\": to be added as " PACKAGES_FRAGMENT);
}

static bool looks_raw(const char *text)
{
        text += strspn(text, " \t\r\n");
        return *text == '{' || *text == '#' || text_starts_with(text, "\xef\xbb\xbf") ||
               strstr(text, "onboardingInfo") || strstr(text, "offboardingInfo");
}

/* The package's bytes, usually base64, though some paste script or JSON as it is. */
static int decode_script(const char *key, const char *text, Secret *ret, Failure *failure)
{
        Error err;

        if (crypto_base64_decode(text, strlen(text), ret, &err) == 0)
                return 0;
        if (!looks_raw(text))
                return failure_set(failure, REASON_ONBOARDING_DAMAGED,
                                   "\"%s\" is neither base64 (%s) nor a script nor JSON", key, err.text);
        secret_allocate(ret, strlen(text));
        memcpy(ret->data, text, ret->length);
        return 0;
}

static int read_script(const Host *host, Json *plain, const char *key, bool strict, OnboardingPackage *ret,
                       Failure *failure)
{
        _cleanup_secret_ Secret bytes = { 0 };
        const char *text = json_string(plain, key);

        if (!text)
                return failure_set(failure, REASON_ONBOARDING_DAMAGED, "\"%s\" is of type %s, not a base64 text", key,
                                   json_kind(json_member(plain, key)));
        if (decode_script(key, text, &bytes, failure) < 0)
                return -1;
        return onboarding_read(host, bytes.data, bytes.length, strict, ret, failure);
}

int packages_read_onboarding(const Host *host, Json *plain, bool strict, OnboardingPackage *ret, Failure *failure)
{
        if (setting_is_absent(json_member(plain, SETTING_ONBOARDING_SCRIPT)))
                return missing_script(plain, failure);
        if (read_script(host, plain, SETTING_ONBOARDING_SCRIPT, strict, ret, failure) < 0)
                return -1;
        if (ret->kind != ONBOARDING_OFFBOARD)
                return 0;
        onboarding_package_clear(ret);
        return failure_set(failure, REASON_ONBOARDING_IS_OFFBOARDING,
                           "\"" SETTING_ONBOARDING_SCRIPT "\" holds a package that would offboard this machine");
}

int packages_read_offboarding(const Host *host, Json *plain, bool *ret_given, OnboardingPackage *ret, Failure *failure)
{
        Failure found = { 0 };

        *ret_given = !setting_is_absent(json_member(plain, SETTING_OFFBOARDING_SCRIPT));
        if (!*ret_given)
                return 0;
        if (read_script(host, plain, SETTING_OFFBOARDING_SCRIPT, true, ret, &found) < 0)
                return onboarding_fail_offboarding(&found, failure);
        if (ret->kind == ONBOARDING_OFFBOARD)
                return 0;
        failure_set(failure, REASON_OFFBOARDING_DAMAGED,
                    "\"" SETTING_OFFBOARDING_SCRIPT "\" holds an onboarding package, of tenant %s", ret->org_id);
        onboarding_package_clear(ret);
        return -1;
}
