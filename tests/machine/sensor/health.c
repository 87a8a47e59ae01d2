/* The answer to "mdatp health", as text, as one field, and as JSON: one table serves all three. */

#define _GNU_SOURCE
#include "sensor.h"
#include "stand_in.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PLAIN, QUOTED, LIST, TAGS, NUMBER };

typedef struct {
        const char *name;  /* as text shows it */
        const char *camel; /* as JSON shows it */
        int shape;
        char *value;         /* of a LIST: parts divided by "|" */
        const char *setting; /* configurable: an object in JSON, [managed] in text */
} Row;

static void put_string(FILE *out, const char *text)
{
        fputc('"', out);
        for (; *text; text++) {
                if (*text == '"' || *text == '\\')
                        fprintf(out, "\\%c", *text);
                else if ((unsigned char)*text < 0x20)
                        fprintf(out, "\\u%04x", *text);
                else
                        fputc(*text, out);
        }
        fputc('"', out);
}

static void put_list(FILE *out, const char *parts)
{
        char *copy = strdup(parts), *rest = copy, *part;
        const char *comma = "";

        fputc('[', out);
        while (*parts && (part = strsep(&rest, "|"))) {
                fputs(comma, out);
                put_string(out, part);
                comma = ",";
        }
        fputc(']', out);
        free(copy);
}

static void put_tags(FILE *out, const Sensor *s)
{
        fputc('[', out);
        for (unsigned i = 0; i < s->n_tags; i++) {
                fputs(i ? ",{\"key\":" : "{\"key\":", out);
                put_string(out, s->tags[i].name);
                fputs(",\"value\":", out);
                put_string(out, s->tags[i].value);
                fputc('}', out);
        }
        fputc(']', out);
}

static void put_text(FILE *out, const Sensor *s, const Row *row)
{
        if (row->shape == TAGS)
                put_tags(out, s);
        else if (row->shape == LIST)
                put_list(out, row->value);
        else if (row->shape == QUOTED)
                put_string(out, row->value);
        else
                fputs(row->value, out);
        if (row->setting && sensor_managed(s, row->setting))
                fputs(" [managed]", out);
}

static void put_bare_json(FILE *out, const Sensor *s, const Row *row)
{
        if (row->shape == TAGS)
                put_tags(out, s);
        else if (row->shape == LIST)
                put_list(out, row->value);
        else if (row->shape == NUMBER || strcmp(row->value, "true") == 0 || strcmp(row->value, "false") == 0)
                fputs(row->value, out);
        else
                put_string(out, row->value);
}

static void put_json(FILE *out, const Sensor *s, const Row *row)
{
        fprintf(out, "\"%s\":", row->camel);
        if (!row->setting) {
                put_bare_json(out, s, row);
                return;
        }
        fputs("{\"displayValue\":", out);
        put_bare_json(out, s, row);
        fprintf(out, ",\"isManaged\":%s,\"value\":", sensor_managed(s, row->setting) ? "true" : "false");
        put_bare_json(out, s, row);
        fputc('}', out);
}

static char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *pattern, ...)
{
        va_list arguments;
        char *text = NULL;

        va_start(arguments, pattern);
        if (vasprintf(&text, pattern, arguments) < 0)
                abort();
        va_end(arguments);
        return text;
}

static char *boolean(bool value)
{
        return strdup(value ? "true" : "false");
}

static char *camel_status(const char *status)
{
        return strdup(strcmp(status, "up_to_date") == 0 ? "upToDate" : status);
}

