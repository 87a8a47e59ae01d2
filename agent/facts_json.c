#include "agent/facts_json.h"

#include <string.h>

#include "agent/machine/products.h"
#include "agent/machine/updaters.h"
#include "platform/base/text.h"
#include "platform/base/version.h"

/* --- words ------------------------------------------------------------------------------------------- */

static const char *const tri_words[] = { [TRI_UNKNOWN] = "unknown", [TRI_NO] = "no", [TRI_YES] = "yes" };
static const char *const look_words[] = { [LOOK_FIRST] = "first", [LOOK_SECOND] = "second" };
static const char *const package_words[] = {
        [PACKAGE_ABSENT] = "absent",
        [PACKAGE_CONFIG_FILES] = "config-files",
        [PACKAGE_BROKEN] = "broken",
        [PACKAGE_INSTALLED] = "installed",
};
static const char *const manager_words[] = {
        [MANAGER_APT] = "apt", [MANAGER_DNF] = "dnf",       [MANAGER_DNF5] = "dnf5",
        [MANAGER_YUM] = "yum", [MANAGER_ZYPPER] = "zypper", [MANAGER_TDNF] = "tdnf",
};
static const char *const class_words[] = {
        [FANOTIFY_NOTIFY] = "notify",
        [FANOTIFY_CONTENT] = "content",
        [FANOTIFY_PRE_CONTENT] = "pre-content",
};

static const char *const proxy_words[] = { [PROXY_USABLE] = "usable",
                                           [PROXY_PASSWORD] = "password",
                                           [PROXY_UNUSABLE] = "unusable",
                                           [PROXY_DIRECT] = "direct" };

static const char *const azure_words[] = { [AZURE_VM] = "vm", [AZURE_ARC] = "arc" };

#define TRI(type, member, name) JSON_WORD(type, member, name, tri_words)

/* --- one table a struct ------------------------------------------------------------------------------ */

static const JsonField extension[] = {
        TRI(Facts, extension.portable, "portable"),
        JSON_INTEGER(Facts, extension.built_s, "built_s"),
        TRI(Facts, extension.host_openssl, "host_openssl"),
        JSON_TEXT(Facts, extension.openssl, "openssl"),
        { 0 },
};

static const JsonField hold[] = {
        TRI(Hold, held, "held"),
        JSON_BOOL(Hold, over, "over"),
        JSON_BOOL(Hold, damaged, "damaged"),
        JSON_INTEGER(Hold, since_s, "since_s"),
        JSON_INTEGER(Hold, until_s, "until_s"),
        JSON_TEXT(Hold, reason, "reason"),
        JSON_TEXT(Hold, trouble, "trouble"),
        { 0 },
};

static const JsonField distro[] = {
        JSON_TEXT(Distro, id, "id"),
        JSON_TEXT(Distro, version, "version"),
        JSON_TEXT(Distro, codename, "codename"),
        JSON_TEXT(Distro, name, "name"),
        JSON_TEXT(Distro, like, "like"),
        JSON_TEXT(Distro, platform, "platform"),
        JSON_TEXT(Distro, ubuntu_codename, "ubuntu_codename"),
        JSON_TEXT(Distro, debian_version, "debian_version"),
        JSON_TEXT(Distro, architecture, "architecture"),
        JSON_TEXT(Distro, programs, "programs"),
        JSON_TEXT(Distro, kernel, "kernel"),
        { 0 },
};

static const JsonField mount[] = {
        JSON_TEXT(MachineMount, folder, "folder"),
        JSON_TEXT(MachineMount, point, "point"),
        JSON_TEXT(MachineMount, type, "type"),
        JSON_INTEGER_OR(MachineMount, free_bytes, "free_bytes", -1),
        JSON_INTEGER_OR(MachineMount, free_inodes, "free_inodes", -1),
        TRI(MachineMount, noexec, "noexec"),
        TRI(MachineMount, read_only, "read_only"),
        TRI(MachineMount, link, "link"),
        JSON_TEXT(MachineMount, link_target, "link_target"),
        { 0 },
};

