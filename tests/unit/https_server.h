/*
 * https_server: a child process that answers on loopback with one certificate, well and badly.
 *
 * One connection at a time, kept open between requests. It ends with the test that started it.
 */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include <openssl/ssl.h>

#include "tests/unit/identity.h"

typedef struct Server {
        pid_t pid;
        int port;
} Server;

typedef enum ServerKind {
        SERVER_HTTPS,
        SERVER_OLD_TLS,  /* no newer than 1.1 */
        SERVER_HANGS_UP, /* as soon as it is connected */
        SERVER_MUTE,     /* accepts and never says a word */
        SERVER_PROXY     /* answers 407 to everything, without TLS */
} ServerKind;

typedef struct ServerState {
        int connections, unready;
} ServerState;

/* Listens on a free port of 127.0.0.1. */
static inline int server_listen(int *ret_port)
{
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t size = sizeof(address);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
        assert_int_equal(listen(fd, 8), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
        *ret_port = ntohs(address.sin_port);
        return fd;
}

static inline char *server_date(int64_t when)
{
        char text[64];
        time_t t = (time_t)when;
        struct tm tm;

        strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&t, &tm));
        return text_copy(text);
}

static inline void server_page(SSL *ssl, const char *status, const char *headers, const char *body)
{
        _cleanup_free_ char *date = server_date(time(NULL));
        _cleanup_free_ char *answer =
                text_format("HTTP/1.1 %s\r\n%s%s%s%sContent-Length: %zu\r\n\r\n%s", status,
                            strstr(headers, "Date:") ? "" : "Date: ", strstr(headers, "Date:") ? "" : date,
                            strstr(headers, "Date:") ? "" : "\r\n", headers, strlen(body), body);

        SSL_write(ssl, answer, (int)strlen(answer));
}

static inline void server_large(SSL *ssl)
{
        _cleanup_free_ char *body = text_allocate(100001);

        memset(body, 'x', 100000);
        server_page(ssl, "200 OK", "", body);
}

/* A GiB, as far as anybody takes it. */
static inline void server_endless(SSL *ssl, const char *status)
{
        _cleanup_free_ char *start = text_format("HTTP/1.1 %s\r\nContent-Length: 1073741824\r\n\r\n", status);
        static char block[65536];
        int i;

        SSL_write(ssl, start, (int)strlen(start));
        for (i = 0; i < 16384 && SSL_write(ssl, block, sizeof(block)) > 0; i++)
                ;
}

/* As many as anybody takes. */
static inline void server_headers(SSL *ssl, int n)
{
        static const char start[] = "HTTP/1.1 200 OK\r\n", end[] = "Content-Length: 2\r\n\r\nok";
        char line[1001] = "X: ";

        memset(line + 3, 'x', 995);
        memcpy(line + 998, "\r\n", 3);
        SSL_write(ssl, start, (int)strlen(start));
        while (n-- > 0 && SSL_write(ssl, line, 1000) > 0)
                ;
        SSL_write(ssl, end, (int)strlen(end));
}

