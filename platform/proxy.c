/*
 * The choice, and what a value means. The files themselves are proxy_look.c's and proxy_words.c's.
 */
#include "platform/proxy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "platform/base/text.h"

#define PORT_NOT_TOLD 80

static const char host_bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";

/* This machine, its link, and the address by which Azure's platform answers. */
static const char *const always[] = { "localhost", "127.0.0.1", "::1", "169.254.169.254", "168.63.129.16" };

static void unusable(const char *scheme, size_t length, ProxyValue *ret)
{
        ret->kind = PROXY_UNUSABLE;
        if (length < sizeof(ret->scheme) && strspn(scheme, host_bytes) >= length)
                snprintf(ret->scheme, sizeof(ret->scheme), "%.*s", (int)length, scheme);
}

static bool is_host(const char *host)
{
        size_t length = strlen(host);

        if (*host == '[')
                return length > 2 && host[length - 1] == ']' &&
                       strspn(host + 1, "0123456789abcdefABCDEF:.") == length - 2;
        return length > 0 && strspn(host, host_bytes) == length;
}

/* HOST, HOST:PORT, [ADDRESS]:PORT */
static void read_authority(char *authority, ProxyValue *ret)
{
        char *bracket = strrchr(authority, ']'), *colon = strrchr(bracket ? bracket : authority, ':');
        int64_t port = PORT_NOT_TOLD;
        int n;

        if (colon && colon[1] && !text_to_int64(colon + 1, 1, 65535, &port)) {
                unusable("", 0, ret);
                return;
        }
        if (colon)
                *colon = '\0';
        if (!is_host(authority)) {
                unusable("", 0, ret);
                return;
        }
        n = snprintf(ret->url, sizeof(ret->url), "http://%s:%d", authority, (int)port);
        ret->kind = n > 0 && (size_t)n < sizeof(ret->url) ? PROXY_USABLE : PROXY_UNUSABLE;
        if (ret->kind != PROXY_USABLE)
                ret->url[0] = '\0';
}

static bool says_none(const char *text)
{
        static const char *const words[] = { "DIRECT", "none", "_none_", "false" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(words); i++)
                if (text_equal_nocase(text, words[i]))
                        return true;
        return false;
}

void proxy_read_value(const char *text, ProxyValue *ret)
{
        _cleanup_free_ char *plain = text_trim(text_copy(text)), *authority = NULL;
        const char *scheme = strstr(plain, "://"), *start = scheme ? scheme + 3 : plain;
        size_t length = strcspn(start, "/?#");

        *ret = (ProxyValue){ 0 };
        if (!*plain)
                return;
        if (says_none(plain)) {
                ret->kind = PROXY_DIRECT;
                return;
        }
        if (memchr(start, '@', strlen(start))) {
                ret->kind = PROXY_PASSWORD;
                return;
        }
        if (scheme && !(scheme - plain == 4 && strncasecmp(plain, "http", 4) == 0)) {
                unusable(plain, (size_t)(scheme - plain), ret);
                return;
        }
        if (start[length] && start[length + 1]) {
                unusable("PAC", 3, ret); /* a document that says which */
                return;
        }
        authority = text_copy_n(start, length);
        read_authority(authority, ret);
}

static void choose_for_everybody(const ProxyFindings *findings, Proxy *ret)
{
        size_t i;

        for (i = 0; i < findings->n; i++) {
                const ProxyFinding *found = &findings->items[i];

                if (found->own || found->value.kind != PROXY_USABLE)
                        continue;
                snprintf(ret->machine_url, sizeof(ret->machine_url), "%s", found->value.url);
                snprintf(ret->machine_source, sizeof(ret->machine_source), "%s", found->source);
                return;
        }
}

static void choose_firm(const ProxyFindings *findings, Proxy *ret)
{
        size_t i;

        for (i = 0; i < findings->n && !*ret->firm_source; i++) {
                const ProxyFinding *found = &findings->items[i];

                if (!found->firm)
                        continue;
                snprintf(ret->firm_url, sizeof(ret->firm_url), "%s", found->value.url);
                snprintf(ret->firm_source, sizeof(ret->firm_source), "%s", found->source);
        }
}

