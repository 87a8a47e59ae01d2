/*
 * apt_source: sources of apt: parse a fetched one-line list, find existing ones, write our own. Pure but for the
 * reader.
 *
 * Foreign formats: sources.list(5), one-line style and deb822 style.
 */
#pragma once

#include "platform/host.h"

typedef struct AptSource {
        char uri[256]; /* https://packages.microsoft.com/debian/12/prod; no trailing slash */
        char suite[64];
        char component[64];  /* one; an existing source may have several: the first that matches */
        char signed_by[256]; /* absolute path of a keyring, or "" */
        char file[256];      /* the file an existing one was read from; "" for a fetched one */
        bool enabled;
        bool unverified; /* an existing one whose options let apt do without a signature: trusted=yes,
                            allow-insecure=yes */
} AptSource;

/*
 * The one source a fetched list may hold: exactly one "deb" line beside comments and blanks; options only arch= and
 * signed-by= (an absolute path below /usr/share/keyrings or /etc/apt/keyrings); URI https, host and path below
 * url_prefix; suite, component and path of plain characters. ERROR_INPUT says what stands there instead ("an HTML
 * page", "a second line", "the option trusted=yes"), escaped.
 */
int apt_source_parse_list(const char *text, size_t length, const char *url_prefix, AptSource *ret,
                          Error *err) _must_check_;

/* The line we write: one deb line for this architecture with signed-by, after a comment that says who wrote it. Caller
 * frees. */
char *apt_source_format(const AptSource *source, const char *architecture);

/*
 * Looks through /etc/apt/sources.list and sources.list.d (*.list, *.sources) for an enabled source whose URI and
 * suite equal (trailing slash and letter case of the host aside). *ret_found tells. Files that cannot be parsed are
 * skipped, and so is the file beside which one is looked for (NULL: none).
 */
int apt_source_find(const Host *host, const char *uri, const char *suite, const char *beside, bool *ret_found,
                    AptSource *ret, Error *err) _must_check_;

/* The same in one file. */
bool apt_source_find_in(const Host *host, const char *file, const char *uri, const char *suite, AptSource *ret);