static const JsonField fitness[] = {
        TRI(Machine, known, "known"),
        JSON_INTEGER_OR(Machine, memory, "memory", -1),
        JSON_INTEGER_OR(Machine, memory_available, "memory_available", -1),
        JSON_INTEGER_OR(Machine, memory_limit, "memory_limit", -1),
        JSON_INTEGER(Machine, cpus, "cpus"),
        JSON_INTEGER(Machine, cpu_percent, "cpu_percent"),
        JSON_LIST(Machine, mounts, n_mounts, "mounts", mount),
        TRI(Machine, selinux_enforcing, "selinux_enforcing"),
        TRI(Machine, fips, "fips"),
        TRI(Machine, fapolicyd, "fapolicyd"),
        TRI(Machine, audit_immutable, "audit_immutable"),
        TRI(Machine, user_exists, "user_exists"),
        TRI(Machine, user_creatable, "user_creatable"),
        JSON_TEXT(Machine, user_trouble, "user_trouble"),
        JSON_INTEGER_OR(Machine, oom_kills, "oom_kills", -1),
        { 0 },
};

static const JsonField machine[] = {
        TRI(Facts, machine.systemd, "systemd"),
        TRI(Facts, machine.distro_known, "distro_known"),
        JSON_OBJECT(Facts, machine.distro, "distro", distro),
        JSON_OBJECT(Facts, machine.fitness, "fitness", fitness),
        { 0 },
};

static const JsonField holder[] = {
        JSON_INTEGER(FanotifyHolder, pid, "pid"),
        JSON_INTEGER(FanotifyHolder, start_time, "start_time"),
        JSON_TEXT(FanotifyHolder, exe, "exe"),
        JSON_BOOL(FanotifyHolder, deleted, "deleted"),
        JSON_TEXT(FanotifyHolder, comm, "comm"),
        JSON_TEXT(FanotifyHolder, unit, "unit"),
        JSON_TEXT(FanotifyHolder, package, "package"),
        JSON_TEXT(FanotifyHolder, container, "container"),
        JSON_BOOL(FanotifyHolder, foreign, "foreign"),
        JSON_WORD(FanotifyHolder, class, "class", class_words),
        JSON_BITS(FanotifyHolder, permission_bits, "permission_bits"),
        JSON_INTEGER(FanotifyHolder, groups, "groups"),
        JSON_INTEGER(FanotifyHolder, marks, "marks"),
        { 0 },
};

static const JsonField fanotify[] = {
        TRI(FanotifyFacts, known, "known"),
        TRI(FanotifyFacts, supported, "supported"),
        TRI(FanotifyFacts, permission_events, "permission_events"),
        JSON_LIST(FanotifyFacts, holders, n_holders, "holders", holder),
        JSON_INTEGER(FanotifyFacts, more, "more"),
        JSON_INTEGER(FanotifyFacts, unreadable, "unreadable"),
        { 0 },
};

static const JsonField stopped_product[] = {
        JSON_NAME(StoppedProduct, name, "name", product_name),
        JSON_TEXT(StoppedProduct, unit, "unit"),
        JSON_TEXT(StoppedProduct, state, "state"),
        TRI(StoppedProduct, enabled, "enabled"),
        { 0 },
};

static const JsonField stopped_products[] = {
        TRI(StoppedProducts, known, "known"),
        JSON_LIST(StoppedProducts, items, n, "products", stopped_product),
        { 0 },
};

static const JsonField azure_machine[] = {
        JSON_WORD(AzureMachine, kind, "kind", azure_words),
        JSON_TEXT(AzureMachine, resource_id, "resource_id"),
        JSON_TEXT(AzureMachine, subscription, "subscription"),
        JSON_TEXT(AzureMachine, vm_id, "vm_id"),
        JSON_TEXT(AzureMachine, name, "name"),
        JSON_TEXT(AzureMachine, location, "location"),
        JSON_TEXT(AzureMachine, cloud, "cloud"),
        { 0 },
};

static const JsonField azure_record[] = {
        JSON_TEXT(AzureRecord, vm_id, "vm_id"),
        JSON_TEXT(AzureRecord, device, "device"),
        { 0 },
};

static const JsonField azure[] = {
        TRI(AzureFacts, known, "known"),
        JSON_OBJECT(AzureFacts, machine, "machine", azure_machine),
        JSON_OBJECT(AzureFacts, record, "remembered", azure_record),
        JSON_TEXT(AzureFacts, trouble, "trouble"),
        { 0 },
};

static const JsonField install_path[] = {
        TRI(InstallPath, fits, "fits"),
        JSON_TEXT(InstallPath, trouble, "trouble"),
        JSON_TEXT(InstallPath, type, "type"),
        { 0 },
};

