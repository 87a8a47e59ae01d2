/*
 * preflight: are the hosts that the sensor of an onboarding package talks to reached, the way the sensor will go: by
 * its own proxy, else by none? And where none leads to them: does the machine's proxy, which the sensor is not told of?
 */
#pragma once

#include "agent/facts.h"
#include "agent/onboarding/endpoints.h"
#include "agent/request.h"
#include "platform/http_probe.h"

typedef struct Preflight {
        Endpoints endpoints;
        HttpProbe probes[ENDPOINTS_MAX];
        char *urls[ENDPOINTS_MAX];
        char proxy[PROXY_URL_MAX]; /* "": none */
        const char *source;        /* what names it */
        char exceptions[PROXY_EXCEPTIONS_MAX];
        bool around[ENDPOINTS_MAX]; /* not reached, but by the machine's proxy */
} Preflight;

void preflight_clear(Preflight *preflight);

/* Of request->onboarding, which is there. *ret is not cleared. */
void preflight_prepare(Preflight *ret, const Request *request, const Facts *facts);

/* Asks those that were not reached yet, all at once. Errors as of http_probe_all(). */
int preflight_ask(Preflight *preflight, const Host *host, Deadline until, Error *err) _must_check_;

/* Fills around. -1: stopped. */
int preflight_ask_around(Preflight *preflight, const Host *host, const Proxy *machine, Deadline until,
                         Error *err) _must_check_;

size_t preflight_count_missing(const Preflight *preflight, bool needed_only);
size_t preflight_count_around(const Preflight *preflight);

/* What the words of a transfer do not say: what that means for the sensor, to follow them; or "". */
const char *preflight_meaning(const HttpProbe *probe);
