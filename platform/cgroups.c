#include "platform/cgroups.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define SELF_MAX 65536
#define VALUE_MAX 4096
#define LEVELS_MAX 64
/* v1 has no word for "none" but a number near the largest; no machine has so much. */
#define NO_LIMIT (INT64_C(1) << 60)

/* A hierarchy as we see it. */
typedef struct Hierarchy {
        const Mount *mount; /* NULL: there is none with this controller */
        bool unified;
        char *own; /* our own group, below the mount; "" its top. Owned. */
} Hierarchy;

static void hierarchy_clear(Hierarchy *hierarchy)
{
        free(hierarchy->own);
        *hierarchy = (Hierarchy){ 0 };
}

/* "ID:CONTROLLERS:PATH"; of v2 the controllers are empty. NULL: no such line. Caller frees. */
static char *find_own(const char *text, size_t length, const char *controller)
{
        const char *cursor = text, *line;
        size_t n;

        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);
                char *controllers = strchr(copy, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;

                if (!path)
                        continue;
                *path++ = '\0';
                controllers++;
                if (*controller ? mount_has_option(controllers, controller) : *controllers == '\0')
                        return text_copy(path);
        }
        return NULL;
}

static const Mount *find_mount(const MountTable *table, const char *controller)
{
        size_t i;

        for (i = 0; i < table->n; i++) {
                const Mount *mount = &table->items[i];

                if (*controller
                            ? text_equal(mount->type, "cgroup") && mount_has_option(mount->super_options, controller)
                            : text_equal(mount->type, "cgroup2"))
                        return mount;
        }
        return NULL;
}

/* What is mounted may be a part of the hierarchy only; a group outside of it is seen from its top. */
static char *below_mount(const char *path, const Mount *mount)
{
        const char *rest = path;

        if (!text_equal(mount->root, "/"))
                rest = mount_is_below(path, mount->root) ? path + strlen(mount->root) : "";
        return text_copy(text_equal(rest, "/") || strstr(rest, "/..") ? "" : rest);
}

/* A controller sits in v1 or in v2, never in both. */
static void find_hierarchy(const Host *host, const MountTable *table, const char *controller, Hierarchy *ret)
{
        _cleanup_free_ char *text = NULL, *path = NULL;
        size_t length = 0;

        *ret = (Hierarchy){ 0 };
        if (fs_read(host, "/proc/self/cgroup", SELF_MAX, &text, &length, NULL) < 0 || !text)
                return;
        ret->mount = find_mount(table, controller);
        path = ret->mount ? find_own(text, length, controller) : NULL;
        if (!path) {
                ret->unified = true;
                ret->mount = find_mount(table, "");
                path = ret->mount ? find_own(text, length, "") : NULL;
        }
        if (path)
                ret->own = below_mount(path, ret->mount);
        else
                ret->mount = NULL;
}

/* One line, trimmed; NULL: no such file. Caller frees. */
static char *read_value(const Host *host, const Hierarchy *hierarchy, const char *group, const char *name)
{
        _cleanup_free_ char *path = text_format("%s%s/%s", hierarchy->mount->point, group, name), *text = NULL;
        size_t length = 0;

        if (fs_read(host, path, VALUE_MAX, &text, &length, NULL) < 0 || !text)
                return NULL;
        return text_copy(text_trim(text));
}

/* Of one group: 0 none, -1 unknown. */
typedef int64_t Limit(const Host *host, const Hierarchy *hierarchy, const char *group);

static int64_t memory_limit(const Host *host, const Hierarchy *hierarchy, const char *group)
{
        _cleanup_free_ char *text =
                read_value(host, hierarchy, group, hierarchy->unified ? "memory.max" : "memory.limit_in_bytes");
        int64_t value;

        if (!text)
                return -1;
        if (text_equal(text, "max"))
                return 0;
        if (!text_to_int64(text, 0, INT64_MAX, &value))
                return -1;
        return value < NO_LIMIT ? value : 0;
}

