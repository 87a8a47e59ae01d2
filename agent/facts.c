#include "agent/facts.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "agent/machine/conflict_look.h"
#include "agent/onboarding/onboarding.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/json.h"

#define ONBOARDING_FILE_MAX (1024 * 1024)
#define MANAGED_FILE_MAX JSON_SIZE_MAX
#define PATH_FILE_MAX (16 * 1024)

/* What a sensor and its package write to. */
static const char *const written[] = { "/opt", "/var", "/var/cache", "/var/lib", "/var/log",
                                       "/etc", "/usr", "/tmp",       NULL };

void facts_clear(Facts *facts)
{
        free(facts->sensor.managed_json);
        *facts = (Facts){ 0 };
}

bool facts_are_held(const Host *host)
{
        Hold hold;

        hold_read(host, (int64_t)time(NULL), &hold);
        return hold.held == TRI_YES;
}

/* Also in the first look: whoever reads a status asks for it, and it is cheap. */
static void look_at_crypto(const Host *host, Facts *facts)
{
        Error err = { 0 };

        facts->machine.fitness.fips = host_openssl_fips(host);
        facts->extension.host_openssl = host_openssl_business(host);
        if (facts->extension.host_openssl == TRI_YES && host_openssl_version(host, facts->extension.openssl, &err) < 0)
                log_debug("%s", err.text);
}

static void look_at_distro(const Host *host, Facts *facts)
{
        Error err = { 0 };

        if (distro_read(host, &facts->machine.distro, &err) < 0) {
                log_debug("distribution unknown: %s", err.text);
                facts->machine.distro_known = err.kind == ERROR_MISSING ? TRI_NO : TRI_UNKNOWN;
                return;
        }
        facts->machine.distro_known = TRI_YES;
        facts->machine.support = distro_support(&facts->machine.distro);
        facts->machine.derived = distro_derived(&facts->machine.distro);
}

static const PackageManager *choose_manager(const Host *host, const Facts *facts)
{
        const DistroSupport *like = facts->machine.support ? facts->machine.support : facts->machine.derived;

        return like ? package_manager(package_manager_choose(host, like->manager)) : package_manager_find(host);
}

/* Without starting anything: cheap enough for the first look. */
static void look_at_registration(const Host *host, Facts *facts)
{
        const PackageManager *manager = choose_manager(host, facts);

        facts->package.registered = manager ? manager->is_registered(host, SENSOR_PACKAGE) : TRI_UNKNOWN;
}

static void look_at_broken(const Host *host, const PackageManager *manager, Facts *facts)
{
        Error err = { 0 };

        facts->package.broken = tri(manager->is_broken(host, facts->package.sign));
        if (facts->package.broken != TRI_YES)
                return;
        facts->package.foreign = TRI_UNKNOWN;
        if (!manager->broken_others)
                return;
        if (manager->broken_others(host, SENSOR_PACKAGE, facts->package.foreign_names, &err) < 0)
                log_debug("broken packages unknown: %s", err.text);
        else
                facts->package.foreign = tri(*facts->package.foreign_names);
}

static void look_for_missing(const Host *host, Facts *facts)
{
        const DistroSupport *like = facts->machine.support ? facts->machine.support : facts->machine.derived;
        const char *missing = like ? package_manager_lacks(host, like->manager) : NULL;

        snprintf(facts->package.missing, sizeof(facts->package.missing), "%s", missing ? missing : "");
}

/* Without the folder of programs like it nothing is known of this one. */
static Tri has_program_for_https(const Host *host, const char *program)
{
        _cleanup_free_ char *folder = text_copy_n(program, (size_t)(strrchr(program, '/') - program));

        return fs_exists(host, program) ? TRI_YES : fs_exists(host, folder) ? TRI_NO : TRI_UNKNOWN;
}

static void look_at_package(const Host *host, Facts *facts)
{
        const PackageManager *manager = choose_manager(host, facts);
        const char *https;
        Error err = { 0 };

        facts->package.manager = tri(manager != NULL);
        if (!manager) {
                look_for_missing(host, facts);
                return;
        }
        facts->package.manager_id = manager->id;
        https = package_manager_words(manager->id)->https[0];
        if (https)
                facts->package.https = has_program_for_https(host, https);
        if (manager->state(host, SENSOR_PACKAGE, &facts->package.state, facts->package.version, &err) < 0)
                log_debug("package state unknown: %s", err.text);
        look_at_broken(host, manager, facts);
}

/* As the sensor's installation path is written down: {"path": "FOLDER/microsoft_mdatp"}. Caller frees; NULL: none. */
static char *read_custom_folder(const Host *host)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_json_ Json *json = NULL;
        const char *path;
        size_t length = 0;

        if (fs_read(host, SENSOR_PATH_FILE, PATH_FILE_MAX, &text, &length, NULL) < 0 || !text ||
            json_parse(text, length, &json, NULL) < 0)
                return NULL;
        path = json_string(json, "path");
        return path && *path == '/' ? text_format("%s" SENSOR_HOME, path) : NULL;
}

static void look_at_folder(const Host *host, Facts *facts)
{
        _cleanup_free_ char *custom = read_custom_folder(host);
        const char *folder = custom && fs_exists(host, custom) ? custom : SENSOR_HOME;
        _cleanup_free_ char *resolved = host_is_live(host) ? realpath(folder, NULL) : NULL;

        snprintf(facts->sensor.folder, sizeof(facts->sensor.folder), "%s", resolved ? resolved : folder);
}

