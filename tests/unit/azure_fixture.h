/*
 * azure_fixture: a machine whose metadata services and Resource Manager are child processes that take no request but
 * the right ones: any other is answered with 418 and what was asked.
 */
#pragma once

#include "tests/unit/http_fixture.h"

#define SUBSCRIPTION "11111111-2222-3333-4444-555555555555"
#define RESOURCE_ID                                                                                                    \
        "/subscriptions/" SUBSCRIPTION "/resourceGroups/group/providers/Microsoft.Compute/virtualMachines/machine"
#define COMPUTE                                                                                                        \
        "{\"azEnvironment\": \"AzurePublicCloud\", \"location\": \"westeurope\", \"name\": \"machine\", "              \
        "\"resourceId\": \"" RESOURCE_ID "\", \"subscriptionId\": \"" SUBSCRIPTION                                     \
        "\", \"tagsList\": [{\"name\": \"ExcludeMdeAutoUpdate\", \"value\": \"true\"}], \"vmId\": \"aaaa\"}"
#define IMDS_COMPUTE "/metadata/instance/compute?api-version=2021-02-01"
#define HIMDS_COMPUTE "/metadata/instance/compute?api-version=2020-06-01"
#define OAUTH "/metadata/identity/oauth2/token?api-version="
#define IMDS_TOKEN OAUTH "2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F"
#define HIMDS_TOKEN OAUTH "2020-06-01&resource=https%3A%2F%2Fmanagement.azure.com%2F"
#define AUDIENCE "https://management.azure.com/"
#define TOKEN "eyJ.secret-token.x"
#define TOKEN_ANSWER "{\"access_token\": \"" TOKEN "\", \"expires_in\": \"86399\", \"token_type\": \"Bearer\"}"
#define ASSET_TAG_FILE "/sys/class/dmi/id/chassis_asset_tag"
#define ASSET_TAG "7783-7084-3265-9085-8269-3286-77\n"

/* The first row that fits a request answers it. */
typedef struct Page {
        const char *target;
        const char *status;        /* "200 OK" */
        const char *body;          /* NULL: "" */
        const char *headers;       /* each with its CR LF; NULL: none */
        const char *authorization; /* that has to come; NULL: none may */
        int times;                 /* 0: always */
} Page;

#define PAGES(...) ((const Page[]){ __VA_ARGS__, { 0 } })

typedef struct Azure {
        Fixture *fixture;
        Host *host;
        Server servers[3];
        size_t n_servers;
        char *urls[3];
} Azure;

static inline const char *page_header(const char *request, const char *name, char value[512])
{
        _cleanup_free_ char *start = text_format("\r\n%s: ", name);
        const char *at = strcasestr(request, start);

        if (!at)
                return NULL;
        at += strlen(start);
        snprintf(value, 512, "%.*s", (int)strcspn(at, "\r"), at);
        return value;
}

/* What no request of ours may or must have. */
static inline bool page_manners(const char *request, bool metadata)
{
        static const char *const never[] = { "X-Forwarded-For",  "Via",       "Proxy-Authorization",
                                             "Proxy-Connection", "Forwarded", "Cookie" };
        char value[512];
        size_t i;

        for (i = 0; i < ELEMENTSOF(never); i++)
                if (page_header(request, never[i], value))
                        return false;
        return text_equal(page_header(request, "Metadata", value), metadata ? "true" : NULL) &&
               text_equal(page_header(request, "Accept", value), "application/json");
}

static inline char *page_answer(const Page *pages, int *used, const char *request, bool metadata)
{
        char target[1024] = "", value[512];
        const Page *page;

        if (sscanf(request, "GET %1023s HTTP/1.1", target) == 1 && page_manners(request, metadata))
                for (page = pages; page->target; page++) {
                        int *n = &used[page - pages];

                        if (!text_equal(target, page->target) || (page->times && *n >= page->times) ||
                            !text_equal(page->authorization, page_header(request, "Authorization", value)))
                                continue;
                        ++*n;
                        return text_format("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                                           page->status, page->headers ? page->headers : "",
                                           page->body ? strlen(page->body) : 0, page->body ? page->body : "");
                }
        return text_format("HTTP/1.1 418 Unexpected\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                           strlen(target), target);
}

static inline void page_talk(int fd, SSL *ssl, const Page *pages, int *used)
{
        char request[8192];
        int length = 0, n;

        while ((n = ssl ? SSL_read(ssl, request + length, (int)sizeof(request) - 1 - length)
                        : (int)read(fd, request + length, sizeof(request) - 1 - (size_t)length)) > 0) {
                length += n;
                request[length] = '\0';
                if (strstr(request, "\r\n\r\n")) {
                        _cleanup_free_ char *answer = page_answer(pages, used, request, !ssl);

                        if (ssl)
                                SSL_write(ssl, answer, (int)strlen(answer));
                        else if (write(fd, answer, strlen(answer)) < 0)
                                _exit(1);
                        return;
                }
        }
}

static inline _noreturn_ void page_run(int listener, const Identity *who, const Page *pages)
{
        SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
        int used[64] = { 0 };

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        if (who && (SSL_CTX_use_certificate(ctx, who->certificate) != 1 || SSL_CTX_use_PrivateKey(ctx, who->key) != 1))
                _exit(1);
        for (;;) {
                int fd = accept(listener, NULL, NULL);
                SSL *ssl = who ? SSL_new(ctx) : NULL;

                if (!ssl || (SSL_set_fd(ssl, fd) && SSL_accept(ssl) == 1))
                        page_talk(fd, ssl, pages, used);
                if (ssl)
                        SSL_shutdown(ssl);
                SSL_free(ssl);
                close(fd);
        }
}

/* Returns its address. */
static inline const char *azure_serve(Azure *azure, const Identity *who, const Page *pages)
{
        Server server;
        int listener = server_listen(&server.port);
        char *url = text_format("%s://localhost:%d", who ? "https" : "http", server.port);

        server.pid = fork();
        assert_true(server.pid >= 0);
        if (server.pid == 0)
                page_run(listener, who, pages);
        close(listener);
        azure->servers[azure->n_servers] = server;
        azure->urls[azure->n_servers++] = url;
        return url;
}

static inline const char *azure_nobody(void)
{
        static char url[64];
        int port;

        close(server_listen(&port));
        snprintf(url, sizeof(url), "http://localhost:%d", port);
        return url;
}

static inline Azure azure_open(void **state)
{
        Azure azure = { .fixture = fixture(state) };

        azure.host = &azure.fixture->scratch->host;
        azure.host->imds_url = azure.host->himds_url = azure_nobody();
        azure.host->arm_url = NULL;
        return azure;
}

static inline void azure_close(Azure *azure)
{
        while (azure->n_servers > 0) {
                server_stop(&azure->servers[--azure->n_servers]);
                free(azure->urls[azure->n_servers]);
        }
}

#define _cleanup_azure_ _cleanup_(azure_close)

static inline void assert_told(const Failure *failure, ReasonId reason, const char *words)
{
        if (failure->reason != reason || !strstr(failure->found, words))
                fail_msg("expected %s \"%s\", not %s \"%s\"", reason_get(reason)->id, words,
                         reason_get(failure->reason)->id, failure->found);
        assert_null(strstr(failure->found, "secret"));
}
