#include "agent/guest/extension.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/azure/machine.h"
#include "agent/guest/settings_files.h"
#include "agent/sensor/sensor.h"
#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/json.h"
#include "platform/process.h"

#define FILE_MAX (64 * 1024)
#define PREFIX EXTENSION_NAME "-"
#define CALL_MS 5000

/* ---- folders ----------------------------------------------------------------------------------------------------- */

static char *read_text(const Host *host, const char *folder, const char *name)
{
        _cleanup_free_ char *path = text_format("%s/config/%s", folder, name);
        char *text = NULL;
        size_t length = 0;

        return fs_read(host, path, FILE_MAX, &text, &length, NULL) < 0 ? NULL : text;
}

static void take(const char *value, char *ret, size_t size)
{
        _cleanup_free_ char *shown = text_escape(value ? value : "", size - 8);

        snprintf(ret, size, "%s", shown);
}

static void look_at_state(const Host *host, ExtensionFolder *folder)
{
        _cleanup_free_ char *state = read_text(host, folder->path, "HandlerState");
        _cleanup_free_ char *status = read_text(host, folder->path, "HandlerStatus");
        _cleanup_json_ Json *json = NULL;

        take(state ? text_trim(state) : "", folder->state, sizeof(folder->state));
        folder->enabled = *folder->state ? tri(text_equal(folder->state, "Enabled")) : TRI_UNKNOWN;
        if (!status || json_parse(status, strlen(status), &json, NULL) < 0)
                return;
        take(json_string(json, "status"), folder->reported, sizeof(folder->reported));
        take(json_string(json, "message"), folder->reported_message, sizeof(folder->reported_message));
        folder->reported_code = json_object_get_int64(json_member(json, "code"));
}

static void look_at_folder(const Host *host, ExtensionFolder *folder)
{
        _cleanup_free_ char *manifest = text_format("%s/HandlerManifest.json", folder->path);
        _cleanup_free_ char *config = text_format("%s/config", folder->path), *status = NULL;
        struct timespec written = { 0 };

        folder->unpacked = tri(fs_exists(host, manifest));
        folder->sequence = -1;
        if (settings_files_newest(host, config, &folder->sequence, &written, NULL) == 0)
                folder->settings_s = (int64_t)written.tv_sec;
        look_at_state(host, folder);
        /* without settings a run is told as number 0 */
        status = text_format("%s/status/%d.status", folder->path, folder->sequence < 0 ? 0 : folder->sequence);
        extension_status_read(host, status, &folder->status);
}

static int newest_first(const void *a, const void *b)
{
        const ExtensionFolder *one = a, *other = b;

        return sensor_compare_versions(other->version, one->version);
}

static bool is_version(const char *text)
{
        size_t length = strlen(text);

        return length > 0 && length < sizeof(((ExtensionFolder *)0)->version) && strspn(text, "0123456789.") == length;
}

/* All names of versions first: what is beyond the limit is the oldest. */
static void find_folders(const Host *host, char **names, Extension *extension)
{
        size_t all = 0, i;

        while (names[all])
                all++;
        extension->folders = text_allocate((all + 1) * sizeof(*extension->folders));
        for (i = 0; i < all; i++) {
                ExtensionFolder *folder = &extension->folders[extension->n_folders];
                const char *version = names[i] + strlen(PREFIX);

                if (!text_starts_with(names[i], PREFIX) || !is_version(version))
                        continue;
                snprintf(folder->path, sizeof(folder->path), EXTENSION_LIBRARY "/%s", names[i]);
                snprintf(folder->version, sizeof(folder->version), "%s", version);
                extension->n_folders += fs_is_folder(host, folder->path);
        }
        qsort(extension->folders, extension->n_folders, sizeof(*extension->folders), newest_first);
        if (extension->n_folders > EXTENSION_FOLDERS_MAX)
                extension->n_folders = EXTENSION_FOLDERS_MAX;
        for (i = 0; i < extension->n_folders; i++)
                look_at_folder(host, &extension->folders[i]);
}

static void look_at_folders(const Host *host, Extension *extension)
{
        _cleanup_(fs_names_freep) char **names = NULL;

        extension->visible = tri(host_access_folder(host, EXTENSION_LIBRARY, R_OK | X_OK) == 0 || errno == ENOENT ||
                                 errno == ENOTDIR);
        if (extension->visible == TRI_YES && fs_list(host, EXTENSION_LIBRARY, &names, NULL) == 0 && names)
                find_folders(host, names, extension);
}

static void look_at_agent(const Host *host, Extension *extension)
{
        AzureSigns signs;

        azure_signs_look(host, &signs);
        if (signs.runs_us || (signs.arc && !signs.vm))
                extension->agent = GUEST_AGENT_ARC;
        else
                extension->agent = fs_is_folder(host, EXTENSION_LIBRARY) ? GUEST_AGENT_AZURE : GUEST_AGENT_NONE;
}

/* ---- the program ------------------------------------------------------------------------------------------------- */

static bool is_program(const Host *host, const char *path, struct stat *st)
{
        return host_lstat(host, path, st) == 0 && S_ISREG(st->st_mode) && (st->st_mode & S_IXUSR);
}

/* "mde-linux 1.2.3.4" is the first line. */
static void ask_version(const Host *host, const char *path, char *ret, size_t size)
{
        const char *argv[] = { path, "--version", NULL };
        ProcessSpec spec = { .argv = argv, .deadline = deadline_in(CALL_MS) };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        char version[41];

        if (fs_check_trusted(host, path, NULL) == 0 && process_run(host, &spec, &result, NULL) == 0 &&
            result.exit_status == 0 && sscanf(result.output, "mde-linux %40[0-9.]", version) == 1)
                snprintf(ret, size, "%s", version);
}

static void look_at_program(const Host *host, Extension *extension)
{
        struct stat own, found, packaged;
        bool is_packaged = is_program(host, PROGRAM_PACKAGED, &packaged), is_there = is_program(host, PROGRAM, &found);

        extension->program.packaged = tri(is_packaged);
        extension->program.present = tri(is_packaged || is_there);
        if (!is_packaged && !is_there)
                return;
        if (!is_there)
                found = packaged;
        snprintf(extension->program.path, sizeof(extension->program.path), "%s", is_there ? PROGRAM : PROGRAM_PACKAGED);
        if (!host_is_live(host))
                return;
        if (stat("/proc/self/exe", &own) == 0 && own.st_dev == found.st_dev && own.st_ino == found.st_ino)
                snprintf(extension->program.version, sizeof(extension->program.version), "%s", version_text);
        else
                ask_version(host, extension->program.path, extension->program.version,
                            sizeof(extension->program.version));
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

void extension_look(const Host *host, Extension *ret)
{
        *ret = (Extension){ 0 };
        look_at_agent(host, ret);
        look_at_folders(host, ret);
        look_at_program(host, ret);
        extension_state_look(host, &ret->state);
        ret->runs = extension_runs_read(host, EXTENSION_RUNS_MAX, &ret->n_runs);
        extension_recheck_look(host, &ret->recheck);
}
