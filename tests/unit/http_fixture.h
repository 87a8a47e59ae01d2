/*
 * http_fixture: a machine that trusts two authorities, a server that one of them signed, and ways to ask it.
 */
#pragma once

#include "tests/unit/scratch.h"

#include "platform/http.h"
#include "tests/unit/https_server.h"

typedef struct Fixture {
        Scratch *scratch; /* its host trusts the machine's authority and, by ca_file, ours */
        Identity machine, ours, foreign;
        Identity good, stranger, elsewhere, expired, future, local;
        Server server; /* with the good certificate */
} Fixture;

static volatile sig_atomic_t stop;

static inline void make_server_identity(Identity *ret, const char *names, const Identity *issuer, int64_t not_after)
{
        make_identity(ret, &(IdentitySpec){ .cn = "server",
                                            .key = make_key(EVP_PKEY_EC),
                                            .issuer = issuer,
                                            .not_before = 1000000000,
                                            .not_after = not_after,
                                            .names = names });
}

static inline void make_authority(Identity *ret, const char *cn)
{
        make_identity(ret, &(IdentitySpec){ .cn = cn,
                                            .key = make_key(EVP_PKEY_EC),
                                            .not_before = 1000000000,
                                            .not_after = time(NULL) + 86400,
                                            .authority = true });
}

static inline int setup(void **state)
{
        Fixture *f = text_allocate(sizeof(*f));
        int64_t tomorrow = time(NULL) + 86400;

        scratch_open((void **)&f->scratch);
        make_authority(&f->machine, "Machine CA");
        make_authority(&f->ours, "Our CA");
        make_authority(&f->foreign, "Prying Proxy CA");
        make_server_identity(&f->good, "DNS:localhost", &f->ours, tomorrow);
        make_server_identity(&f->local, "DNS:localhost", &f->machine, tomorrow);
        make_server_identity(&f->stranger, "DNS:localhost", &f->foreign, tomorrow);
        make_server_identity(&f->elsewhere, "DNS:elsewhere.test", &f->ours, tomorrow);
        make_server_identity(&f->expired, "DNS:localhost", &f->ours, 1100000000);
        make_identity(&f->future, &(IdentitySpec){ .cn = "server",
                                                   .key = make_key(EVP_PKEY_EC),
                                                   .issuer = &f->ours,
                                                   .not_before = tomorrow - 3600,
                                                   .not_after = tomorrow,
                                                   .names = "DNS:localhost" });
        scratch_write(f->scratch, "/etc/ssl/certs/ca-certificates.crt", f->machine.certificate_pem);
        scratch_write(f->scratch, "/etc/ours.pem", f->ours.certificate_pem);
        f->scratch->host.ca_file = "/etc/ours.pem";
        f->scratch->host.stop = &stop;
        f->server = server_start(SERVER_HTTPS, &f->good);
        *state = f;
        return 0;
}

static inline int teardown(void **state)
{
        Fixture *f = *state;
        Identity *identities[] = { &f->machine,  &f->ours,      &f->foreign, &f->good,  &f->local,
                                   &f->stranger, &f->elsewhere, &f->expired, &f->future };
        size_t i;

        server_stop(&f->server);
        for (i = 0; i < ELEMENTSOF(identities); i++)
                identity_clear(identities[i]);
        scratch_close((void **)&f->scratch);
        free(f);
        return 0;
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

/* Of the fixture's host and server unless said otherwise. */
typedef struct Ask {
        const Fixture *fixture;
        const Host *host;
        int port;
        const char *path, *url; /* url: instead of port and path */
        const char *proxy;
        size_t max_bytes;  /* 0: 64 KiB */
        int64_t within_ms; /* 0: 20 s */
        int tries;
        long stall_s;
        void (*on_wait)(const char *text, void *userdata);
        void *userdata;
} Ask;

static inline int ask(const Ask *ask, HttpResponse *response, Error *err)
{
        _cleanup_free_ char *url = ask->url ? text_copy(ask->url)
                                            : text_format("https://localhost:%d%s",
                                                          ask->port ? ask->port : ask->fixture->server.port, ask->path);
        HttpSpec spec = {
                .url = url,
                .proxy = ask->proxy,
                .max_bytes = ask->max_bytes ? ask->max_bytes : 65536,
                .deadline = deadline_in(ask->within_ms ? ask->within_ms : 20000),
                .tries = ask->tries,
                .stall_s = ask->stall_s,
                .on_wait = ask->on_wait,
                .userdata = ask->userdata,
        };

        _cleanup_(http_client_freep) HttpClient *client =
                http_client_new(ask->host ? ask->host : &ask->fixture->scratch->host);

        return http_client_get(client, &spec, response, err);
}

static inline void assert_answer(const Ask *what, const char *body)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        if (ask(what, &response, &err) < 0)
                fail_msg("%s", err.text);
        assert_string_equal(response.body, body);
        assert_int_equal(response.length, strlen(body));
        assert_int_equal(response.status, 200);
}

static inline void assert_failure(const Ask *what, ErrorKind kind, HttpStage stage, const char *words)
{
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        assert_int_equal(ask(what, &response, &err), -1);
        if (err.kind != kind || response.failed_at != stage || !strstr(err.text, words))
                fail_msg("expected %s at stage %d \"%s\", not %s at %d \"%s\"", error_kind_name(kind), (int)stage,
                         words, error_kind_name(err.kind), (int)response.failed_at, err.text);
        assert_null(response.body);
        assert_null(strstr(err.text, "secret"));
}

/* How long it has to be let on this machine, under its present load, to come to that stage (which it does not leave):
 * twice the least that was seen to be enough. */
static inline int64_t enough_ms(Ask what, HttpStage stage)
{
        for (what.within_ms = 100; what.within_ms < 20000; what.within_ms *= 2) {
                _cleanup_(http_response_clear) HttpResponse response = { 0 };
                Error err = { 0 };

                assert_int_equal(ask(&what, &response, &err), -1);
                if (response.failed_at == stage)
                        break;
        }
        return what.within_ms * 2;
}

static inline Fixture *fixture(void **state)
{
        stop = 0;
        return *state;
}

#define ASK(f, ...) (&(Ask){ .fixture = f, __VA_ARGS__ })
