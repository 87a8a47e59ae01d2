/*
 * proxy_use: which proxy a run goes through, by what is asked and what this machine is told. Pure.
 */
#pragma once

#include "agent/facts.h"
#include "agent/request.h"

typedef struct ProxyUse {
        const char *url;         /* of our own downloads; NULL: none. Borrowed from request and facts */
        const char *manager_url; /* what the package manager is given; NULL: it goes as it is configured */
        const char *source;      /* what names it: "the setting proxy", a file */
        const char *own_source;  /* what the package manager goes by itself, whatever url is; NULL: it has none */
        const char *firm_source; /* what it may go by in spite of manager_url, as it names another; NULL: nothing */
        char exceptions[PROXY_EXCEPTIONS_MAX]; /* the hosts that are reached without one */
} ProxyUse;

/* The setting goes first. */
void proxy_use_make(const Request *request, const Facts *facts, ProxyUse *ret);

/*
 * Towards another host than the package server: by its own name, and never by the package manager's own proxy, which
 * may be a cache of packages. url: NULL when it is not known yet; then ret->exceptions decide.
 */
void proxy_use_for(const Request *request, const Facts *facts, const char *url, ProxyUse *ret);

/*
 * A failure to reach something: names the proxy that whoever failed (Failure.by_manager) went through, or one that was
 * not used, before what was found. Once: Failure.way_told.
 */
void proxy_use_tell(const ProxyUse *use, const Facts *facts, Failure *failure);
