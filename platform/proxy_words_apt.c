/*
 * apt.conf(5): "Acquire::http::Proxy "URL";" or "Acquire { http { Proxy "URL"; }; };", names in any case. #include and
 * #clear are passed over like comments.
 */
#include "platform/proxy_words.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "platform/base/text.h"

#define DEPTH_MAX 16
#define NAME_MAX_BYTES 512
#define RANK_DETECT 3
#define AUTO_DETECT "auto-detect://" /* a value whose scheme says what it is */

typedef struct Scanner {
        const char *p, *end;
        char path[NAME_MAX_BYTES]; /* of the scopes that are open: "Acquire::http" */
        size_t lengths[DEPTH_MAX], depth;
        char name[NAME_MAX_BYTES], value[PROXY_VALUE_MAX];
        bool has_name, has_value;
        const char *host;
        ProxyWords *words;
        bool said;
} Scanner;

/* Where nothing more specific is said https goes as http does. */
static int rank_of(const char *name, const char *host)
{
        static const struct {
                const char *name;
                int rank;
                bool of_host;
        } ranks[] = {
                { "Acquire::http::Proxy", 1, false },
                { "Acquire::https::Proxy", 2, false },
                { "Acquire::http::Proxy-Auto-Detect", RANK_DETECT, false },
                { "Acquire::http::ProxyAutoDetect", RANK_DETECT, false },
                { "Acquire::https::Proxy-Auto-Detect", RANK_DETECT, false },
                { "Acquire::https::ProxyAutoDetect", RANK_DETECT, false },
                { "Acquire::http::Proxy::", 4, true },
                { "Acquire::https::Proxy::", 5, true },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(ranks); i++) {
                size_t n = strlen(ranks[i].name);

                if (ranks[i].of_host ? strncasecmp(name, ranks[i].name, n) == 0 && text_equal_nocase(name + n, host)
                                     : text_equal_nocase(name, ranks[i].name))
                        return ranks[i].rank;
        }
        return 0;
}

static void finish(Scanner *s)
{
        _cleanup_free_ char *full = text_format("%s%s%s", s->path, *s->path ? "::" : "", s->name);
        int rank = s->has_name && s->has_value ? rank_of(full, s->host) : 0;

        if (rank > 0 && rank >= s->words->rank) {
                snprintf(s->words->proxy, sizeof(s->words->proxy), "%s",
                         rank == RANK_DETECT && *s->value ? AUTO_DETECT : s->value);
                s->words->rank = *s->value ? rank : 0;
                s->said = true;
        }
        s->has_name = s->has_value = false;
}

static void open_scope(Scanner *s)
{
        size_t used = strlen(s->path);

        if (s->depth == DEPTH_MAX || used + strlen(s->name) + 3 > sizeof(s->path)) {
                s->p = s->end; /* nobody writes that */
                return;
        }
        s->lengths[s->depth++] = used;
        if (s->has_name)
                snprintf(s->path + used, sizeof(s->path) - used, "%s%s", used ? "::" : "", s->name);
        s->has_name = s->has_value = false;
}

static void close_scope(Scanner *s)
{
        finish(s);
        if (s->depth > 0)
                s->path[s->lengths[--s->depth]] = '\0';
}

static bool skip_comment(Scanner *s)
{
        const char *stop;
        bool block = s->end - s->p > 1 && s->p[0] == '/' && s->p[1] == '*';

        if (!block && *s->p != '#' && !(s->end - s->p > 1 && s->p[0] == '/' && s->p[1] == '/'))
                return false;
        stop = block ? memmem(s->p + 2, (size_t)(s->end - s->p - 2), "*/", 2)
                     : memchr(s->p, '\n', (size_t)(s->end - s->p));
        s->p = stop ? stop + (block ? 2 : 1) : s->end;
        return true;
}

/* A name, or the value after one. */
static void take_word(Scanner *s, const char *word, size_t length)
{
        char *into = s->has_name ? s->value : s->name;
        size_t room = s->has_name ? sizeof(s->value) : sizeof(s->name);

        if (length >= room)
                length = 0;
        memcpy(into, word, length);
        into[length] = '\0';
        if (s->has_name)
                s->has_value = true;
        s->has_name = true;
}

static void scan_quoted(Scanner *s)
{
        const char *start = s->p + 1, *stop = memchr(start, '"', (size_t)(s->end - start));

        stop = stop ? stop : s->end;
        if (s->has_name)
                take_word(s, start, (size_t)(stop - start));
        s->p = stop < s->end ? stop + 1 : s->end;
}

static void scan_word(Scanner *s)
{
        const char *start = s->p;

        while (s->p < s->end && !strchr(" \t\r\n{};\"", *s->p))
                s->p++;
        if (s->p == start) /* a NUL */
                s->p++;
        else
                take_word(s, start, (size_t)(s->p - start));
}

bool proxy_read_apt(const char *text, size_t length, const char *host, ProxyWords *words)
{
        Scanner s = { .p = text, .end = text + length, .host = host, .words = words };

        while (s.p < s.end) {
                if (strchr(" \t\r\n", *s.p) && *s.p) {
                        s.p++;
                } else if (skip_comment(&s)) {
                        continue;
                } else if (*s.p == '"') {
                        scan_quoted(&s);
                } else if (*s.p == '{') {
                        s.p++;
                        open_scope(&s);
                } else if (*s.p == '}') {
                        s.p++;
                        close_scope(&s);
                } else if (*s.p == ';') {
                        s.p++;
                        finish(&s);
                } else {
                        scan_word(&s);
                }
        }
        return s.said;
}
