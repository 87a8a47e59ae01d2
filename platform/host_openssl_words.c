#include "platform/host_openssl_words.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/process.h"

#define SHOWN_MAX 200

static bool says(const char *output, const char *const *words)
{
        for (; *words; words++)
                if (strcasestr(output, *words))
                        return true;
        return false;
}

enum { FIELD_FUNCTION = 4, FIELD_REASON = 5, FIELD_DATA = 8 };

/* "ID:error:CODE:LIBRARY:FUNCTION:REASON:FILE:LINE:DATA": "FUNCTION: REASON (DATA)". False: no such line. */
static bool read_error_line(char *line, Text *text)
{
        char *rest = strstr(line, ":error:") ? line : NULL, *fields[FIELD_DATA] = { NULL };
        size_t n;

        for (n = 0; rest && n < FIELD_DATA; n++)
                fields[n] = strsep(&rest, ":");
        if (n < FIELD_DATA)
                return false;
        text_append(text, "%s: %s%s%s%s\n", fields[FIELD_FUNCTION], fields[FIELD_REASON], rest && *rest ? " (" : "",
                    rest ? rest : "", rest && *rest ? ")" : "");
        return true;
}

/* A line each, without files of its source, whose names mean nothing. NULL: there is none. Caller frees. */
static char *read_errors(const char *output)
{
        const char *cursor = output, *end = cursor + strlen(output), *line;
        _cleanup_(text_clear) Text text = { 0 };
        size_t length;

        while (text_next_line(&cursor, end, &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);

                read_error_line(text_trim(copy), &text);
        }
        return text.length > 0 ? text_take(&text) : NULL;
}

/* Of provider and module, by their own words. */
bool host_openssl_is_refusal(const char *said)
{
        static const char *const words[] = {
                "unsupported", "not supported",  "disabled",     "fips",           "not allowed",
                "too small",   "unknown cipher", "not approved", "invalid digest", "invalid padding mode",
                NULL
        };

        return says(said, words);
}

static bool is_wrong_key(const char *said)
{
        static const char *const words[] = { "bad decrypt",
                                             "wrong final block length",
                                             "padding check failed",
                                             "data too large",
                                             "data greater than mod len",
                                             "decoding error",
                                             "no matching recipient",
                                             "EncryptedContent_init_bio: invalid key length",
                                             NULL };

        return says(said, words);
}

ErrorKind host_openssl_read_words(const char *output, char words[HOST_OPENSSL_WORDS_MAX])
{
        _cleanup_free_ char *errors = read_errors(output), *all = text_copy(errors ? errors : output), *shown = NULL;

        if (errors)
                errors[strcspn(errors, "\n")] = '\0';
        shown = errors ? text_escape(text_hide_logins(errors), SHOWN_MAX) : process_last_line(output, SHOWN_MAX);
        snprintf(words, HOST_OPENSSL_WORDS_MAX, "%s", shown);
        return host_openssl_is_refusal(all) ? ERROR_DENIED : is_wrong_key(all) ? ERROR_TRUST : ERROR_COMMAND;
}

bool host_openssl_read_key_step(const char *output)
{
        return strstr(output, ":CMS_decrypt_set1_pkey") != NULL;
}

/* The first line that begins so; borrowed from output. NULL: there is none. */
static const char *find_line(const char *output, const char *start, size_t *ret_length)
{
        const char *cursor = output, *end = cursor + strlen(output), *line;

        while (text_next_line(&cursor, end, &line, ret_length))
                if (*ret_length >= strlen(start) && memcmp(line, start, strlen(start)) == 0)
                        return line;
        return NULL;
}

bool host_openssl_read_verified(const char *output)
{
        static const char words[] = "Verified OK";
        const char *line = output;
        size_t length = 0;

        do
                line = find_line(line + length, words, &length);
        while (line && length != strlen(words));
        return line != NULL;
}

char *host_openssl_read_version(const char *output, size_t max)
{
        size_t length;
        const char *line = find_line(output, "OpenSSL ", &length);
        _cleanup_free_ char *found = NULL;

        if (!line)
                return process_last_line(output, max);
        found = text_copy_n(line, length);
        found[strcspn(found, "(")] = '\0';
        return text_escape(text_trim(found), max);
}

bool host_openssl_read_verdict(const char *output)
{
        char words[HOST_OPENSSL_WORDS_MAX];

        if (strcasestr(output, "Verification failure"))
                return true;
        return strcasestr(output, "Error verifying") && host_openssl_read_words(output, words) != ERROR_DENIED;
}
