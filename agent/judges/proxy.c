/*
 * Which proxy the machine is told to use, and what that means for the sensor: it goes by its own setting alone.
 */
#include "agent/judge.h"
#include "agent/machine/proxy_use.h"
#include "platform/base/text.h"
#include "platform/json_edit.h"

static void judge_passed(const Proxy *proxy, Plan *plan)
{
        if (proxy->passed == PROXY_PASSWORD)
                judge_note(plan, "proxy-passed-over", PLAN_WARNING,
                           "%s names a proxy with a name and password: it is not used for this extension's own "
                           "downloads, as passwords are kept out of its commands and logs. %s Name a proxy without "
                           "one in the setting proxy if the repository cannot be reached.",
                           proxy->passed_source,
                           proxy->own
                                   ? "The package manager uses its own as it is configured."
                                   : "The package manager is not given it either, and goes by its own configuration.");
        else if (proxy->passed == PROXY_UNUSABLE)
                judge_note(plan, "proxy-passed-over", PLAN_WARNING,
                           "%s names a proxy that cannot be used (%s%s): only http://HOST:PORT can. Name such a one in "
                           "the setting proxy if the repository cannot be reached.",
                           proxy->passed_source, *proxy->passed_scheme ? "its kind is " : "it is no URL",
                           proxy->passed_scheme);
}

static void note_used(const ProxyUse *use, Plan *plan)
{
        if (use->url && use->own_source && !text_equal(use->own_source, use->source))
                judge_note(plan, "package-proxy", PLAN_INFORMATION,
                           "This extension's own downloads go through the proxy %s, which %s names; the package "
                           "manager goes by its own, of %s.",
                           use->url, use->source, use->own_source);
        else if (use->url && use->firm_source)
                judge_note(plan, "package-proxy", PLAN_WARNING,
                           "The package repository is reached through the proxy %s, which %s names (given to the "
                           "package manager for this run only). %s names another, and the package manager may go by "
                           "that one all the same: let both name the same.",
                           use->url, use->source, use->firm_source);
        else if (use->url)
                judge_note(plan, "package-proxy", PLAN_INFORMATION,
                           "The package repository is reached through the proxy %s, which %s names%s.", use->url,
                           use->source, use->manager_url ? " (given to the package manager for this run only)" : "");
}

/* What it has is compared by judge_managed when it is asked for. */
static bool sensor_has_proxy(const Request *request, const Facts *facts)
{
        static const JsonPath place = { { "cloudService", "proxy" }, 2 };
        const char *text = facts->sensor.managed_json;
        _cleanup_json_ Json *file = NULL;

        if (request->proxy || *facts->sensor.health.proxy || json_path_get(request->managed_config, &place))
                return true;
        return text && json_parse(text, facts->sensor.managed_length, &file, NULL) == 0 && json_path_get(file, &place);
}

/* The package manager's own may be a cache of packages: it is never what to do. */
static void note_untold(const Request *request, const Facts *facts, Plan *plan)
{
        ProxyUse others;

        proxy_use_for(request, facts, NULL, &others);
        if (others.url)
                judge_note(plan, "sensor-proxy", PLAN_WARNING,
                           "This machine is told of a proxy (in %s), and the sensor is not: add the setting \"proxy\": "
                           "\"%s\" if the sensor has to go through it too.",
                           others.source, others.url);
        else
                judge_note(plan, "sensor-proxy", PLAN_INFORMATION,
                           "The package manager goes through a proxy of its own, of %s, which may be a cache of "
                           "packages; the sensor does not. If this machine reaches the Internet through a proxy only, "
                           "name that one in the setting proxy.",
                           facts->proxy.source);
}

void judge_proxy(const Request *request, const Facts *facts, Plan *plan)
{
        ProxyUse use;

        if (facts->look == LOOK_FIRST || !situation_needs_package(request, facts))
                return;
        proxy_use_make(request, facts, &use);
        note_used(&use, plan);
        if (!request->proxy)
                judge_passed(&facts->proxy, plan);
        if (use.url && !sensor_has_proxy(request, facts))
                note_untold(request, facts, plan);
}
