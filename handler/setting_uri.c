#include "handler/setting_uri.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "platform/base/text.h"

#define SCHEME "https://"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char *authority_end(const char *text)
{
        return text + strcspn(text, "/?#");
}

/* HOST[:PORT], a name or an address, in brackets when it has colons. */
static bool is_place(const char *text)
{
        const char *bracket = strrchr(text, ']'), *port = strrchr(bracket ? bracket : text, ':');
        size_t length = port ? (size_t)(port - text) : strlen(text);
        int64_t number;

        if (port && !text_to_int64(port + 1, 1, 65535, &number))
                return false;
        if (*text == '[')
                return length > 2 && text[length - 1] == ']' &&
                       strspn(text + 1, "0123456789abcdefABCDEF:.") == length - 2;
        return length > 0 && strspn(text, LETTERS ".-_") == length;
}

bool setting_uri_is(const char *text)
{
        const char *start = text + strlen(SCHEME), *end, *at;
        _cleanup_free_ char *authority = NULL;

        if (!text_starts_with(text, SCHEME))
                return false;
        if (strspn(start, LETTERS "-._~:/?[]@!$&'()*+,;=%") != strlen(start))
                return false;
        end = authority_end(start);
        authority = text_copy_n(start, (size_t)(end - start));
        at = strchr(authority, '@');
        if (at && strchr(at + 1, '@'))
                return false; /* of a password it has to be %40: readers differ in which of them ends it */
        return is_place(at ? at + 1 : authority);
}

static bool is_secret_name(const char *name, size_t length)
{
        static const char *const names[] = { "sig", "code", "key", "pass", "pwd", "auth" };
        static const char *const parts[] = { "signature", "token",   "secret",  "password", "credential",
                                             "apikey",    "api_key", "api-key", "access" };
        _cleanup_free_ char *plain = text_copy_n(name, length);
        size_t i;

        for (i = 0; i < ELEMENTSOF(names); i++)
                if (text_equal_nocase(plain, names[i]))
                        return true;
        for (i = 0; i < ELEMENTSOF(parts); i++)
                if (strcasestr(plain, parts[i]))
                        return true;
        return strchr(plain, '%'); /* a name that is written in a way nobody writes names */
}

bool setting_uri_hides(const char *text)
{
        const char *start = text + strlen(SCHEME), *end = authority_end(start), *query = strchr(end, '?');

        if (memchr(start, '@', (size_t)(end - start)))
                return true;
        while (query && *query) {
                size_t length = strcspn(++query, "&;");

                if (is_secret_name(query, strcspn(query, "=&;")))
                        return true;
                query += length;
        }
        return false;
}
