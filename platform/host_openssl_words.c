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

/* Of provider and module, by their own words: an algorithm, a mode, a length of key. */
static bool is_refused(const char *said)
{
        static const char *const words[] = {
                "unsupported", "not supported",  "disabled",     "fips",           "not allowed",
                "too small",   "unknown cipher", "not approved", "invalid digest", NULL
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
        return is_refused(all) ? ERROR_DENIED : is_wrong_key(all) ? ERROR_TRUST : ERROR_COMMAND;
}

bool host_openssl_read_verdict(const char *output)
{
        char words[HOST_OPENSSL_WORDS_MAX];

        if (strcasestr(output, "Verification failure"))
                return true;
        return strcasestr(output, "Error verifying") && host_openssl_read_words(output, words) != ERROR_DENIED;
}