/* What depends on the time, on the request or on those before it. False: hang up. */
static inline bool server_special(SSL *ssl, const char *path, const char *request, ServerState *server)
{
        _cleanup_free_ char *text = NULL, *date = NULL;

        if (text_equal(path, "/connections")) {
                text = text_format("%d", server->connections);
                server_page(ssl, "200 OK", "", text);
        } else if (text_equal(path, "/unready")) {
                bool ready = ++server->unready > 2;

                server_page(ssl, ready ? "200 OK" : "503 Service Unavailable", ready ? "" : "Retry-After: 0\r\n",
                            ready ? "ready" : "");
        } else if (text_equal(path, "/skewed") || text_equal(path, "/skewed-404") ||
                   text_equal(path, "/skewed-in-a-cache")) {
                date = server_date(time(NULL) - 7200);
                text = text_format("%sDate: %s\r\n", strstr(path, "cache") ? "Age: 7190\r\n" : "", date);
                server_page(ssl, strstr(path, "404") ? "404 Not Found" : "200 OK", text, "late");
        } else if (text_equal(path, "/retry-at")) {
                date = server_date(time(NULL) + 3600);
                text = text_format("Retry-After: %s\r\n", date);
                server_page(ssl, "503 Service Unavailable", text, "");
        } else if (text_equal(path, "/request"))
                server_page(ssl, "200 OK", "", request);
        else if (text_equal(path, "/large"))
                server_large(ssl);
        else if (text_equal(path, "/endless") || text_equal(path, "/endless-404"))
                server_endless(ssl, text_equal(path, "/endless") ? "200 OK" : "404 Not Found");
        else if (text_equal(path, "/headers") || text_equal(path, "/endless-headers"))
                server_headers(ssl, text_equal(path, "/headers") ? 200 : 270);
        else if (text_equal(path, "/cut") || text_equal(path, "/stall")) {
                SSL_write(ssl, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789", 49);
                return text_equal(path, "/stall");
        } else
                server_page(ssl, "404 Not Found", "", "nothing of this name\nsecond line\n");
        return true;
}

static inline bool server_answer(SSL *ssl, const char *request, ServerState *server)
{
        static const struct {
                const char *path, *status, *headers, *body;
        } pages[] = {
                { "/ok", "200 OK", "", "hello" },
                { "/empty", "200 OK", "", "" },
                { "/no-content", "204 No Content", "", "" },
                { "/html-404", "404 Not Found", "",
                  "\n<!DOCTYPE html><html><head><TITLE> No \"such\" page\n</TITLE></head></html>" },
                { "/untitled-403", "403 Forbidden", "", "<html><body>no</body></html>" },
                { "/slow-down", "429 Too Many Requests", "Retry-After: 86400\r\n", "later" },
                { "/challenge", "401 Unauthorized",
                  "WWW-Authenticate: Basic realm=/a.key\r\nWWW-Authenticate: other\r\n", "{\"error\": \"why\"}" },
                { "/to-ok", "302 Found", "Location: /ok\r\n", "moved" },
                { "/to-404", "302 Found", "Location: /html-404?sig=secret\r\n", "moved" },
                { "/to-http", "302 Found", "Location: http://localhost/ok\r\n", "moved" },
                { "/to-file", "302 Found", "Location: file:///etc/passwd\r\n", "moved" },
                { "/loop", "302 Found", "Location: /loop\r\n", "moved" },
        };
        char path[128] = "";
        size_t i;

        if (sscanf(request, "%*[A-Z] %127[^ ?]", path) != 1)
                return false;
        for (i = 0; i < ELEMENTSOF(pages); i++)
                if (text_equal(path, pages[i].path)) {
                        server_page(ssl, pages[i].status, pages[i].headers, pages[i].body);
                        return true;
                }
        return server_special(ssl, path, request, server);
}

static inline void server_talk(SSL *ssl, ServerState *server)
{
        char request[4096];
        int length = 0, n;

        if (SSL_accept(ssl) != 1)
                return;
        server->connections++;
        while ((n = SSL_read(ssl, request + length, (int)sizeof(request) - 1 - length)) > 0) {
                length += n;
                request[length] = '\0';
                if (!strstr(request, "\r\n\r\n"))
                        continue;
                if (!server_answer(ssl, request, server))
                        return;
                length = 0;
        }
}

static inline void server_refuse(int fd)
{
        static const char answer[] = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        char request[4096];

        if (read(fd, request, sizeof(request)) > 0 && write(fd, answer, sizeof(answer) - 1) < 0)
                _exit(1);
}

static inline _noreturn_ void server_run(int listener, ServerKind kind, const Identity *who)
{
        SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
        ServerState server = { 0 };

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        if (kind == SERVER_OLD_TLS &&
            (!SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION) || !SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION)))
                _exit(1);
        SSL_CTX_set_security_level(ctx, kind == SERVER_OLD_TLS ? 0 : SSL_CTX_get_security_level(ctx));
        if (who && (SSL_CTX_use_certificate(ctx, who->certificate) != 1 || SSL_CTX_use_PrivateKey(ctx, who->key) != 1))
                _exit(1);
        for (;;) {
                int fd = accept(listener, NULL, NULL);
                SSL *ssl = SSL_new(ctx);
                char byte;

                if (kind == SERVER_HTTPS || kind == SERVER_OLD_TLS) {
                        SSL_set_fd(ssl, fd);
                        server_talk(ssl, &server);
                } else if (kind == SERVER_PROXY)
                        server_refuse(fd);
                else if (kind == SERVER_MUTE)
                        while (read(fd, &byte, 1) > 0)
                                ;
                SSL_free(ssl);
                close(fd);
        }
}

/* who NULL: for the kinds without TLS. */
static inline Server server_start(ServerKind kind, const Identity *who)
{
        Server server;
        int listener = server_listen(&server.port);

        server.pid = fork();
        assert_true(server.pid >= 0);
        if (server.pid == 0)
                server_run(listener, kind, who);
        close(listener);
        return server;
}

static inline void server_stop(Server *server)
{
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
}
