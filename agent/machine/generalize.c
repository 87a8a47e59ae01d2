/*
 * A folder of the sensor is cleared but for what is known to be the same on every machine: what a newer sensor keeps
 * there is not known here, and goes.
 */
#include "agent/machine/generalize.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/guest/places.h"
#include "agent/sensor/sensor.h"
#include "agent/state.h"
#include "platform/base/text.h"
#include "platform/flush.h"
#include "platform/fs.h"
#include "platform/image.h"
#include "platform/safe_folder.h"

#define KEPT_MAX 3

/* What goes out of a folder: what begins so, but for what is kept; a name in kept that ends with '*' is a beginning. */
static const struct {
        const char *folder;
        const char *prefix; /* "": all */
        const char *kept[KEPT_MAX];
        const char *why;
} places[] = {
        { SENSOR_FOLDER, "mdatp_onboard.json", { NULL }, "each copy would be a device of this tenant at once" },
        { SENSOR_FOLDER, "mdatp_offboard.json", { NULL }, "it keeps a copy from being onboarded" },
        { SENSOR_FOLDER, "wdavstate", { NULL }, "it holds the device's identity: the copies would be one device" },
        { SENSOR_FOLDER,
          "",
          { "managed", "mde_path.json", NULL },
          "what the sensor keeps of this machine: its identity, tags, settings made here" },
        { "/var/opt/microsoft/mdatp", "", { "definitions*", NULL }, "the sensor's state, quarantine and crash files" },
        { "/var/log/microsoft/mdatp", "", { NULL }, "the sensor's logs" },
        { STATE_FOLDER,
          "",
          { "lock", "next", ".next" FS_TEMPORARY "*" },
          "what mde-linux remembers of this machine and of its runs" },
        { STATE_CACHE, "", { NULL }, "downloads" },
        { "/var/log/mde-linux", "", { NULL }, "logs of mde-linux" },
        { EXTENSION_LOGS, EXTENSION_NAME, { NULL }, "logs of the extension" },
        { EXTENSION_ARC_LOGS, EXTENSION_NAME, { NULL }, "logs of the extension" },
};

#define UNIT_FOLDER "/etc/systemd/system"
#define UNIT_WHY "the daily look: the next enable brings it"

/* Of a machine that does not run, systemd cannot be asked to forget them. A link in the place of a unit masks it. */
static const struct {
        const char *folder, *name;
        bool is_link;
} image_units[] = {
        { UNIT_FOLDER "/timers.target.wants", RECHECK_TIMER, true },
        { UNIT_FOLDER, RECHECK_TIMER, false },
        { UNIT_FOLDER, RECHECK_SERVICE, false },
        { "/var/lib/systemd/timers", "stamp-" RECHECK_TIMER, false },
};

void generalize_list_clear(GeneralizeList *list)
{
        size_t i;

        for (i = 0; i < list->n; i++)
                free(list->items[i].path);
        free(list->items);
        *list = (GeneralizeList){ 0 };
}

static bool is_kept(const char *name, const char *const kept[KEPT_MAX])
{
        size_t i;

        for (i = 0; i < KEPT_MAX && kept[i]; i++) {
                size_t length = strlen(kept[i]);

                if (kept[i][length - 1] == '*' ? strncmp(name, kept[i], length - 1) == 0 : text_equal(name, kept[i]))
                        return true;
        }
        return false;
}

static bool is_listed(const GeneralizeList *list, const char *path)
{
        size_t i;

        for (i = 0; i < list->n; i++)
                if (text_equal(list->items[i].path, path))
                        return true;
        return false;
}

/* Takes path. */
static void add(GeneralizeList *list, char *path, const char *why)
{
        GeneralizeItem *items = realloc(list->items, (list->n + 1) * sizeof(*items));

        if (!items)
                abort();
        list->items = items;
        list->items[list->n++] = (GeneralizeItem){ path, why };
}