static int64_t percent(int64_t quota, int64_t period)
{
        return quota > INT64_MAX / 200 ? 0 : (quota * 100 + period - 1) / period;
}

static int64_t cpu_limit_v1(const Host *host, const Hierarchy *hierarchy, const char *group)
{
        _cleanup_free_ char *quota = read_value(host, hierarchy, group, "cpu.cfs_quota_us"),
                            *period = read_value(host, hierarchy, group, "cpu.cfs_period_us");
        int64_t quota_us, period_us;

        if (!quota || !period || !text_to_int64(period, 1, INT32_MAX, &period_us))
                return -1;
        return text_to_int64(quota, 1, INT64_MAX, &quota_us) ? percent(quota_us, period_us) : 0;
}

/* "max 100000", "5000 100000" */
static int64_t cpu_limit_v2(const Host *host, const Hierarchy *hierarchy, const char *group)
{
        _cleanup_free_ char *text = read_value(host, hierarchy, group, "cpu.max");
        char *period = text ? strchr(text, ' ') : NULL;
        int64_t quota_us, period_us;

        if (!period)
                return -1;
        *period++ = '\0';
        if (!text_to_int64(period, 1, INT32_MAX, &period_us))
                return -1;
        return text_to_int64(text, 1, INT64_MAX, &quota_us) ? percent(quota_us, period_us) : 0;
}

static int64_t cpu_limit(const Host *host, const Hierarchy *hierarchy, const char *group)
{
        return hierarchy->unified ? cpu_limit_v2(host, hierarchy, group) : cpu_limit_v1(host, hierarchy, group);
}

/* The least, from a group up to the top of what we see. The top of v2 has no such files where it is the real one. */
static int64_t least(const Host *host, const Hierarchy *hierarchy, const char *from, Limit *limit)
{
        _cleanup_free_ char *group = text_copy(from);
        int64_t found = -1;
        int levels;

        for (levels = 0; levels < LEVELS_MAX; levels++) {
                int64_t here = limit(host, hierarchy, group);
                char *slash = strrchr(group, '/');

                if (here > 0 && (found <= 0 || here < found))
                        found = here;
                else if (here == 0 && found < 0)
                        found = 0;
                if (!slash)
                        break;
                *slash = '\0';
        }
        return found;
}

/* systemd's own names: what stands before the first of them is where this machine begins. */
static char *services_group(const Host *host, const Hierarchy *hierarchy)
{
        _cleanup_free_ char *top = text_copy(hierarchy->own), *folder = NULL;
        char *part, *next;

        for (part = top; *part; part = next) {
                next = part + 1 + strcspn(part + 1, "/");
                _cleanup_free_ char *name = text_copy_n(part, (size_t)(next - part));

                if (text_ends_with(name, ".slice") || text_ends_with(name, ".service") ||
                    text_ends_with(name, ".scope"))
                        *(next = part) = '\0';
        }
        folder = text_format("%s%s/system.slice", hierarchy->mount->point, top);
        return fs_is_folder(host, folder) ? text_format("%s/system.slice", top) : TAKE_PTR(top);
}

int64_t cgroups_memory_limit(const Host *host, const MountTable *table)
{
        _cleanup_(hierarchy_clear) Hierarchy hierarchy = { 0 };
        _cleanup_free_ char *group = NULL;

        find_hierarchy(host, table, "memory", &hierarchy);
        if (!hierarchy.mount)
                return -1;
        group = services_group(host, &hierarchy);
        return least(host, &hierarchy, group, memory_limit);
}

int cgroups_cpu_percent(const Host *host, const MountTable *table)
{
        _cleanup_(hierarchy_clear) Hierarchy hierarchy = { 0 };
        int64_t found;

        find_hierarchy(host, table, "cpu", &hierarchy);
        if (!hierarchy.mount)
                return 0;
        found = least(host, &hierarchy, hierarchy.own, cpu_limit);
        return found > 0 && found < INT32_MAX ? (int)found : 0;
}
