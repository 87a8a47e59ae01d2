#include "platform/packages/source_text.h"

#include <stdio.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "platform/base/text.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define WORD_BYTES LETTERS DIGITS "._+-"
#define PATH_BYTES LETTERS DIGITS "._+~-/"

/* Readers take blanks around the sign, and in the value. */
static char *hide(char *text)
{
        const TextSecret *secret;
        char *found, *value;

        for (secret = text_secrets; secret->name; secret++) {
                found = secret->anywhere ? strcasestr(text, secret->name) : NULL;
                if (!found)
                        continue;
                value = found + strlen(secret->name);
                value += strspn(value, " \t:=");
                if (strlen(value) >= strlen("***"))
                        memcpy(value, "***", sizeof("***"));
                else
                        memset(value, '*', strlen(value));
        }
        return text;
}

char *source_text_shown(const char *text, size_t max)
{
        /* in this order: the stars would take the @ with them by which a login is known */
        _cleanup_free_ char *copy = hide(text_hide_logins(text_copy(text ? text : "")));

        return text_escape(copy, max);
}

int source_text_refuse(Error *err, const char *what, const char *shown)
{
        _cleanup_free_ char *escaped = source_text_shown(shown, SOURCE_TEXT_SHOWN);

        return error_set(err, ERROR_INPUT, "the source list holds %s \"%s\"", what, escaped);
}

static bool consists_of(const char *text, const char *bytes)
{
        return *text && text[strspn(text, bytes)] == '\0';
}

bool source_text_is_plain_word(const char *text)
{
        return consists_of(text, WORD_BYTES) && *text != '-' && *text != '.';
}

bool source_text_is_plain_path(const char *path)
{
        return *path == '/' && consists_of(path, PATH_BYTES) && !strstr(path, "//") && !strstr(path, "/.");
}

int source_text_check(const char *text, size_t length, Error *err)
{
        const char *cursor = text, *end = text + length;

        if (length > SOURCE_TEXT_MAX)
                return error_set(err, ERROR_INPUT, "the source list is %zu bytes long, more than %d", length,
                                 SOURCE_TEXT_MAX);
        while (cursor < end && *cursor && strchr(" \t\r\n", *cursor))
                cursor++;
        if (cursor < end && *cursor == '<') {
                size_t left = (size_t)(end - cursor);
                _cleanup_free_ char *shown = text_copy_n(cursor, left < SOURCE_TEXT_SHOWN ? left : SOURCE_TEXT_SHOWN);

                return source_text_refuse(err, "an HTML page", shown);
        }
        for (cursor = text; cursor < end; cursor++)
                if (*cursor == '\0' || ((unsigned char)*cursor < 0x20 && !strchr("\t\r\n", *cursor)) || *cursor == 0x7f)
                        return error_set(err, ERROR_INPUT, "the source list holds the byte 0x%02x: it is no text",
                                         (unsigned char)*cursor);
        return 0;
}

int source_text_parse_uri(const char *uri, const char *url_prefix, char *ret, size_t size, Error *err)
{
        size_t prefix = strlen(url_prefix), length = strlen(uri);
        _cleanup_free_ char *copy = NULL;

        if (!text_starts_with(uri, "https://") || !text_starts_with(uri, url_prefix))
                return source_text_refuse(err, "a foreign address", uri);
        if (length > prefix && uri[length - 1] == '/')
                length--;
        if (length >= size || length <= prefix + 1)
                return source_text_refuse(err, "the address", uri);
        copy = text_copy_n(uri, length);
        if (!source_text_is_plain_path(copy + prefix) || copy[length - 1] == '/')
                return source_text_refuse(err, "the address", uri);
        snprintf(ret, size, "%s", copy);
        return 0;
}

size_t source_text_without_slashes(const char *text, size_t length)
{
        while (length > 0 && text[length - 1] == '/')
                length--;
        return length;
}

/* RFC 3986, 3.2: the authority ends at the first of these, the login in it at its last @. */
#define AUTHORITY_END "/?#"
#define HTTPS_PORT ":443"
#define HTTPS_PORT_LENGTH 4

static char *canonical(const char *uri, size_t length)
{
        char *text = text_copy_n(uri, source_text_without_slashes(uri, length)), *mark = strstr(text, "://"), *at,
             *port;

        if (!mark)
                return text;
        mark += strlen("://");
        at = memrchr(mark, '@', strcspn(mark, AUTHORITY_END));
        if (at)
                memmove(mark, at + 1, strlen(at + 1) + 1);
        for (at = text; at < mark || !strchr(AUTHORITY_END, *at); at++)
                *at = (char)tolower((unsigned char)*at);
        port = at - mark > HTTPS_PORT_LENGTH ? at - HTTPS_PORT_LENGTH : at;
        if (text_starts_with(text, "https://") && text_starts_with(port, HTTPS_PORT))
                memmove(port, at, strlen(at) + 1);
        return text;
}

bool source_text_is_same_uri(const char *a, size_t a_length, const char *b)
{
        _cleanup_free_ char *left = canonical(a, a_length), *right = canonical(b, strlen(b));

        return *left && text_equal(left, right);
}

bool source_text_is_below(const char *uri, const char *place)
{
        _cleanup_free_ char *text = canonical(uri, strlen(uri)), *start = canonical(place, strlen(place));

        return *start && text_starts_with(text, start) && strchr(AUTHORITY_END, text[strlen(start)]);
}

static size_t count_slashes(const char *text, size_t length)
{
        size_t i, n = 0;

        for (i = 0; i < length; i++)
                n += text[i] == '/';
        return n;
}

bool source_text_is_laid_out_alike(const char *uri, const char *url_prefix, const char *wanted)
{
        _cleanup_free_ char *text = canonical(uri, strlen(uri)), *start = canonical(url_prefix, strlen(url_prefix));
        const char *last = strrchr(wanted, '/'), *below = text + strlen(start);

        return last && source_text_is_below(uri, url_prefix) && count_slashes(below, strlen(below)) == 3 &&
               text_ends_with(text, last);
}

bool source_text_has_control_bytes(const char *line, size_t length)
{
        size_t i;

        for (i = 0; i < length; i++)
                if (((unsigned char)line[i] < 0x20 && line[i] != '\t' && line[i] != '\r') || line[i] == 0x7f)
                        return true;
        return false;
}
