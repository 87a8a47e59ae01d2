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
        if (proxy->own && !request->proxy)
                ret->own_source = proxy->own_source;
        if (ret->manager_url && *proxy->firm_source && !text_equal(proxy->firm_url, ret->manager_url))
                ret->firm_source = proxy->firm_source;
        proxy_exceptions_make(proxy->exceptions, request->proxy ? server : NULL, ret->exceptions);
}

void proxy_use_for(const Request *request, const Facts *facts, const char *url, ProxyUse *ret)
{
        const Proxy *proxy = &facts->proxy;
        char server[PROXY_SERVER_MAX];
        ProxyUse packages;

        proxy_use_make(request, facts, &packages);
        *ret = (ProxyUse){ 0 };
        snprintf(ret->exceptions, sizeof(ret->exceptions), "%s", packages.exceptions);
        if (request->proxy) {
                ret->url = request->proxy;
                ret->source = packages.source;
        } else if (*proxy->machine_url) {
                ret->url = proxy->machine_url;
                ret->source = proxy->machine_source;
        }
        if (!url)
                return;
        proxy_server_of(url, server);
        if (!proxy_is_for(server, ret->exceptions))
                ret->url = NULL;
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
                REASON_ONBOARDING_UNREACHABLE,
                REASON_ONBOARDING_STALLED,
                REASON_ONBOARDING_CERTIFICATE,
                REASON_AZURE_UNREACHABLE,
                REASON_AZURE_BLOCKED,
                REASON_CONNECTIVITY,
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(reasons); i++)
                if (reasons[i] == reason)
                        return true;
        return false;
}

static void tell_own(const ProxyUse *use, const Proxy *proxy, const Failure *found, Failure *failure)
{
        bool said = text_starts_with(found->found, FAILURE_MANAGER_SAID);
        _cleanup_free_ char *ours = text_format("The package manager goes by its own %s of %s",
                                                *proxy->url || proxy->passed ? "proxy" : "setting, no proxy,",
                                                use->own_source),
                            *theirs = text_format("%s%s", said ? "It said: " : "",
                                                  found->found + (said ? strlen(FAILURE_MANAGER_SAID) : 0)),
                            *all = text_go_on(ours, theirs);

        failure_set(failure, found->reason, "%s", all);
}

/* Caller frees. */
static char *tell_way(const ProxyUse *use, const Proxy *proxy, bool by_manager)
{
        if (use->url && use->firm_source && by_manager)
                return text_format("Through the proxy %s of %s, or the other one of %s, which the package manager may "
                                   "go by all the same: ",
                                   use->url, use->source, use->firm_source);
        if (use->url)
                return text_format("Through the proxy %s of %s: ", use->url, use->source);
        if (proxy->passed)
                return text_format("Without the proxy that %s names, which %s: ", proxy->passed_source,
                                   proxy->passed == PROXY_PASSWORD ? "wants a password" : "is of a kind we cannot use");
        return text_copy("");
}

void proxy_use_tell(const ProxyUse *use, const Facts *facts, Failure *failure)
{
        const Failure found = *failure;
        _cleanup_free_ char *way = NULL;

        if (failure->way_told || !is_of_network(failure->reason))
                return;
        way = tell_way(use, &facts->proxy, found.by_manager);
        if (found.by_manager && use->own_source)
                tell_own(use, &facts->proxy, &found, failure);
        else
                failure_set(failure, found.reason, "%s%s", way, found.found);
        failure->by_manager = found.by_manager;
        failure->asked_ms = found.asked_ms;
        failure->way_told = true;
}
