/*
 * The formats are those of pam_env(8), systemd-system.conf(5), yum.conf(5) and apt.conf(5);
 * only as much of each is read as proxies need.
 */
#include "platform/proxy_words.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/waagent_conf.h"

#define LINE_BYTES_MAX 4096

/* One that is too long is none. */
static bool set(ProxyWords *words, const char *value, int rank)
{
        if (rank < words->rank || strlen(value) >= sizeof(words->proxy))
                return false;
        snprintf(words->proxy, sizeof(words->proxy), "%s", value);
        words->rank = rank;
        return true;
}

/* Takes one pair of quotes off, in place. */
static char *unquote(char *text)
{
        size_t length = strlen(text);

        if (length < 2 || (*text != '"' && *text != '\'') || text[length - 1] != *text)
                return text;
        text[length - 1] = '\0';
        return text + 1;
}

/* Splits "NAME = VALUE" in place. NULL: that is none, or a comment. */
static char *split(char *line, char **ret_name)
{
        char *equals = strchr(line, '=');

        text_trim(line);
        if (!equals || *line == '#' || *line == ';')
                return NULL;
        *equals = '\0';
        *ret_name = text_trim(line);
        return text_trim(equals + 1);
}

/* The next line, as a copy; false: the end. Lines that are too long are passed over. */
static bool next_line(const char **cursor, const char *end, char **line)
{
        const char *start;
        size_t length;

        free(*line);
        *line = NULL;
        while (text_next_line(cursor, end, &start, &length))
                if (length < LINE_BYTES_MAX && !memchr(start, '\0', length)) {
                        *line = text_copy_n(start, length);
                        return true;
                }
        return false;
}

/* --- NAME=VALUE ------------------------------------------------------------------------------------------ */

/* Of https; what is for all schemes counts where nothing is said of that one. */
static bool take_variable(ProxyWords *words, const char *name, const char *value)
{
        if (text_equal_nocase(name, "https_proxy"))
                return set(words, value, 2);
        if (text_equal_nocase(name, "all_proxy"))
                return set(words, value, 1);
        if (text_equal_nocase(name, "no_proxy"))
                proxy_add_exceptions(value, words->exceptions);
        else if (text_equal_nocase(name, "PROXY_ENABLED"))
                words->disabled = !text_equal_nocase(value, "yes");
        return false;
}

bool proxy_read_environment(const char *text, size_t length, const char *host, ProxyWords *words)
{
        _cleanup_free_ char *line = NULL;
        const char *cursor = text, *end = text + length;
        bool said = false;

        while (next_line(&cursor, end, &line)) {
                char *name, *value = split(line, &name);

                if (!value)
                        continue;
                if (text_starts_with(name, "export ") || text_starts_with(name, "export\t"))
                        name = text_trim(name + strlen("export "));
                said |= take_variable(words, name, unquote(value));
        }
        return said;
}

/* --- systemd --------------------------------------------------------------------------------------------- */

/* The next word, quotes in or around it taken off. NULL: the end. Caller frees. */
static char *next_word(const char **cursor)
{
        _cleanup_(text_clear) Text word = { 0 };
        const char *p = *cursor + strspn(*cursor, " \t");
        char quote = '\0';

        if (!*p)
                return NULL;
        for (; *p && (quote || !strchr(" \t", *p)); p++) {
                if (*p == '\\' && p[1])
                        text_append_bytes(&word, ++p, 1);
                else if (quote ? *p == quote : *p == '"' || *p == '\'')
                        quote = quote ? '\0' : *p;
                else
                        text_append_bytes(&word, p, 1);
        }
        *cursor = p;
        return text_take(&word);
}

static bool take_assignments(ProxyWords *words, const char *value)
{
        bool said = false;

        for (;;) {
                _cleanup_free_ char *word = next_word(&value);
                char *equals = word ? strchr(word, '=') : NULL;

                if (!word)
                        return said;
                if (!equals)
                        continue;
                *equals = '\0';
                said |= take_variable(words, word, equals + 1);
        }
}

/* A line that ends in a backslash goes on; comments between do not end it. */
static char *join_lines(const char *text, size_t length)
{
        _cleanup_(text_clear) Text joined = { 0 };
        _cleanup_free_ char *line = NULL;
        const char *cursor = text, *end = text + length;
        bool goes_on = false;

        while (next_line(&cursor, end, &line)) {
                size_t n = strlen(line);

                if (goes_on && (line[strspn(line, " \t")] == '#' || line[strspn(line, " \t")] == ';'))
                        continue;
                goes_on = n > 0 && line[n - 1] == '\\';
                if (goes_on)
                        line[n - 1] = ' ';
                text_append(&joined, "%s%s", line, goes_on ? "" : "\n");
        }
        return text_take(&joined);
}

bool proxy_read_systemd(const char *text, size_t length, const char *host, ProxyWords *words)
{
        _cleanup_free_ char *joined = join_lines(text, length), *line = NULL;
        const char *cursor = joined, *end = joined + strlen(joined);
        bool said = false;

        while (next_line(&cursor, end, &line)) {
                char *name, *value = split(line, &name);

                if (!value || !text_equal(name, "DefaultEnvironment"))
                        continue;
                if (!*value) { /* all before it is forgotten */
                        words->rank = 0;
                        words->proxy[0] = '\0';
                }
                said |= take_assignments(words, value);
        }
        return said;
}

/* --- the guest agent ------------------------------------------------------------------------------------- */

bool proxy_read_waagent(const char *text, size_t length, const char *host, ProxyWords *words)
{
        _cleanup_free_ char *server = waagent_conf_value(text, length, "HttpProxy.Host");
        _cleanup_free_ char *port = waagent_conf_value(text, length, "HttpProxy.Port");

        if (!server || !*server)
                return false;
        snprintf(words->port, sizeof(words->port), "%s", port ? port : "");
        return set(words, server, 1);
}

/* --- yum, dnf, tdnf -------------------------------------------------------------------------------------- */

bool proxy_read_dnf(const char *text, size_t length, const char *host, ProxyWords *words)
{
        _cleanup_free_ char *line = NULL;
        const char *cursor = text, *end = text + length;
        bool main_section = false, said = false;

        while (next_line(&cursor, end, &line)) {
                char *name, *value;

                text_trim(line);
                if (*line == '[') {
                        main_section = text_equal(line, "[main]");
                        continue;
                }
                value = split(line, &name);
                if (!value || !main_section)
                        continue;
                if (text_equal(name, "proxy"))
                        said |= set(words, *value ? value : "none", 1);
                else if (text_equal(name, "proxy_username") || text_equal(name, "proxy_password"))
                        words->credentials |= *value != '\0';
        }
        return said;
}
