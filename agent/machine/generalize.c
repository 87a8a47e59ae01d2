/*
 * A folder of the sensor is cleared but for what is known to be the same on every machine: what a newer sensor keeps
 * there is not known here, and goes.
 */
#include "agent/machine/generalize.h"

#include <string.h>

#include "agent/guest/places.h"
#include "agent/sensor/sensor.h"
#include "agent/state.h"
#include "platform/base/text.h"
#include "platform/flush.h"
#include "platform/fs.h"

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

static int look_at(const Host *host, size_t place, GeneralizeList *list, Error *err)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i;

        if (fs_list(host, places[place].folder, &names, err) < 0)
                return -1;
        for (i = 0; names[i]; i++) {
                char *path;

                if (!text_starts_with(names[i], places[place].prefix) || is_kept(names[i], places[place].kept))
                        continue;
                path = text_format("%s/%s", places[place].folder, names[i]);
                if (is_listed(list, path))
                        free(path);
                else
                        add(list, path, places[place].why);
        }
        return 0;
}

int generalize_look(const Host *host, GeneralizeList *ret, Error *err)
{
        _cleanup_(generalize_list_clear) GeneralizeList list = { 0 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(places); i++)
                if (look_at(host, i, &list, err) < 0)
                        return -1;
        *ret = list;
        list = (GeneralizeList){ 0 };
        return 0;
}

/* An image is taken of what the disk has. */
static const char *const flushed[] = { "/etc", "/var/opt", "/var/log", "/var/lib", "/var/cache" };

int generalize_remove(const Host *host, const GeneralizeList *list, Error *err)
{
        size_t i;

        for (i = 0; i < list->n; i++)
                if (fs_remove_tree(host, list->items[i].path, err) < 0)
                        return -1;
        flush_end(flush_start(host, flushed, ELEMENTSOF(flushed)));
        return 0;
}
