/*
 * The network, the way packages and the sensor go: the package server by the machine's proxy, the sensor's endpoints
 * as its onboarding package names them, by the sensor's own.
 */
#include "agent/doctor/signs.h"

#include <string.h>

#include "agent/machine/proxy_use.h"
#include "agent/onboarding/preflight.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define ASK_MS 10000
#define ONBOARDING_FILE_MAX (1024 * 1024)
#define PAGE_MAX (64 * 1024)

static const char *const stages[] = {
        [HTTP_STAGE_NONE] = "",   [HTTP_STAGE_DNS] = "DNS",     [HTTP_STAGE_CONNECT] = "TCP",
        [HTTP_STAGE_TLS] = "TLS", [HTTP_STAGE_STATUS] = "HTTP", [HTTP_STAGE_TRANSFER] = "HTTP",
};

static Deadline soon(Deadline deadline)
{
        Deadline mine = deadline_in(ASK_MS);

        return deadline < mine ? deadline : mine;
}

/* The way that a run goes. What is answered does not matter, as long as the package server itself does. */
static void ask_packages(const Host *host, const Signs *signs, Deadline deadline, NetworkSigns *ret)
{
        const Request none = { .sequence = -1 };
        _cleanup_(http_client_freep) HttpClient *client = http_client_new(host);
        _cleanup_free_ char *url = text_format("%s/", host->packages_url);
        HttpSpec spec = { .url = url, .max_bytes = PAGE_MAX, .deadline = soon(deadline) };
        ProxyUse use;
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        ReachSign *sign = &ret->reach[ret->n++];
        Error err = { 0 };
        int r;

        proxy_use_make(signs->asked ? signs->asked : &none, &signs->facts, &use);
        spec.proxy = use.url;
        spec.no_proxy = use.exceptions;
        r = http_client_get(client, &spec, &response, &err);
        proxy_server_of(host->packages_url, sign->host);
        snprintf(sign->what, sizeof(sign->what), "packages");
        sign->needed = true;
        sign->reached = tri(r == 0 || (response.status != 0 && !response.proxy_failed));
        ret->has_clock = tri(response.has_date);
        ret->clock_skew_s = response.clock_skew_s;
        if (sign->reached == TRI_YES)
                return;
        snprintf(sign->stage, sizeof(sign->stage), "%s", stages[response.failed_at]);
        snprintf(sign->said, sizeof(sign->said), "%.*s", (int)sizeof(sign->said) - 1, err.text);
        sign->proxy_failed = response.proxy_failed;
        sign->starts_in_s = response.starts_in_s;
        sign->intercepted = err.kind == ERROR_TRUST && response.starts_in_s <= 0;
}

static void take_probe(const Preflight *preflight, size_t at, NetworkSigns *ret)
{
        const Endpoint *endpoint = &preflight->endpoints.items[at];
        const HttpProbe *probe = &preflight->probes[at];
        ReachSign *sign = &ret->reach[ret->n++];

        snprintf(sign->host, sizeof(sign->host), "%s", endpoint->host);
        snprintf(sign->what, sizeof(sign->what), "%s", endpoint->what);
        sign->needed = endpoint->needed;
        sign->reached = tri(probe->reached);
        if (probe->reached && !endpoint_knows_issuer(endpoint, probe->presented.issuer_cn)) {
                sign->intercepted = true;
                snprintf(sign->said, sizeof(sign->said), "its certificate is issued by \"%.200s\"",
                         probe->presented.issuer_cn);
        }
        if (probe->reached)
                return;
        snprintf(sign->stage, sizeof(sign->stage), "%s", stages[probe->failed_at]);
        snprintf(sign->said, sizeof(sign->said), "%.400s%s", probe->err.text, preflight_meaning(probe));
        sign->proxy_failed = probe->proxy_failed;
        sign->starts_in_s = probe->starts_in_s;
        sign->intercepted = probe->err.kind == ERROR_TRUST && probe->starts_in_s <= 0;
        sign->around = preflight->around[at];
}

/* -1: none that can be read. */
static int read_package(const Host *host, OnboardingPackage *ret)
{
        _cleanup_free_ char *text = NULL;
        Failure failure = { 0 };
        size_t length = 0;

        if (fs_read(host, SENSOR_ONBOARDING_FILE, ONBOARDING_FILE_MAX, &text, &length, NULL) < 0 || !text)
                return -1;
        return onboarding_read(host, text, length, false, ret, &failure);
}

static int ask_endpoints(const Host *host, const Facts *facts, Deadline deadline, NetworkSigns *ret, Error *err)
{
        _cleanup_(onboarding_package_clear) OnboardingPackage package = { 0 };
        _cleanup_(preflight_clear) Preflight preflight = { 0 };
        const Request request = { .sequence = -1, .onboarding = &package };
        size_t i;

        if (read_package(host, &package) < 0)
                return 0;
        preflight_prepare(&preflight, &request, facts);
        ret->endpoints_known = preflight.endpoints.n > 0;
        snprintf(ret->geo, sizeof(ret->geo), "%s", package.geo);
        snprintf(ret->proxy, sizeof(ret->proxy), "%s", facts->proxy.machine_url);
        if (preflight.endpoints.n == 0)
                return 0;
        if (preflight_ask(&preflight, host, soon(deadline), err) < 0 ||
            preflight_ask_around(&preflight, host, &facts->proxy, soon(deadline), err) < 0)
                return -1;
        for (i = 0; i < preflight.endpoints.n; i++)
                take_probe(&preflight, i, ret);
        return 0;
}

void signs_network_look(const Host *host, const Signs *signs, Deadline deadline, NetworkSigns *ret)
{
        Error err = { 0 };

        ret->asked = TRI_YES;
        ret->has_clock = TRI_UNKNOWN;
        ask_packages(host, signs, deadline, ret);
        if (ask_endpoints(host, &signs->facts, deadline, ret, &err) == 0)
                return;
        ret->asked = TRI_NO;
        snprintf(ret->trouble, sizeof(ret->trouble), "%.*s", (int)sizeof(ret->trouble) - 1, err.text);
}
