/*
 * text: strings that own their memory, and the small questions asked of foreign text.
 *
 * Memory exhaustion aborts: the program is short-lived and bounds everything that comes from
 * outside before it is copied. Strings returned belong to the caller (free).
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/base/cleanup.h"

void *text_allocate(size_t size);                   /* zeroed, never NULL */
char *text_copy(const char *text);                  /* NULL stays NULL */
char *text_copy_n(const char *text, size_t length); /* up to length bytes, terminated */
char *text_format(const char *format, ...) _printf_(1, 2);
char *text_format_list(const char *format, va_list ap) _printf_(1, 0);

/*
 * A sentence and what is found beside it: "SENTENCE. More", or "SENTENCE: more" ("; " where it has a colon already)
 * where more begins in lower case, as names and the words of an Error do. sentence: with its full stop or without; more
 * "": the sentence alone. Caller frees.
 */
char *text_go_on(const char *sentence, const char *more);

/* A growing buffer; zero-initialised is empty; data is terminated once anything was added. */
typedef struct Text {
        char *data;
        size_t length;
        size_t capacity;
} Text;

void text_clear(Text *text);
void text_append(Text *text, const char *format, ...) _printf_(2, 3);
void text_append_bytes(Text *text, const void *bytes, size_t length);
char *text_take(Text *text); /* never NULL; leaves *text empty */

bool text_equal(const char *a, const char *b);        /* NULL equals NULL only */
bool text_equal_nocase(const char *a, const char *b); /* ASCII letters only, any locale */
bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);
bool text_is_empty(const char *text);               /* NULL or "" */
bool text_is_guid(const char *text);                /* 8-4-4-4-12 hex digits */
bool text_is_utf8(const char *text, size_t length); /* strict: no surrogates, no overlong */

/* The whole text is one decimal number within [min, max]. */
bool text_to_int64(const char *text, int64_t min, int64_t max, int64_t *ret);

/* "true"/"false" in any case; anything else: false and *ret untouched. */
bool text_to_bool(const char *text, bool *ret);

/*
 * Names from outside (paths, process names, unit names), as they may stand in one line of a log or
 * a status: control characters, quotes and whatever is not UTF-8 become \xNN; cut at max bytes.
 */
char *text_escape(const char *text, size_t max);

/* "HOST[:PORT]/PATH" of a URL: without scheme, login, query and fragment. Caller frees. */
char *text_url_place(const char *url);

/*
 * In place: what may be secret becomes stars: in addresses what stands between "://" and "@", behind "?" or "#", parts
 * of the path that are no name but a token, "NAME:PASSWORD" of NAME:PASSWORD@HOST without a scheme; and anywhere the
 * word behind "password=" and its like. Never longer. Returns text.
 */
char *text_hide_logins(char *text);

/* Names of what nobody else is to know, in options, commands, addresses and files. */
typedef struct TextSecret {
        const char *name; /* NULL ends the list */
        bool anywhere;    /* without a "=" behind it too: no honest word has it in it, as "signed-by" has "sig" */
} TextSecret;

extern const TextSecret text_secrets[];

/* For a URL (RFC 3986): all but the unreserved characters and those of also_plain as %XX. Caller frees. */
char *text_percent_encode(const char *text, const char *also_plain);

/* text_escape() of what may hold an address that somebody wrote: without what may be secret in it. */
char *text_shown(const char *text, size_t max);

/*
 * The next line of [*cursor, end): without its CR LF or LF. False at the end.
 * *ret_line is not terminated; *ret_length says how long it is.
 */
bool text_next_line(const char **cursor, const char *end, const char **ret_line, size_t *ret_length);

/* Cuts blanks, tabs, CR and LF at both ends, in place; returns text. */
char *text_trim(char *text);

/* UTC, "2026-01-02T03:04:05Z"; buffer of at least TEXT_TIME_MAX. */
#define TEXT_TIME_MAX 32
const char *text_time(int64_t unix_s, char buffer[TEXT_TIME_MAX]);