static const JsonField proxy[] = {
        JSON_TEXT(Proxy, server, "server"),
        JSON_TEXT(Proxy, url, "url"),
        JSON_TEXT(Proxy, source, "source"),
        JSON_BOOL(Proxy, own, "own"),
        JSON_TEXT(Proxy, own_source, "own_source"),
        JSON_TEXT(Proxy, firm_url, "firm_url"),
        JSON_TEXT(Proxy, firm_source, "firm_source"),
        JSON_TEXT(Proxy, machine_url, "machine_url"),
        JSON_TEXT(Proxy, machine_source, "machine_source"),
        JSON_TEXT(Proxy, exceptions, "exceptions"),
        JSON_WORD(Proxy, passed, "passed", proxy_words),
        JSON_TEXT(Proxy, passed_scheme, "passed_kind"),
        JSON_TEXT(Proxy, passed_source, "passed_source"),
        { 0 },
};

static const JsonField package[] = {
        TRI(Facts, package.manager, "manager"),
        JSON_WORD(Facts, package.manager_id, "manager_name", manager_words),
        JSON_TEXT(Facts, package.missing, "missing"),
        TRI(Facts, package.https, "https"),
        TRI(Facts, package.broken, "broken"),
        JSON_TEXT(Facts, package.sign, "sign"),
        TRI(Facts, package.foreign, "foreign"),
        TRI(Facts, package.registered, "registered"),
        JSON_TEXT(Facts, package.foreign_names, "foreign_names"),
        JSON_WORD(Facts, package.state, "state", package_words),
        JSON_TEXT(Facts, package.version, "version"),
        { 0 },
};

static const JsonField updaters[] = {
        TRI(UpdatersFacts, known, "known"),
        JSON_NAME(UpdatersFacts, name, "name", updater_name),
        JSON_TEXT(UpdatersFacts, where, "where"),
        { 0 },
};

static const JsonField update[] = {
        TRI(Facts, update.due, "due"),
        JSON_INTEGER(Facts, update.record.looked, "looked"),
        JSON_BOOL(Facts, update.record.due, "found"),
        TRI(Facts, update.record.opted_out, "opted_out"),
        JSON_TEXT(Facts, update.record.trouble, "trouble"),
        JSON_TEXT(Facts, update.record.before, "before"),
        JSON_TEXT(Facts, update.record.after, "after"),
        JSON_TEXT(Facts, update.record.skipped, "skipped"),
        JSON_INTEGER(Facts, update.record.skipped_s, "skipped_s"),
        JSON_TEXT(Facts, update.record.skipped_why, "skipped_why"),
        JSON_OBJECT(Facts, update.others, "others", updaters),
        { 0 },
};

static const JsonField unit[] = {
        JSON_TEXT(UnitState, load, "load"),
        JSON_TEXT(UnitState, active, "active"),
        JSON_TEXT(UnitState, sub, "sub"),
        JSON_TEXT(UnitState, file, "file"),
        JSON_TEXT(UnitState, result, "result"),
        JSON_INTEGER(UnitState, restarts, "restarts"),
        JSON_BOOL(UnitState, has_restarts, "has_restarts"),
        JSON_INTEGER(UnitState, main_pid, "main_pid"),
        JSON_BOOL(UnitState, job_pending, "job_pending"),
        JSON_BOOL(UnitState, needs_reload, "needs_reload"),
        { 0 },
};

static const JsonField tag[] = {
        JSON_TEXT(SensorTag, key, "key"),
        JSON_TEXT(SensorTag, value, "value"),
        { 0 },
};

static const JsonField health[] = {
        TRI(SensorHealth, answering, "answering"),
        JSON_TEXT(SensorHealth, trouble, "trouble"),
        TRI(SensorHealth, healthy, "healthy"),
        TRI(SensorHealth, licensed, "licensed"),
        JSON_TEXT(SensorHealth, org_id, "org_id"),
        JSON_TEXT(SensorHealth, version, "version"),
        JSON_TEXT(SensorHealth, machine_id, "machine_id"),
        JSON_TEXT(SensorHealth, ring, "ring"),
        JSON_TEXT(SensorHealth, definitions, "definitions"),
        JSON_INTEGER(SensorHealth, definitions_age_min, "definitions_age_min"),
        JSON_INTEGER(SensorHealth, expires_s, "expires_s"),
        TRI(SensorHealth, passive, "passive"),
        TRI(SensorHealth, passive_managed, "passive_managed"),
        JSON_TEXT(SensorHealth, mode, "mode"),
        JSON_TEXT(SensorHealth, managed_by, "managed_by"),
        JSON_TEXT(SensorHealth, tamper, "tamper"),
        TRI(SensorHealth, troubleshooting, "troubleshooting"),
        JSON_TEXT(SensorHealth, group_ids, "group_ids"),
        JSON_TEXT(SensorHealth, proxy, "proxy"),
        JSON_TEXT(SensorHealth, conflicting, "conflicting"),
        JSON_TEXT(SensorHealth, issues, "issues"),
        JSON_LIST(SensorHealth, tags, n_tags, "tags", tag),
        TRI(SensorHealth, tags_known, "tags_known"),
        TRI(SensorHealth, tags_managed, "tags_managed"),
        { 0 },
};

