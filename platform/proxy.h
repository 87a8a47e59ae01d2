/*
 * proxy: which proxy this machine's own configuration names for https to the package server.
 *
 * Only plain ones, http://HOST:PORT, are of use to us and to the sensor. One with a name and password in it is passed
 * over: those would have to stand in the environment of programs or in logs. So is one of another kind (socks, a PAC
 * file, a program that finds one out). What of it is kept is plain characters; a password never is.
 */
#pragma once

#include "platform/packages/manager_words.h"
#include "platform/host.h"

#define PROXY_URL_MAX 300
#define PROXY_SOURCE_MAX 200
#define PROXY_SERVER_MAX 256
#define PROXY_VALUE_MAX 1024
#define PROXY_EXCEPTIONS_MAX 1024
#define PROXY_FINDINGS_MAX 8

typedef enum ProxyKind {
        PROXY_NONE,
        PROXY_USABLE,
        PROXY_PASSWORD, /* a name and password stand in it */
        PROXY_UNUSABLE, /* another scheme, or no URL at all */
        PROXY_DIRECT,   /* it is said that there is none */
} ProxyKind;

typedef struct ProxyValue {
        ProxyKind kind;
        char url[PROXY_URL_MAX]; /* PROXY_USABLE: "http://host:port"; else "" */
        char scheme[24];         /* PROXY_UNUSABLE: "socks5"; "": no URL */
} ProxyValue;

/* A file that names one. */
typedef struct ProxyFinding {
        ProxyValue value;
        char source[PROXY_SOURCE_MAX]; /* the file; escaped */
        bool own;                      /* the package manager reads it by itself */
        bool firm;                     /* it may, and then whatever it is given does not count */
} ProxyFinding;

typedef struct ProxyFindings {
        ProxyFinding items[PROXY_FINDINGS_MAX]; /* in the order in which they count */
        size_t n;
        char exceptions[PROXY_EXCEPTIONS_MAX]; /* of all files: "localhost,.example.com": reached without a proxy */
} ProxyFindings;

typedef struct Proxy {
        char server[PROXY_SERVER_MAX]; /* the package server that was looked for; "": not looked */
        char url[PROXY_URL_MAX];       /* of our own downloads; "": none that is of use */
        char source[PROXY_SOURCE_MAX]; /* what names it */
        bool own;                      /* the package manager has one, or is told to use none: it is given none */
        char own_source[PROXY_SOURCE_MAX];
        char firm_url[PROXY_URL_MAX]; /* what the package manager may go by whatever it is given; "": no plain one */
        char firm_source[PROXY_SOURCE_MAX]; /* "": nothing */
        char machine_url[PROXY_URL_MAX]; /* what is named for everybody on this machine, the package manager's own aside
                                          */
        char machine_source[PROXY_SOURCE_MAX];
        char exceptions[PROXY_EXCEPTIONS_MAX];
        ProxyKind passed; /* the first that was passed over, and why: PASSWORD, UNUSABLE; else NONE */
        char passed_scheme[24];
        char passed_source[PROXY_SOURCE_MAX];
} Proxy;

/* As it stands in a file: "http://proxy:3128/", "proxy:3128", "DIRECT", ... A port that is not told is 80. */
void proxy_read_value(const char *text, ProxyValue *ret);

/* The first that is of use; the package manager's own goes first. ret->server is "". */
void proxy_choose(const ProxyFindings *findings, Proxy *ret);

/* Is this host reached through a proxy? Never this machine, its link, and the platform's own address; nor "". */
bool proxy_is_for(const char *server, const char *exceptions);

/* Does such a list name this host, or a domain above it? */
bool proxy_is_excepted(const char *server, const char *exceptions);

/* The exceptions, with this machine and its link, and without those that would except server; NULL: with all. */
void proxy_exceptions_make(const char *exceptions, const char *server, char ret[PROXY_EXCEPTIONS_MAX]);

/* Adds a list as somebody wrote it, commas or blanks between; what is no host or domain is left out. */
void proxy_add_exceptions(const char *list, char exceptions[PROXY_EXCEPTIONS_MAX]);

/* The host of a URL, without credentials, port and brackets. */
void proxy_server_of(const char *url, char server[PROXY_SERVER_MAX]);

/* By the files of this machine. url: the package server's. Never fails: what cannot be read names none. */
void proxy_look(const Host *host, PackageManagerId manager, const char *url, Proxy *ret);
