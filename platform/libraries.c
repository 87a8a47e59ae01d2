#include "platform/libraries.h"

#include <curl/curl.h>
#include <json-c/json_c_version.h>
#include <openssl/crypto.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/libraries_built.h"

#ifdef __GLIBC__
#include <gnu/libc-version.h>
#define LIBC "glibc"
#else
#define LIBC "musl"
#endif

static const char *libc_version(void)
{
#ifdef __GLIBC__
        return gnu_get_libc_version();
#else
        return BUILT_LIBC;
#endif
}

/* "libcurl/8.14.1 OpenSSL/3.5.7 ..." of a libcurl that could be had. */
static char *curl_words(void)
{
        _cleanup_free_ char *words = NULL;

        if (curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK)
                return text_copy("cannot be loaded");
        words = text_copy(curl_version());
        curl_global_cleanup();
        return TAKE_PTR(words);
}

static void add(Text *text, const char *name, const char *version, const char *package)
{
        text_append(text, "%s %s%s%s%s\n", name, version, *package ? " (Debian " : "", package, *package ? ")" : "");
}

char *libraries_text(void)
{
        _cleanup_(text_clear) Text text = { 0 };
        _cleanup_free_ char *curl = curl_words();

        add(&text, "libcurl", text_starts_with(curl, "libcurl/") ? curl + strlen("libcurl/") : curl, PACKAGE_CURL);
        add(&text, "OpenSSL", OpenSSL_version(OPENSSL_FULL_VERSION_STRING), PACKAGE_OPENSSL);
        add(&text, "json-c", json_c_version(), PACKAGE_JSON);
        add(&text, "libsystemd", BUILT_SYSTEMD, PACKAGE_SYSTEMD);
        add(&text, LIBC, libc_version(), PACKAGE_LIBC);
        return text_take(&text);
}
