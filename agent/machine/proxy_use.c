#include "agent/machine/proxy_use.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

void proxy_use_make(const Request *request, const Facts *facts, ProxyUse *ret)
{
        const Proxy *proxy = &facts->proxy;
        char server[PROXY_SERVER_MAX];

        *ret = (ProxyUse){ 0 };
        snprintf(server, sizeof(server), "%s", proxy->server);
        if (*request->mirror_url)
                proxy_server_of(request->mirror_url, server);
        if (request->proxy) {
                ret->manager_url = request->proxy;
                ret->url = proxy_is_for(server, "") ? request->proxy : NULL;
                ret->source = "the setting proxy";
        } else if (*proxy->url) {
                ret->manager_url = proxy->own ? NULL : proxy->url;
                ret->url = proxy_is_for(server, proxy->exceptions) ? proxy->url : NULL;
                ret->source = proxy->source;
        }
        proxy_exceptions_make(proxy->exceptions, request->proxy ? server : NULL, ret->exceptions);
}

static bool is_of_network(ReasonId reason)
{
        static const ReasonId reasons[] = {
                REASON_PROXY,
                REASON_REPOSITORY_UNREACHABLE,
                REASON_REPOSITORY_CERTIFICATE,
                REASON_REPOSITORY_NOT_OURS,
                REASON_REPOSITORY_REFRESH,
                REASON_PACKAGE_DOWNLOAD,
                REASON_DEPENDENCY,
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(reasons); i++)
                if (reasons[i] == reason)
                        return true;
        return false;
}

void proxy_use_tell(const ProxyUse *use, const Facts *facts, Failure *failure)
{
        const Proxy *proxy = &facts->proxy;
        Failure found = *failure;

        if (!is_of_network(failure->reason))
                return;
        if (use->url)
                failure_set(failure, found.reason, "Through the proxy %s of %s: %s", use->url, use->source,
                            found.found);
        else if (proxy->passed)
                failure_set(failure, found.reason, "Without the proxy that %s names, which %s: %s",
                            proxy->passed_source,
                            proxy->passed == PROXY_PASSWORD ? "wants a password" : "is of a kind we cannot use",
                            found.found);
}