static void look_at_files(const Host *host, Facts *facts)
{
        _cleanup_free_ char *json = NULL;
        size_t length = 0;

        look_at_folder(host, facts);

        facts->sensor.files = tri(fs_exists(host, SENSOR_PROGRAM));
        facts->sensor.offboarding_file = tri(fs_exists(host, SENSOR_OFFBOARDING_FILE));
        facts->sensor.onboarding_kept = tri(fs_exists(host, SENSOR_KEPT_FILE));
        if (fs_read(host, SENSOR_ONBOARDING_FILE, ONBOARDING_FILE_MAX, &json, &length, NULL) < 0) {
                facts->sensor.onboarded = TRI_UNKNOWN;
                return;
        }
        facts->sensor.onboarded = tri(json != NULL);
        if (!json || !onboarding_file_org_id(json, length, facts->sensor.onboarded_org))
                facts->sensor.onboarded_org[0] = '\0';
}

/* At a custom installation path, also where nothing leads there from the usual one. */
static void look_at_program(const Host *host, Facts *facts)
{
        _cleanup_free_ char *program = text_format("%s/sbin/wdavdaemon", facts->sensor.folder);

        if (facts->sensor.files == TRI_NO && *facts->sensor.folder)
                facts->sensor.files = tri(fs_exists(host, program));
}

/* Of no use when it cannot be read: then what it should hold is UNKNOWN. */
static void look_at_managed(const Host *host, Facts *facts)
{
        free(TAKE_PTR(facts->sensor.managed_json));
        facts->sensor.managed_length = 0;
        facts->sensor.managed = TRI_UNKNOWN;
        if (fs_read(host, SENSOR_MANAGED_FILE, MANAGED_FILE_MAX, &facts->sensor.managed_json,
                    &facts->sensor.managed_length, NULL) == 0)
                facts->sensor.managed = tri(facts->sensor.managed_json != NULL);
}

/* A power cut may leave the package's own unit file empty, which systemd calls masked; who masks a unit does it in /etc
 * or /run. */
static bool is_torn(const Host *host)
{
        static const char *const masks[] = { "/etc/systemd/system/" SENSOR_UNIT, "/run/systemd/system/" SENSOR_UNIT };
        static const char *const files[] = { "/usr/lib/systemd/system/" SENSOR_UNIT,
                                             "/lib/systemd/system/" SENSOR_UNIT };
        bool torn = false;
        struct stat st;
        size_t i;

        for (i = 0; i < ELEMENTSOF(masks); i++) {
                if (host_lstat(host, masks[i], &st) == 0)
                        return false;
                torn = torn || (host_lstat(host, files[i], &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0);
        }
        return torn;
}

static void look_at_unit(const Host *host, Facts *facts)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState *unit = &facts->sensor.unit;
        Error err = { 0 };

        facts->sensor.loaded = facts->sensor.enabled = facts->sensor.active = facts->sensor.masked = TRI_UNKNOWN;
        if (!host_is_live(host) || !systemd_is_running(host))
                return;
        if (systemd_open(&systemd, &err) < 0 || systemd_unit_state(systemd, SENSOR_UNIT, unit, &err) < 0) {
                log_debug("unit state unknown: %s", err.text);
                return;
        }
        facts->sensor.loaded = tri(text_equal(unit->load, "loaded") || text_equal(unit->load, "masked"));
        facts->sensor.masked =
                tri((text_equal(unit->load, "masked") || text_starts_with(unit->file, "masked")) && !is_torn(host));
        facts->sensor.enabled = tri(text_starts_with(unit->file, "enabled") || text_equal(unit->file, "static") ||
                                    text_equal(unit->file, "alias"));
        facts->sensor.active = tri(text_equal(unit->active, "active") || text_equal(unit->active, "reloading"));
}

void facts_refresh_sensor(const Host *host, Deadline deadline, Facts *facts)
{
        look_at_files(host, facts);
        look_at_program(host, facts);
        look_at_managed(host, facts);
        look_at_unit(host, facts);
        facts->sensor.health = (SensorHealth){ .answering = TRI_NO };
        if (facts->sensor.files == TRI_YES)
                sensor_read_health(host, deadline, &facts->sensor.health);
}

void facts_gather(const Host *host, Look look, Deadline deadline, Facts *ret)
{
        const AzureFacts azure = ret->azure;

        *ret = (Facts){ .look = look, .now_s = (int64_t)time(NULL), .azure = azure };
        ret->extension.portable = tri(version_is_portable);
        ret->extension.built_s = version_built_s;
        look_at_crypto(host, ret);
        hold_read(host, ret->now_s, &ret->hold);
        look_at_registration(host, ret);
        update_record_read(host, &ret->update.record);
        facts_refresh_sensor(host, deadline, ret);
        ret->machine.systemd = tri(systemd_is_running(host));
        if (look == LOOK_SECOND || ret->machine.systemd == TRI_NO)
                look_at_distro(host,
                               ret); /* what has no systemd is seldom one that is supported: that is told at once */
        if (look == LOOK_FIRST)
                return;
        look_at_package(host, ret);
        proxy_look(host, ret->package.manager_id, host->packages_url, &ret->proxy);
        machine_look(host, written, SENSOR_USER, &ret->machine.fitness);
        conflict_look(host, deadline, ret);
        updaters_look(host, ret->machine.distro.codename, &ret->update.others);
        ret->update.due = tri(ret->update.record.due);
        if (ret->azure.known == TRI_NOT_ASKED)
                azure_look(host, &ret->azure);
}
