#include "agent/onboarding/preflight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/json_edit.h"

void preflight_clear(Preflight *preflight)
{
        size_t i;

        for (i = 0; i < preflight->endpoints.n; i++)
                free(preflight->urls[i]);
}

static bool take_proxy(Preflight *preflight, const char *url, const char *source)
{
        ProxyValue value;

        proxy_read_value(url ? url : "", &value);
        if (value.kind != PROXY_USABLE)
                return false;
        snprintf(preflight->proxy, sizeof(preflight->proxy), "%s", value.url);
        preflight->source = source;
        return true;
}

static bool take_managed(Preflight *preflight, Json *document, const char *source)
{
        static const JsonPath place = { { "cloudService", "proxy" }, 2 };
        Json *named = document ? json_path_get(document, &place) : NULL;

        return json_object_is_type(named, json_type_string) &&
               take_proxy(preflight, json_object_get_string(named), source);
}

/* It may stand there before there is a sensor. */
static bool take_managed_file(Preflight *preflight, const Facts *facts)
{
        _cleanup_json_ Json *file = NULL;

        return facts->sensor.managed_json &&
               json_parse(facts->sensor.managed_json, facts->sensor.managed_length, &file, NULL) == 0 &&
               take_managed(preflight, file, SENSOR_MANAGED_FILE);
}

/* What the sensor is or will be told; nothing else leads it. */
static void choose_proxy(Preflight *preflight, const Request *request, const Facts *facts)
{
        proxy_exceptions_make("", NULL, preflight->exceptions);
        if (!take_proxy(preflight, request->proxy, "the setting proxy") &&
            !take_managed(preflight, request->managed_config, "the setting managedConfig") &&
            !take_managed_file(preflight, facts))
                take_proxy(preflight, facts->sensor.health.proxy, "the sensor's configuration");
}

void preflight_prepare(Preflight *preflight, const Request *request, const Facts *facts)
{
        size_t i;

        *preflight = (Preflight){ 0 };
        endpoints_make(request->onboarding, &preflight->endpoints);
        choose_proxy(preflight, request, facts);
        for (i = 0; i < preflight->endpoints.n; i++) {
                const Endpoint *endpoint = &preflight->endpoints.items[i];

                preflight->urls[i] = text_format("https://%s%s", endpoint->host, endpoint->path);
                preflight->probes[i] = (HttpProbe){ .url = preflight->urls[i],
                                                    .proxy = *preflight->proxy ? preflight->proxy : NULL,
                                                    .no_proxy = preflight->exceptions };
        }
}

/* Those that were not reached yet. */
int preflight_ask(Preflight *preflight, const Host *host, Deadline until, Error *err)
{
        HttpProbe left[ENDPOINTS_MAX];
        size_t index[ENDPOINTS_MAX], n = 0, i;

        for (i = 0; i < preflight->endpoints.n; i++)
                if (!preflight->probes[i].reached) {
                        left[n] = preflight->probes[i];
                        index[n++] = i;
                }
        if (http_probe_all(host, left, n, until, err) < 0)
                return -1;
        for (i = 0; i < n; i++)
                preflight->probes[index[i]] = left[i];
        return 0;
}

/* Looks which of those that are missing the machine's proxy leads to. */
int preflight_ask_around(Preflight *preflight, const Host *host, const Proxy *machine, Deadline until, Error *err)
{
        HttpProbe left[ENDPOINTS_MAX];
        size_t index[ENDPOINTS_MAX], n = 0, i;

        for (i = 0; i < preflight->endpoints.n; i++) {
                preflight->around[i] = false;
                if (preflight->probes[i].reached || *preflight->proxy || !*machine->machine_url ||
                    !proxy_is_for(preflight->endpoints.items[i].host, machine->exceptions))
                        continue;
                left[n] = (HttpProbe){ .url = preflight->urls[i], .proxy = machine->machine_url };
                index[n++] = i;
        }
        if (http_probe_all(host, left, n, until, err) < 0)
                return err->kind == ERROR_STOPPED ? -1 : 0;
        for (i = 0; i < n; i++)
                preflight->around[index[i]] = left[i].reached;
        return 0;
}

size_t preflight_count_around(const Preflight *preflight)
{
        size_t i, n = 0;

        for (i = 0; i < preflight->endpoints.n; i++)
                n += preflight->around[i];
        return n;
}

size_t preflight_count_missing(const Preflight *preflight, bool needed_only)
{
        size_t i, n = 0;

        for (i = 0; i < preflight->endpoints.n; i++)
                n += !preflight->probes[i].reached && (preflight->endpoints.items[i].needed || !needed_only);
        return n;
}

/* What the words of a transfer do not say: what that means for the sensor. */
const char *preflight_meaning(const HttpProbe *probe)
{
        if (probe->starts_in_s > 0)
                return "; the clock of this machine may be wrong";
        if (probe->err.kind == ERROR_TRUST)
                return "; the sensor refuses connections that somebody on the way opens: exempt these hosts from "
                       "inspection";
        if (probe->failed_at == HTTP_STAGE_TLS && strcasestr(probe->err.text, "wrong version number"))
                return "; what answers there speaks no TLS: a captive portal or a firewall's page";
        return "";
}