/* All rows; the definitions' status is the one whose JSON form is its own kind of object. */
static size_t fill(const Sensor *s, Row *rows, bool json)
{
        bool licensed = s->licensed && !sensor_expired(s), passive = sensor_passive(s);
        char *issues = knob("health_issues", ""), *definitions = knob("definitions_status", "up_to_date");
        char *ring = knob("release_ring", "Production"), *conflicts = knob("conflicting_applications", "");
        bool loaded = strcmp(definitions, "up_to_date") == 0;
        const char *guid = s->guid;
        char *org = knob("wrong_org", s->org);
        long long today = time(NULL), expiry = today + (sensor_expired(s) ? -5 : 200) * 86400LL;
        const Row all[] = {
                { "healthy", "healthy", PLAIN, boolean(licensed && !*issues && loaded), NULL },
                { "health_issues", "healthIssues", LIST,
                  format("%s%s%s", issues, *issues && !licensed ? "|" : "", licensed ? "" : "missing license"), NULL },
                { "licensed", "licensed", PLAIN, boolean(licensed), NULL },
                { "engine_version", "engineVersion", QUOTED, strdup(loaded ? "1.1.25020.3000" : "unavailable"), NULL },
                { "engine_load_status", "engineLoadStatus", QUOTED,
                  strdup(loaded ? "Engine load succeeded" : "Engine load in progress"), NULL },
                { "app_version", "appVersion", QUOTED, strdup(s->version), NULL },
                { "org_id", "orgId", QUOTED, strdup(licensed ? org : "unavailable"), NULL },
                { "log_level", "logLevel", QUOTED, strdup("info"), NULL },
                { "machine_guid", "machineGuid", QUOTED, strdup(guid), NULL },
                { "release_ring", "releaseRing", QUOTED, strdup(ring), NULL },
                { "product_expiration", "productExpiration", QUOTED, format("%lld000", expiry), NULL },
                { "cloud_enabled", "cloudEnabled", PLAIN, strdup("true"), "cloud" },
                { "cloud_automatic_sample_submission_consent", "cloudAutomaticSampleSubmissionConsent", QUOTED,
                  strdup("safe"), "cloud-automatic-sample-submission" },
                { "cloud_diagnostic_enabled", "cloudDiagnosticEnabled", PLAIN, strdup("true"), "cloud-diagnostic" },
                { "passive_mode_enabled", "passiveModeEnabled", PLAIN, boolean(passive), "passive-mode" },
                { "behavior_monitoring", "behaviorMonitoring", QUOTED, strdup("disabled"), "behavior-monitoring" },
                { "real_time_protection_enabled", "realTimeProtectionEnabled", PLAIN,
                  boolean(!passive && !knob_yes("real_time_off")), "real-time-protection" },
                { "real_time_protection_available", "realTimeProtectionAvailable", PLAIN, boolean(!passive), NULL },
                { "real_time_protection_subsystem", "realTimeProtectionSubsystem", QUOTED,
                  strdup(passive ? "unavailable" : "fanotify"), NULL },
                { "supplementary_events_subsystem", "supplementaryEventsSubsystem", QUOTED, strdup("ebpf"), NULL },
                { "tamper_protection", "tamperProtection", QUOTED, knob("tamper_protection", "disabled"),
                  "tamper-protection" },
                { "automatic_definition_update_enabled", "automaticDefinitionUpdateEnabled", PLAIN, strdup("true"),
                  "automatic-definition-update" },
                { "definitions_updated", "definitionsUpdated", QUOTED, format("%lld000", today - 1200), NULL },
                { "definitions_updated_minutes_ago", "definitionsUpdatedMinutesAgo", NUMBER,
                  knob("definitions_minutes_ago", "20"), NULL },
                { "definitions_version", "definitionsVersion", QUOTED, strdup(loaded ? "1.429.100.0" : "0"), NULL },
                { "definitions_status", "definitionsStatus", QUOTED,
                  json ? camel_status(definitions) : strdup(definitions), NULL },
                { "edr_early_preview_enabled", "edrEarlyPreviewEnabled", QUOTED, strdup("disabled"), "early-preview" },
                { "edr_device_tags", "edrDeviceTags", TAGS, strdup(""), "tags" },
                { "edr_group_ids", "edrGroupIds", QUOTED, sensor_value(s, "group-ids", s->group_ids), "group-ids" },
                { "edr_client_version", "edrClientVersion", QUOTED, strdup("1.0.0"), NULL },
                { "edr_configuration_version", "edrConfigurationVersion", QUOTED, strdup("20.199999.main"), NULL },
                { "edr_machine_id", "edrMachineId", QUOTED,
                  licensed ? format("%.8s%.8s%.8s%.8s%.8s", guid, guid, guid, guid, guid) : strdup("unavailable"),
                  NULL },
                { "conflicting_applications", "conflictingApplications", LIST, strdup(conflicts), NULL },
                { "network_protection_status", "networkProtectionStatus", QUOTED, strdup("stopped"), NULL },
                { "network_protection_enforcement_level", "networkProtectionEnforcementLevel", QUOTED,
                  strdup("disabled"), "network-protection" },
                { "managed_by", "managedBy", QUOTED, knob("managed_by", "MDE"), "managed-by" },
                { "functionality_mode", "functionalityMode", QUOTED, knob("functionality_mode", "normal"),
                  "functionality-mode" },
                { "troubleshooting_mode", "troubleshootingMode", PLAIN, boolean(knob_yes("troubleshooting")), NULL },
                { "proxy", "proxy", QUOTED, sensor_value(s, "proxy", s->proxy), "proxy" },
        };

        memcpy(rows, all, sizeof all);
        free(org);
        free(conflicts);
        free(ring);
        free(definitions);
        free(issues);
        return sizeof all / sizeof *all;
}

