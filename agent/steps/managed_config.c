/*
 * Before the package for a new sensor, so that it is as asked from its first second; for one that is there the step is
 * a transaction of its own. The file is the customer's: its mode and owner stay, what it was is kept in STATE.
 */
#include "agent/sensor/managed.h"
#include "agent/state.h"
#include "agent/steps.h"
#include "agent/undo.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define BACKUPS STATE_FOLDER "/managed"
#define BACKUPS_MAX 8
#define TAKE_IN_MS 10000 /* what is not taken in by then is told, and left to the sensor */
#define PAUSE_MS 250

typedef struct File {
        char *text; /* NULL: there is none */
        size_t length;
} File;

static void file_clear(File *file)
{
        free(file->text);
}

static int read_file(const Host *host, File *ret, Error *err)
{
        _cleanup_free_ char *full = host_path(host, SENSOR_MANAGED_FILE);
        struct stat st = { 0 };
        File file = { 0 };

        if (lstat(full, &st) < 0 && errno != ENOENT && errno != ENOTDIR)
                return error_errno(err, errno, "look at %s", SENSOR_MANAGED_FILE);
        if (st.st_mode && !S_ISREG(st.st_mode))
                return error_set(err, ERROR_INPUT, "%s is a link or no file, and is left alone", SENSOR_MANAGED_FILE);
        if (fs_read(host, SENSOR_MANAGED_FILE, JSON_SIZE_MAX, &file.text, &file.length, err) < 0)
                return -1;
        *ret = file;
        return 0;
}

/* Every folder that is not there yet. */
static int make_folders(const Host *host, Error *err)
{
        static const char *const folders[] = { "/etc/opt", "/etc/opt/microsoft", SENSOR_FOLDER,
                                               SENSOR_FOLDER "/managed" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(folders); i++)
                if (!fs_is_folder(host, folders[i]) &&
                    (undo_remember_made(host, folders[i], err) < 0 || fs_make_folder(host, folders[i], 0755, err) < 0))
                        return -1;
        return 0;
}

/* The oldest go: their names are times. */
static int drop_backups(const Host *host, Error *err)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t n = 0, i;

        if (fs_list(host, BACKUPS, &names, err) < 0)
                return -1;
        while (names[n])
                n++;
        for (i = 0; i + BACKUPS_MAX <= n; i++) {
                _cleanup_free_ char *path = text_format(BACKUPS "/%s", names[i]);

                if (fs_remove(host, path, err) < 0)
                        return -1;
        }
        return 0;
}

static int keep_backup(const Host *host, const File *file, Error *err)
{
        char now[TEXT_TIME_MAX];
        _cleanup_free_ char *path = text_format(BACKUPS "/%s.json", text_time((int64_t)time(NULL), now));

        if (!file->text)
                return 0;
        if (undo_remember_folder(host, BACKUPS, err) < 0 || fs_make_folder(host, BACKUPS, 0700, err) < 0 ||
            drop_backups(host, err) < 0)
                return -1;
        return undo_write(host, path, file->text, file->length, 0600, err);
}

static int replace_file(const Host *host, const File *file, const char *text, size_t length, Error *err)
{
        /* the folders first: undone last, when our file in them is gone; what others put there meanwhile stays */
        return make_folders(host, err) < 0 || keep_backup(host, file, err) < 0
                       ? -1
                       : undo_rewrite(host, SENSOR_MANAGED_FILE, text, length, 0644, 0, err);
}

/* As it is now: a tool of the customer's may have written it since the plan was made. */
static int write_file(Mission *mission, const Managed *managed, Error *err)
{
        _cleanup_(file_clear) File file = { 0 };
        _cleanup_free_ char *edited = NULL;
        size_t length;

        if (read_file(mission->host, &file, err) < 0)
                return -1;
        if (managed_edit(managed, file.text, file.length, &edited, &length, err) < 0)
                return error_prefix(err, "%s cannot be edited", SENSOR_MANAGED_FILE);
        return replace_file(mission->host, &file, edited, length, err);
}

static void announce(Mission *mission, const Managed *managed)
{
        size_t i;

        for (i = 0; i < managed->n; i++) {
                const ManagedItem *item = &managed->items[i];
                _cleanup_free_ char *what = managed_what(item), *before = managed_before(item, &mission->facts),
                                    *after = managed_after(item);

                if (item->differs)
                        mission_changed(mission, what, before, after);
        }
}

/* From what was seen when the plan was made. */
void steps_announce_managed(Mission *mission)
{
        _cleanup_(managed_clear) Managed managed = { 0 };

        managed_make(mission->request, &mission->facts, &managed);
        announce(mission, &managed);
}

static bool is_taken_in(Mission *mission)
{
        static const ManagedKind kinds[] = { MANAGED_PASSIVE, MANAGED_PROXY, MANAGED_GROUPS };
        _cleanup_(managed_clear) Managed managed = { 0 };
        size_t i;

        managed_make(mission->request, &mission->facts, &managed);
        for (i = 0; i < ELEMENTSOF(kinds); i++) {
                Tri reported = managed_reported(&managed, kinds[i], &mission->facts.sensor.health);

                if (reported != TRI_YES && reported != TRI_NOT_ASKED)
                        return false;
        }
        return true;
}

int steps_wait_for_managed(Mission *mission, Failure *failure)
{
        Deadline deadline = deadline_sooner(mission->deadline, deadline_in(TAKE_IN_MS));
        Error err = { 0 };

        if (!plan_has(&mission->plan, STEP_MANAGED_CONFIG))
                return 0;
        for (;;) {
                facts_refresh_sensor(mission->host, deadline, &mission->facts);
                if (mission->facts.sensor.health.answering != TRI_YES || is_taken_in(mission))
                        return 0;
                mission_say(mission, "waiting for the sensor to take in its managed configuration");
                if (host_wait(mission->host, PAUSE_MS, deadline, &err) == 0)
                        continue;
                if (err.kind == ERROR_STOPPED)
                        return failure_from(failure, REASON_STOPPED, &err);
                log_info("the sensor has not taken in its managed configuration after %d s", TAKE_IN_MS / 1000);
                return 0;
        }
}

int step_managed_config(Mission *mission, Failure *failure)
{
        _cleanup_(managed_clear) Managed managed = { 0 };
        bool answering = mission->facts.sensor.health.answering == TRI_YES;
        Error err = { 0 };

        managed_make(mission->request, &mission->facts, &managed);
        mission_say(mission, "writing %s", SENSOR_MANAGED_FILE);
        if (write_file(mission, &managed, &err) < 0)
                return steps_fail(failure, REASON_MANAGED_CONFIG, &err);
        if (plan_has(&mission->plan, STEP_PACKAGE))
                return 0; /* its success is the commit point, and what is announced then */
        if (undo_commit(mission->host, &err) < 0)
                return steps_fail(failure, REASON_INTERNAL, &err);
        announce(mission, &managed);
        return answering ? steps_wait_for_managed(mission, failure) : 0;
}
