/*
 * Names as the vendors document them. A product that is not here is judged all the same, by what it holds; it is only
 * shown by its path, and not found while it is stopped.
 */
#include "agent/machine/products.h"

#include <string.h>

#include "platform/base/cleanup.h"
#include "platform/base/text.h"

static const Product products[] = {
        { "fapolicyd", { "fapolicyd" }, { "fapolicyd.service" }, .tolerated = true },
        { "ClamAV", { "clamonacc" }, { "clamav-clamonacc.service", "clamonacc.service" } },
        { "Trend Micro Deep Security", { "ds_am", "ds_agent" }, { "ds_agent.service" } },
        { "Carbon Black", { "cbdaemon", "cbsensor", "event_collector" }, { "cbdaemon.service", "cbsensor.service" } },
        { "Trellix Endpoint Security",
          { "mfetpd", "MFEcma", "isectpd", "mfeespd" },
          { "mfetpd.service", "mfeespd.service", "isectpd.service" } },
        { "Sophos", { "savd", "savscand", "soapd" }, { "sav-protect.service" } },
        { "ESET", { "oaeventd", "odfeeder" }, { "eea.service", "efs.service" } },
        { "Kaspersky Endpoint Security", { "kesl" }, { "kesl.service", "kesl-supervisor.service" } },
        { "Symantec Endpoint Protection",
          { "rtvscand", "sisamdagent", "sepd" },
          { "rtvscand.service", "sisamdagent.service" } },
        { "SentinelOne", { "sentinelone-agent", "s1-*" }, { "sentinelone.service" } },
        { "Bitdefender", { "bdsecd" }, { "bdsec.service" } },
        { "WithSecure", { "fsoasd", "fsavd" } },
        { "Trellix HX", { "xagt" }, { "xagt.service" } },
        { "Elastic Defend", { "elastic-endpoint" }, { "ElasticEndpoint.service" } },
        { "Cisco Secure Endpoint", { "ampdaemon" }, { "cisco-amp.service" } },
        { "Cybereason", { "cybereason-*" }, { "cybereason-sensor.service" } },
        { "Dr.Web", { "drweb-*" }, { "drweb-configd.service" } },
        { "Microsoft Defender for Endpoint", { "wdavdaemon" } },
        /* these are told of file access, no more */
        { "GNOME file indexer", { "tracker-miner-fs*", "localsearch*" } },
        { "fatrace", { "fatrace" } },
        { "systemd-readahead", { "systemd-readahead" } },
};

static bool matches(const char *pattern, const char *name)
{
        size_t length = strlen(pattern);

        if (pattern[length - 1] == '*')
                return strncmp(pattern, name, length - 1) == 0;
        return strcmp(pattern, name) == 0;
}

const Product *product_find(const char *program, const char *comm)
{
        const char *slash = strrchr(program, '/'), *name = slash ? slash + 1 : program;
        size_t i, k;

        if (!*name)
                name = comm;
        for (i = 0; i < ELEMENTSOF(products); i++)
                for (k = 0; k < PRODUCT_NAMES_MAX && products[i].programs[k]; k++)
                        if (matches(products[i].programs[k], name))
                                return &products[i];
        return NULL;
}

const char *product_name(const char *name)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(products); i++)
                if (strcmp(products[i].name, name) == 0)
                        return products[i].name;
        return NULL;
}

const Product *product_get(size_t index)
{
        return index < ELEMENTSOF(products) ? &products[index] : NULL;
}
