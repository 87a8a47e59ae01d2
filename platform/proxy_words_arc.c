/*
 * Foreign format: azcmagent's localconfig.json, {"proxy.url": "http://HOST:PORT", "proxy.bypass": ["Arc", ...]}. What
 * it bypasses are services of its own by name, no hosts.
 */
#include "platform/proxy_words.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/json.h"

bool proxy_read_arc(const char *text, size_t length, const char *host, ProxyWords *words)
{
        _cleanup_json_ Json *json = NULL;
        const char *url;

        if (json_parse(text, length, &json, NULL) < 0 || !json_object_is_type(json, json_type_object))
                return false;
        url = json_string(json, "proxy.url");
        if (!url || !*url || strlen(url) >= sizeof(words->proxy))
                return false;
        snprintf(words->proxy, sizeof(words->proxy), "%s", url);
        words->rank = 1;
        return true;
}