static int show_one(FILE *out, const Sensor *s, const Row *rows, size_t n, const char *field)
{
        for (size_t i = 0; i < n; i++) {
                if (strcmp(rows[i].name, field) != 0)
                        continue;
                put_text(out, s, &rows[i]);
                fputc('\n', out);
                return 0;
        }
        fprintf(out, "Error: no field is called %s\n", field);
        return 1;
}

static void show_text(FILE *out, const Sensor *s, const Row *rows, size_t n)
{
        if (!s->licensed || sensor_expired(s))
                fputs("ATTENTION: This device has no license, so it is not protected.\n", out);
        for (size_t i = 0; i < n; i++) {
                fprintf(out, "%-44s: ", rows[i].name);
                put_text(out, s, &rows[i]);
                fputc('\n', out);
        }
}

static void show_json(FILE *out, const Sensor *s, const Row *rows, size_t n)
{
        fputs("{\"$type\":\"getHealthAllResult\"", out);
        for (size_t i = 0; i < n; i++) {
                fputc(',', out);
                if (strcmp(rows[i].camel, "definitionsStatus") == 0)
                        fprintf(out, "\"definitionsStatus\":{\"$type\":\"%s\"}", rows[i].value);
                else
                        put_json(out, s, &rows[i]);
        }
        fputs("}\n", out);
}

int sensor_health(const Sensor *s, int argc, char **argv, FILE *out)
{
        const char *field = NULL;
        bool json = false;
        Row rows[64];
        int status = 0;
        size_t n;

        for (int i = 1; i < argc; i += 2) {
                if (i + 1 < argc && strcmp(argv[i], "--field") == 0) {
                        field = argv[i + 1];
                } else if (i + 1 < argc && strcmp(argv[i], "--output") == 0 && strcmp(argv[i + 1], "json") == 0) {
                        json = true;
                } else {
                        fprintf(out, "Error: unknown option %s\n", argv[i]);
                        return 1;
                }
        }
        if (json) {
                char *offered = knob("json_health", "yes");
                bool refused = strcmp(offered, "no") == 0;

                free(offered);
                if (refused) {
                        fputs("Error: unknown option --output\n", out);
                        return 1;
                }
        }
        n = fill(s, rows, json);
        if (field)
                status = show_one(out, s, rows, n, field);
        else if (json)
                show_json(out, s, rows, n);
        else
                show_text(out, s, rows, n);
        for (size_t i = 0; i < n; i++)
                free(rows[i].value);
        return status;
}
