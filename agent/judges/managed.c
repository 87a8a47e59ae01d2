/*
 * What the settings ask of the sensor's managed configuration: whether its file can be edited, and whether the sensor
 * does what it says. A policy of the portal wins over the file; that is told, and never fought.
 */
#include "agent/judge.h"
#include "agent/sensor/managed.h"

#include <string.h>

#include "platform/base/text.h"

#define REPEATED_SHOWN_MAX 400

/* What cannot be carried out is refused before anything is changed. */
static void judge_file(const Managed *managed, const Facts *facts, Plan *plan)
{
        const char *why = managed_why(managed);
        _cleanup_free_ char *edited = NULL;
        size_t length;
        Error err = { 0 };

        if (managed->too_many)
                judge_refuse(plan, REASON_MANAGED_CONFIG, "managedConfig asks for more than %d values.",
                             MANAGED_ITEMS_MAX);
        if (why &&
            managed_edit(managed, facts->sensor.managed_json, facts->sensor.managed_length, &edited, &length, &err) < 0)
                judge_refuse(plan, REASON_MANAGED_CONFIG, "%s cannot be edited: %s. It has to be, because %s.",
                             SENSOR_MANAGED_FILE, err.text, why);
        if (!why && managed->trouble.kind)
                judge_note(plan, "managed-config", PLAN_WARNING,
                           "%s cannot be used: %s. The sensor is as asked without it.", SENSOR_MANAGED_FILE,
                           managed->trouble.text);
}

static bool is_told(const char *told, const char *path)
{
        const char *at = strstr(told, path);

        return at && (at == told || at[-1] == ' ') && (at[strlen(path)] == '\0' || at[strlen(path)] == ',');
}

static void judge_repeated(const Managed *managed, const Facts *facts, Plan *plan)
{
        const char *text = facts->sensor.managed_json;
        size_t length = facts->sensor.managed_length, i;
        _cleanup_(text_clear) Text told = { 0 };
        _cleanup_json_ Json *unique = NULL;

        if (!managed->document || json_parse_unique(text, length, &unique, NULL) == 0)
                return;
        for (i = 0; i < managed->n && told.length < REPEATED_SHOWN_MAX; i++) {
                size_t depth = json_edit_repeated(text, length, &managed->items[i].path);
                _cleanup_free_ char *path = json_path_text(&managed->items[i].path, depth);

                if (depth > 0 && !(told.data && is_told(told.data, path)))
                        text_append(&told, "%s%s", told.length ? ", " : "", path);
        }
        if (told.length > 0)
                judge_note(plan, "managed-config-twice", PLAN_WARNING,
                           "In %s stands more than once: %s. The last one counts, and was compared and edited; remove "
                           "the others.",
                           SENSOR_MANAGED_FILE, told.data);
}

/* Only of what the file or the sensor has as asked. */
static void judge_kind(const Managed *managed, ManagedKind kind, const Facts *facts, Plan *plan)
{
        static const char *const rows[] = {
                [MANAGED_PASSIVE] = "passive-mode", [MANAGED_PROXY] = "proxy", [MANAGED_GROUPS] = "group-ids"
        };
        const SensorHealth *health = &facts->sensor.health;
        const ManagedItem *item = managed_find(managed, kind);
        Tri agrees = managed_reported(managed, kind, health);
        _cleanup_free_ char *wanted = NULL, *said = managed_said(kind, health);

        if (!item || item->differs)
                return;
        wanted = managed_after(item);
        if (agrees == TRI_YES)
                judge_note(plan, rows[kind], PLAN_INFORMATION, "%s, as the sensor reports.", said);
        else if (agrees == TRI_NO)
                judge_note(plan, rows[kind], PLAN_WARNING,
                           "Asked for and written to %s: %s; but the sensor reports: %s (managed by: %s). %s",
                           SENSOR_MANAGED_FILE, wanted, said, *health->managed_by ? health->managed_by : "unknown",
                           text_equal_nocase(health->managed_by, "MDE")
                                   ? "A policy of the portal wins over that file: change it there, or this setting."
                                   : "It may not have taken the file in yet; if this stays, check the value.");
        else if (health->answering == TRI_YES)
                judge_note(plan, rows[kind], PLAN_INFORMATION, "%s, as %s says; the sensor reports none.", wanted,
                           SENSOR_MANAGED_FILE);
}

void judge_managed(const Request *request, const Facts *facts, Plan *plan)
{
        _cleanup_(managed_clear) Managed managed = { 0 };
        size_t others = 0, i;

        managed_make(request, facts, &managed);
        judge_file(&managed, facts, plan);
        judge_repeated(&managed, facts, plan);
        for (i = 0; i < managed.n; i++)
                others += managed.items[i].kind == MANAGED_OTHER;
        judge_kind(&managed, MANAGED_PASSIVE, facts, plan);
        judge_kind(&managed, MANAGED_PROXY, facts, plan);
        judge_kind(&managed, MANAGED_GROUPS, facts, plan);
        if (others > 0 && !managed_why(&managed))
                judge_note(plan, "managed-values", PLAN_INFORMATION, "Values of managedConfig that are in %2$s: %1$zu.",
                           others, SENSOR_MANAGED_FILE);
}