void proxy_choose(const ProxyFindings *findings, Proxy *ret)
{
        size_t i;

        *ret = (Proxy){ 0 };
        snprintf(ret->exceptions, sizeof(ret->exceptions), "%s", findings->exceptions);
        choose_for_everybody(findings, ret);
        choose_firm(findings, ret);
        for (i = 0; i < findings->n; i++) {
                const ProxyFinding *found = &findings->items[i];

                if (found->own && !ret->own) {
                        ret->own = true;
                        snprintf(ret->own_source, sizeof(ret->own_source), "%s", found->source);
                }
                if (found->own && found->value.kind == PROXY_DIRECT)
                        return;
                if (found->value.kind == PROXY_USABLE) {
                        snprintf(ret->url, sizeof(ret->url), "%s", found->value.url);
                        snprintf(ret->source, sizeof(ret->source), "%s", found->source);
                        return;
                }
                if (found->value.kind != PROXY_DIRECT && !ret->passed) {
                        ret->passed = found->value.kind;
                        snprintf(ret->passed_scheme, sizeof(ret->passed_scheme), "%s", found->value.scheme);
                        snprintf(ret->passed_source, sizeof(ret->passed_source), "%s", found->source);
                }
        }
}

/* --- exceptions ---------------------------------------------------------------------------------------- */

void proxy_server_of(const char *url, char server[PROXY_SERVER_MAX])
{
        const char *scheme = strstr(url, "://"), *start = scheme ? scheme + 3 : url, *at;
        _cleanup_free_ char *authority = text_copy_n(start, strcspn(start, "/?#")), *shown = NULL;

        at = strrchr(authority, '@');
        at = at ? at + 1 : authority;
        at += *at == '[';
        authority[(size_t)(at - authority) + strcspn(at, at > authority && at[-1] == '[' ? "]" : ":")] = '\0';
        shown = text_escape(at, PROXY_SERVER_MAX - 1);
        snprintf(server, PROXY_SERVER_MAX, "%s", shown);
}

static bool is_address_of_link(const char *host)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(always); i++)
                if (text_equal_nocase(host, always[i]))
                        return true;
        if (strncasecmp(host, "fe80:", 5) == 0 || (strlen(host) > 10 && text_ends_with(host, ".localhost")))
                return true;
        return (text_starts_with(host, "127.") || text_starts_with(host, "169.254.")) &&
               strspn(host, "0123456789.") == strlen(host);
}

/* A host, or a domain and all below it: "example.com", ".example.com", "*.example.com", "*". */
static bool excepts(const char *item, size_t length, const char *host)
{
        size_t n = strlen(host);

        if (length == 1 && *item == '*')
                return true;
        if (length > 1 && *item == '*') {
                item++;
                length--;
        }
        if (length > 1 && *item == '.') {
                item++;
                length--;
        }
        if (length == 0 || length > n || strncasecmp(host + n - length, item, length) != 0)
                return false;
        return length == n || host[n - length - 1] == '.';
}

static bool next_item(const char **cursor, const char **ret_item, size_t *ret_length)
{
        *cursor += strspn(*cursor, ", \t;");
        *ret_item = *cursor;
        *ret_length = strcspn(*cursor, ", \t;");
        *cursor += *ret_length;
        return *ret_length > 0;
}

bool proxy_is_excepted(const char *server, const char *exceptions)
{
        const char *item;
        size_t length;

        while (next_item(&exceptions, &item, &length))
                if (excepts(item, length, server))
                        return true;
        return false;
}

bool proxy_is_for(const char *server, const char *exceptions)
{
        return *server && !is_address_of_link(server) && !proxy_is_excepted(server, exceptions);
}

static bool has_item(const char *list, const char *wanted, size_t wanted_length)
{
        const char *item;
        size_t length;

        while (next_item(&list, &item, &length))
                if (length == wanted_length && strncasecmp(item, wanted, length) == 0)
                        return true;
        return false;
}

static void add_item(const char *item, size_t length, char exceptions[PROXY_EXCEPTIONS_MAX])
{
        size_t used = strlen(exceptions);

        if (used + length + 2 > PROXY_EXCEPTIONS_MAX || has_item(exceptions, item, length))
                return;
        snprintf(exceptions + used, PROXY_EXCEPTIONS_MAX - used, "%s%.*s", used ? "," : "", (int)length, item);
}

void proxy_add_exceptions(const char *list, char exceptions[PROXY_EXCEPTIONS_MAX])
{
        static const char bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:*/[]";
        const char *item;
        size_t length;

        while (next_item(&list, &item, &length))
                if (strspn(item, bytes) >= length)
                        add_item(item, length, exceptions);
}

void proxy_exceptions_make(const char *exceptions, const char *server, char ret[PROXY_EXCEPTIONS_MAX])
{
        const char *item;
        size_t length, i;

        ret[0] = '\0';
        for (i = 0; i < ELEMENTSOF(always); i++)
                add_item(always[i], strlen(always[i]), ret);
        while (next_item(&exceptions, &item, &length))
                if (!server || !excepts(item, length, server)) {
                        bool star = length > 2 && item[0] == '*' && item[1] == '.'; /* curl has no word for it */

                        add_item(item + star, length - star, ret);
                }
}
