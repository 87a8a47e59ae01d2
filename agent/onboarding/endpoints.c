#include "agent/onboarding/endpoints.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

/* Where published lists and packages agree; vortexGeoLocation has the first word. */
static const struct {
        const char *geo, *events, *protection;
} geographies[] = {
        { "US", "us", "unitedstates" },
        { "EU", "eu", "europe" },
        { "UK", "uk", "unitedkingdom" },
        { "AU", "au", "australia" },
};

static void add(Endpoints *endpoints, const char *host, const char *path, const char *what, bool needed)
{
        Endpoint *endpoint = &endpoints->items[endpoints->n];
        size_t i;

        if (!*host || endpoints->n == ENDPOINTS_MAX || strlen(host) >= sizeof(endpoint->host))
                return;
        for (i = 0; i < endpoints->n; i++)
                if (text_equal_nocase(endpoints->items[i].host, host))
                        return;
        *endpoint = (Endpoint){ .path = path, .what = what, .needed = needed };
        snprintf(endpoint->host, sizeof(endpoint->host), "%s", host);
        endpoints->n++;
}

/* Gateways of these clouds are named by them also where they stand below microsoft.com. */
static bool is_government(const OnboardingPackage *package)
{
        const char *host = package->edr_host;

        return text_starts_with(package->geo, "FFL") || text_ends_with(host, ".us") || strstr(host, "usgovcloud") ||
               strstr(host, "-usgv") || strstr(host, "-usgt");
}

static void add_geography(Endpoints *endpoints, const OnboardingPackage *package, const char *events,
                          const char *protection)
{
        char host[ENDPOINT_HOST_MAX];

        snprintf(host, sizeof(host), "%s-v20.events.%s.microsoft.com", events,
                 package->streamlined ? "endpoint.security" : "data");
        if (!*package->events_host)
                add(endpoints, host, "/", "events", true);
        if (package->streamlined)
                snprintf(host, sizeof(host), "mdav.%s.endpoint.security.microsoft.com", events);
        else
                snprintf(host, sizeof(host), "%s.x.cp.wd.microsoft.com", protection);
        add(endpoints, host, package->streamlined ? "/mdav/test" : "/api/report", "cloud protection", true);
        add(endpoints, "go.microsoft.com", "/fwlink/?linkid=2144709", "definitions", false);
        if (!package->streamlined)
                add(endpoints, "definitionupdates.microsoft.com", "/", "definitions", false);
}

void endpoints_make(const OnboardingPackage *package, Endpoints *ret)
{
        size_t i;

        *ret = (Endpoints){ .government = is_government(package) };
        add(ret, package->edr_host, "/", "commands", true);
        add(ret, package->events_host, "/", "events", true);
        add(ret, package->ticket_host, "/", "registration of events", false);
        for (i = 0; i < ELEMENTSOF(geographies) && !ret->government; i++)
                if (text_equal_nocase(package->geo, geographies[i].geo))
                        add_geography(ret, package, geographies[i].events, geographies[i].protection);
}

bool endpoint_knows_issuer(const Endpoint *endpoint, const char *issuer_cn)
{
        static const char *const issuers[] = { "Microsoft", "DigiCert", "GeoTrust", "Baltimore" };
        size_t i;

        if (!endpoint->needed || !*issuer_cn ||
            (!text_ends_with(endpoint->host, ".microsoft.com") && !text_ends_with(endpoint->host, ".microsoft.us")))
                return true;
        for (i = 0; i < ELEMENTSOF(issuers); i++)
                if (strcasestr(issuer_cn, issuers[i]))
                        return true;
        return false;
}