static const JsonField sensor[] = {
        TRI(Facts, sensor.files, "files"),
        JSON_TEXT(Facts, sensor.folder, "folder"),
        TRI(Facts, sensor.loaded, "loaded"),
        TRI(Facts, sensor.enabled, "enabled"),
        TRI(Facts, sensor.active, "active"),
        TRI(Facts, sensor.masked, "masked"),
        JSON_OBJECT(Facts, sensor.unit, "unit", unit),
        TRI(Facts, sensor.onboarded, "onboarded"),
        JSON_TEXT(Facts, sensor.onboarded_org, "onboarded_org"),
        TRI(Facts, sensor.offboarding_file, "offboarding_file"),
        TRI(Facts, sensor.onboarding_kept, "onboarding_kept"),
        JSON_OBJECT(Facts, sensor.health, "health", health),
        TRI(Facts, sensor.managed, "managed"),
        JSON_OWNED(Facts, sensor.managed_json, sensor.managed_length, "managed_json", FACTS_JSON_MANAGED_MAX),
        { 0 },
};

static const JsonField refusal[] = {
        JSON_TEXT(RefusedItem, what, "what"),
        JSON_TEXT(RefusedItem, said, "said"),
        { 0 },
};

const JsonField facts_json_fields[] = {
        JSON_WORD(Facts, look, "look", look_words),
        JSON_INTEGER(Facts, now_s, "now_s"),
        TRI(Facts, fulfilled, "fulfilled"),
        JSON_TEXT(Facts, fulfilled_org, "fulfilled_org"),
        JSON_TEXT(Facts, unmet_org, "unmet_org"),
        TRI(Facts, blind, "blind"),
        JSON_LIST(Facts, refused.items, refused.n, "refused", refusal),
        JSON_GROUP("extension", extension),
        JSON_OBJECT(Facts, hold, "hold", hold),
        JSON_GROUP("machine", machine),
        JSON_OBJECT(Facts, fanotify, "fanotify", fanotify),
        JSON_OBJECT(Facts, stopped_products, "stopped_products", stopped_products),
        JSON_OBJECT(Facts, azure, "azure", azure),
        JSON_OBJECT(Facts, path, "install_path", install_path),
        JSON_GROUP("package", package),
        JSON_OBJECT(Facts, proxy, "proxy", proxy),
        JSON_GROUP("update", update),
        JSON_GROUP("sensor", sensor),
        { 0 },
};

/* --- the document ------------------------------------------------------------------------------------ */

Json *facts_json_make(const Facts *facts)
{
        Json *json = json_object_new_object(), *fields = json_record_make(facts_json_fields, facts);

        json_object_object_add(json, "schema", json_object_new_int(FACTS_JSON_SCHEMA));
        json_object_object_add(json, "program", json_object_new_string(version_text));
        json_object_object_foreach(fields, name, member) json_object_object_add(json, name, json_object_get(member));
        json_free(fields);
        return json;
}

/* In the document of check they are a member. */
static Json *find_facts(Json *json)
{
        const char *schema = json_object_is_type(json, json_type_object) ? json_string(json, "schema") : NULL;

        return text_equal(schema, FACTS_JSON_CHECK) ? json_member(json, "facts") : json;
}

int facts_json_read(Json *document, Facts *ret, Error *err)
{
        _cleanup_(facts_clear) Facts facts;
        Json *json = find_facts(document), *schema = json_member(json, "schema");

        memset(&facts, 0, sizeof(facts));
        if (json_object_is_type(json, json_type_object) &&
            (!json_object_is_type(schema, json_type_int) || json_object_get_int(schema) != FACTS_JSON_SCHEMA))
                return error_set(err, ERROR_INPUT, "these are no facts of schema %d, as this version reads them",
                                 FACTS_JSON_SCHEMA);
        if (json_record_read(facts_json_fields, json, &facts, err) < 0)
                return -1;
        facts.machine.support = distro_support(&facts.machine.distro);
        facts.machine.derived = distro_derived(&facts.machine.distro);
        memcpy(ret, &facts, sizeof(facts));
        facts.sensor.managed_json = NULL;
        return 0;
}