/* As deep as it may be: to remove it all would empty somebody else's file system. */
static int check_mounts(const MountTable *mounts, const SafeFolder *folder, const char *name, Error *err)
{
        _cleanup_free_ char *path = text_format("%s/%s", text_equal(folder->path, "/") ? "" : folder->path, name),
                            *shown = NULL;
        size_t i;

        for (i = 0; i < mounts->n; i++) {
                if (!mount_is_below(mounts->items[i].point, path))
                        continue;
                shown = text_escape(mounts->items[i].point, 300);
                return error_set(err, ERROR_TRUST,
                                 "a file system is mounted on %s, and what is in it would be removed with %s. Unmount "
                                 "it first",
                                 shown, name);
        }
        return 0;
}

static int look_at(const Host *host, size_t place, const MountTable *mounts, GeneralizeList *list, Error *err)
{
        _cleanup_(safe_folder_close) SafeFolder folder = { .fd = -1 };
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i;

        if (safe_folder_open(host, places[place].folder, &folder, err) < 0)
                return -1;
        if (folder.fd < 0)
                return 0;
        if (fs_list_at(folder.fd, &names, err) < 0)
                return error_prefix(err, "%s", places[place].folder);
        for (i = 0; names[i]; i++) {
                char *path;

                if (!text_starts_with(names[i], places[place].prefix) || is_kept(names[i], places[place].kept))
                        continue;
                if (check_mounts(mounts, &folder, names[i], err) < 0)
                        return -1;
                path = text_format("%s/%s", places[place].folder, names[i]);
                if (is_listed(list, path))
                        free(path);
                else
                        add(list, path, places[place].why);
        }
        return 0;
}

static int look_at_units(const Host *host, GeneralizeList *list, Error *err)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(image_units); i++) {
                _cleanup_(safe_folder_close) SafeFolder folder = { .fd = -1 };
                struct stat st;

                if (safe_folder_open(host, image_units[i].folder, &folder, err) < 0)
                        return -1;
                if (folder.fd >= 0 && fstatat(folder.fd, image_units[i].name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                    (image_units[i].is_link ? S_ISLNK(st.st_mode) : S_ISREG(st.st_mode)))
                        add(list, text_format("%s/%s", image_units[i].folder, image_units[i].name), UNIT_WHY);
        }
        return 0;
}

bool generalize_has(const GeneralizeList *list, const char *name)
{
        size_t i;

        for (i = 0; i < list->n; i++)
                if (text_equal(strrchr(list->items[i].path, '/') + 1, name))
                        return true;
        return false;
}

int generalize_look(const Host *host, GeneralizeList *ret, Error *err)
{
        _cleanup_(generalize_list_clear) GeneralizeList list = { 0 };
        _cleanup_(mount_table_clear) MountTable mounts = { 0 };
        size_t i;

        if (image_mounts(host, &mounts, err) < 0)
                return -1;
        for (i = 0; i < ELEMENTSOF(places); i++)
                if (look_at(host, i, &mounts, &list, err) < 0)
                        return -1;
        if (host->image && look_at_units(host, &list, err) < 0)
                return -1;
        *ret = list;
        list = (GeneralizeList){ 0 };
        return 0;
}

static int remove_item(const Host *host, const GeneralizeItem *item, Error *err)
{
        const char *name = strrchr(item->path, '/') + 1;
        _cleanup_free_ char *above = text_copy_n(item->path, (size_t)(name - 1 - item->path));
        _cleanup_(safe_folder_close) SafeFolder folder = { .fd = -1 };

        if (safe_folder_open(host, above, &folder, err) < 0)
                return -1;
        if (folder.fd >= 0 && fs_remove_at(folder.fd, name, err) < 0)
                return error_prefix(err, "%s", above);
        return 0;
}

/* An image is taken of what the disk has. */
static const char *const flushed[] = { "/etc", "/var/opt", "/var/log", "/var/lib", "/var/cache" };

int generalize_remove(const Host *host, const GeneralizeList *list, Error *err)
{
        size_t i;

        for (i = 0; i < list->n; i++)
                if (remove_item(host, &list->items[i], err) < 0)
                        return -1;
        flush_end(flush_start(host, flushed, ELEMENTSOF(flushed)));
        return 0;
}
