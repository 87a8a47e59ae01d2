/*
 * What is so on the machine now.
 */
#include "handler/people/bundle.h"

#include <string.h>

#include "agent/commands/show.h"
#include "agent/facts_image.h"
#include "agent/facts_json.h"
#include "handler/recheck_unit.h"
#include "handler/settings.h"
#include "handler/worker_unit.h"
#include "platform/base/version.h"
#include "platform/libraries.h"
#include "platform/proxy.h"
#include "platform/json_add.h"

#define LOOK_MS 60000

/* One word of those that the sensor knows. */
static void take_level(Json *from, Json *to)
{
        static const char *const levels[] = { "real_time", "on_demand", "passive" };
        const char *level = json_string(json_member(from, "antivirusEngine"), "enforcementLevel");
        size_t i;

        for (i = 0; level && i < ELEMENTSOF(levels); i++)
                if (text_equal(level, levels[i])) {
                        Json *engine = json_object_new_object();

                        json_add_text(engine, "enforcementLevel", levels[i]);
                        json_object_object_add(to, "antivirusEngine", engine);
                }
}

static void take_proxy(Json *from, Json *to)
{
        const char *text = json_string(json_member(from, "cloudService"), "proxy");
        ProxyValue value = { 0 };
        Json *cloud;

        if (!text)
                return;
        proxy_read_value(text, &value);
        if (value.kind != PROXY_USABLE)
                return;
        cloud = json_object_new_object();
        json_add_text(cloud, "proxy", value.url);
        json_object_object_add(to, "cloudService", cloud);
}

static void take_groups(Json *from, Json *to)
{
        const char *groups = json_string(json_member(from, "edr"), "groupIds");
        _cleanup_free_ char *shown = text_escape(groups ? groups : "", 1024);
        Json *edr;

        if (!groups)
                return;
        edr = json_object_new_object();
        json_add_text(edr, "groupIds", shown);
        json_object_object_add(to, "edr", edr);
}

Json *bundle_managed(const char *text, size_t length)
{
        _cleanup_json_ Json *from = NULL;
        Json *to = json_object_new_object();

        if (json_parse(text, length, &from, NULL) < 0 || !json_object_is_type(from, json_type_object))
                return to;
        take_level(from, to);
        take_proxy(from, to);
        take_groups(from, to);
        return to;
}

/* As another file of the same meaning: so that the facts can be replayed. */
static void know_managed(Facts *facts)
{
        _cleanup_json_ Json *known = NULL;
        char *text;

        if (!facts->sensor.managed_json)
                return;
        known = bundle_managed(facts->sensor.managed_json, facts->sensor.managed_length);
        text = text_copy(
                json_object_to_json_string_ext(known, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
        free(facts->sensor.managed_json);
        facts->sensor.managed_json = text;
        facts->sensor.managed_length = strlen(text);
}

/* What the sensor was once told may hold a login, in whatever form. */
static void know_proxy(SensorHealth *health)
{
        ProxyValue value = { 0 };

        proxy_read_value(health->proxy, &value);
        snprintf(health->proxy, sizeof(health->proxy), "%.*s", (int)sizeof(health->proxy) - 1,
                 value.kind == PROXY_USABLE ? value.url : "");
}

static void add_plan(const Facts *facts, Bundle *bundle)
{
        _cleanup_(settings_clear) Settings settings = { 0 };
        _cleanup_(configuration_clear) Configuration none = { 0 };
        _cleanup_free_ Plan *plan = text_allocate(sizeof(Plan));
        Failure failure = { 0 };

        if (settings_from_public(json_object_new_object(), &none, &settings, &failure) < 0)
                return;
        plan_make(&settings.request, facts, plan);
        bundle_add_json(bundle, "plan.json", "what would be done without settings and package, and what is to be known",
                        show_plan_json(&settings.request, plan, NULL, NULL, 0));
}

static Json *unit_json(const char *name, const UnitState *unit)
{
        Json *json = json_object_new_object();

        json_add_text(json, "name", name);
        json_add_text(json, "load", unit->load);
        json_add_text(json, "active", unit->active);
        json_add_text(json, "sub", unit->sub);
        json_add_text(json, "file", unit->file);
        json_add_text(json, "result", unit->result);
        json_add_number(json, "restarts", unit->restarts);
        json_add_flag(json, "running", unit->main_pid > 0);
        json_add_flag(json, "job_pending", unit->job_pending);
        json_add_flag(json, "needs_reload", unit->needs_reload);
        return json;
}

static void add_units(const Host *host, Bundle *bundle)
{
        static const char *const names[] = { SENSOR_UNIT, WORKER_UNIT, RECHECK_TIMER, RECHECK_SERVICE };
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        Json *list;
        size_t i;

        if (!host_is_live(host) || !systemd_is_running(host) || systemd_open(&systemd, NULL) < 0)
                return;
        list = json_object_new_array();
        for (i = 0; i < ELEMENTSOF(names); i++) {
                UnitState unit = { 0 };

                if (systemd_unit_state(systemd, names[i], &unit, NULL) == 0)
                        json_object_array_add(list, unit_json(names[i], &unit));
        }
        bundle_add_json(bundle, "units.json", "states of the sensor's unit and of ours", list);
}

static void add_version(Bundle *bundle)
{
        _cleanup_free_ char *libraries = libraries_text();

        bundle_add_text(bundle, "version.txt", "this program and its libraries",
                        text_format("mde-linux %s\nlink %s\n%s", version_text,
                                    version_is_portable ? "portable" : "system", libraries));
}

void bundle_add_machine(const Host *host, Bundle *bundle)
{
        _cleanup_free_ Facts *facts = text_allocate(sizeof(Facts));

        facts_gather_any(host, deadline_in(LOOK_MS), facts);
        know_managed(facts);
        know_proxy(&facts->sensor.health);
        bundle_add_json(bundle, "facts.json", "this machine as it was looked at; 'mde-linux plan --facts' replays it",
                        facts_json_make(facts));
        add_plan(facts, bundle);
        add_units(host, bundle);
        add_version(bundle);
        facts_clear(facts);
}
