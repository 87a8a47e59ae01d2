#include "platform/libraries.h"

#include <curl/curl.h>
#include <json-c/json_c_version.h>
#include <openssl/crypto.h>
#include <string.h>
#include <zlib.h>

#include "platform/base/text.h"
#include "platform/base/version.h"

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
        return version_libc.built;
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

static void add(Text *text, const char *name, const char *version, const VersionOfLibrary *library)
{
        text_append(text, "%s %s%s%s%s\n", name, version, *library->package ? " (Debian " : "", library->package,
                    *library->package ? ")" : "");
}

char *libraries_text(void)
{
        _cleanup_(text_clear) Text text = { 0 };
        _cleanup_free_ char *curl = curl_words();

        add(&text, "libcurl", text_starts_with(curl, "libcurl/") ? curl + strlen("libcurl/") : curl, &version_curl);
        add(&text, "OpenSSL", OpenSSL_version(OPENSSL_FULL_VERSION_STRING), &version_openssl);
        add(&text, "json-c", json_c_version(), &version_json);
        add(&text, "libsystemd", version_systemd.built, &version_systemd);
        add(&text, "zlib", ZLIB_VERSION, &version_zlib);
        add(&text, LIBC, libc_version(), &version_libc);
        return text_take(&text);
}
