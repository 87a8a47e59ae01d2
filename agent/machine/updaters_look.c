#include "agent/machine/updaters.h"

#include <stdio.h>
#include <string.h>

#include "agent/sensor/sensor.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/process.h"
#include "platform/systemd.h"

#define QUESTION_MS 10000
#define FILE_MAX (256 * 1024)

/* Without asking systemd, which would load each name of the table. */
static bool is_installed(const Host *host, const char *unit)
{
        static const char *const folders[] = { "/etc/systemd/system", "/usr/lib/systemd/system",
                                               "/lib/systemd/system" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(folders); i++) {
                _cleanup_free_ char *path = text_format("%s/%s", folders[i], unit);

                if (fs_exists(host, path))
                        return true;
        }
        return false;
}

/* Its units: NULL: none is enabled; "": it needs none. */
static const char *enabled_unit(const Host *host, const Updater *updater, Systemd **systemd)
{
        UnitState state = { 0 };
        size_t i;

        for (i = 0; i < UPDATER_UNITS_MAX && updater->units[i]; i++) {
                const char *unit = updater->units[i];

                if (!is_installed(host, unit) || (!*systemd && systemd_open(systemd, NULL) < 0) ||
                    systemd_unit_state(*systemd, unit, &state, NULL) < 0)
                        continue;
                if (text_starts_with(state.file, "enabled") || text_equal(state.active, "active"))
                        return unit;
        }
        return updater->units[0] ? NULL : "";
}

static bool found(const char *where, const Updater *updater, UpdatersFacts *ret)
{
        _cleanup_free_ char *shown = text_escape(where, sizeof(ret->where) - 1);

        ret->name = updater->name;
        snprintf(ret->where, sizeof(ret->where), "%s", shown);
        return true;
}

static bool answer_takes_in(const Host *host, const Updater *updater, const UpdaterOurs *ours)
{
        const ProcessSpec spec = {
                .argv = updater->question, .deadline = deadline_in(QUESTION_MS), .output_fd = -1, .stoppable = true
        };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        Error err = { 0 };

        if (process_run(host, &spec, &result, &err) < 0 || result.exit_status != 0) {
                log_debug("%s: %s", updater->question[0], err.text);
                return false;
        }
        return updater->takes_in(result.output, result.output_length, ours);
}

static bool file_takes_in(const Host *host, const char *path, const Updater *updater, const UpdaterOurs *ours)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        return fs_read(host, path, FILE_MAX, &text, &length, NULL) == 0 && text &&
               updater->takes_in(text, length, ours);
}

static bool place_takes_in(const Host *host, const char *path, const Updater *updater, const UpdaterOurs *ours,
                           UpdatersFacts *ret)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        char **name;

        if (!fs_is_folder(host, path))
                return file_takes_in(host, path, updater, ours) && found(path, updater, ret);
        if (fs_list(host, path, &names, NULL) < 0)
                return false;
        for (name = names; *name; name++) {
                _cleanup_free_ char *file = text_format("%s/%s", path, *name);

                if (file_takes_in(host, file, updater, ours))
                        return found(file, updater, ret);
        }
        return false;
}

static bool look_at(const Host *host, const Updater *updater, const UpdaterOurs *ours, Systemd **systemd,
                    UpdatersFacts *ret)
{
        const char *unit;
        size_t i;

        if (updater->program && !fs_exists(host, updater->program))
                return false;
        unit = enabled_unit(host, updater, systemd);
        if (!unit)
                return false;
        if (updater->question)
                return answer_takes_in(host, updater, ours) && found(unit, updater, ret);
        for (i = 0; i < UPDATER_FILES_MAX && updater->files[i]; i++)
                if (place_takes_in(host, updater->files[i], updater, ours, ret))
                        return true;
        return !updater->takes_in && found(unit, updater, ret);
}

void updaters_look(const Host *host, const char *codename, UpdatersFacts *ret)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        const char *name = strstr(host->packages_url, "://");
        _cleanup_free_ char *vendor = text_copy(name ? name + 3 : host->packages_url);
        const UpdaterOurs ours = { vendor, codename, SENSOR_PACKAGE };
        const Updater *updater;
        size_t i;

        *ret = (UpdatersFacts){ .known = TRI_UNKNOWN };
        vendor[strcspn(vendor, ":/")] = '\0';
        if (!host_is_live(host) || !systemd_is_running(host))
                return;
        ret->known = TRI_YES;
        for (i = 0; (updater = updater_get(i)); i++)
                if (look_at(host, updater, &ours, &systemd, ret))
                        return;
}
