#include "platform/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/cgroups.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/host_openssl.h"
#include "platform/mounts.h"
#include "platform/systemd.h"
#include "platform/user_database.h"

#define PROC_MAX (256 * 1024)
#define RULES_MAX (1024 * 1024)
#define RULES_FOLDER "/etc/audit/rules.d"
#define AUDIT_RULES "/etc/audit/audit.rules"
#define FAPOLICYD_UNIT "fapolicyd.service"

/* Caller frees; NULL: cannot be read. */
static char *read_text(const Host *host, const char *path, size_t max, size_t *ret_length)
{
        char *text = NULL;

        return fs_read(host, path, max, &text, ret_length, NULL) < 0 ? NULL : text;
}

/* The number that follows name at the start of a line: "MemTotal:  1000 kB", "oom_kill 3"; -1: none. */
static int64_t find_number(const Host *host, const char *path, const char *name)
{
        size_t length = 0, n, skip = strlen(name);
        _cleanup_free_ char *text = read_text(host, path, PROC_MAX, &length);
        const char *cursor = text, *line;
        int64_t value;

        while (text && text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);
                char *number;

                if (!text_starts_with(copy, name) || (copy[skip] != ' ' && copy[skip] != '\t'))
                        continue;
                number = copy + skip + strspn(copy + skip, " \t");
                number[strcspn(number, " \t")] = '\0';
                return text_to_int64(number, 0, INT64_MAX / 1024, &value) ? value : -1;
        }
        return -1;
}

static int64_t find_kilobytes(const Host *host, const char *name)
{
        int64_t value = find_number(host, "/proc/meminfo", name);

        return value < 0 ? -1 : value * 1024;
}

int64_t machine_oom_kills(const Host *host)
{
        return find_number(host, "/proc/vmstat", "oom_kill");
}

/* "0-3,5": 5 processors */
static int count_cpus(const Host *host)
{
        size_t length = 0;
        _cleanup_free_ char *text = read_text(host, "/sys/devices/system/cpu/online", PROC_MAX, &length);
        char *save = NULL, *range;
        int64_t count = 0;

        for (range = text ? strtok_r(text_trim(text), ",", &save) : NULL; range; range = strtok_r(NULL, ",", &save)) {
                char *dash = strchr(range, '-');
                int64_t first, last;

                if (dash)
                        *dash = '\0';
                if (!text_to_int64(range, 0, 65535, &first) ||
                    !text_to_int64(dash ? dash + 1 : range, first, 65535, &last))
                        return 0;
                count += last - first + 1;
        }
        return count < INT32_MAX ? (int)count : 0;
}

/* A file of the kernel with 0 or 1; absent: the kernel lacks the feature, if it is the running one's. */
static Tri read_flag(const Host *host, const char *path)
{
        size_t length = 0;
        char *text = NULL;
        _cleanup_free_ char *owned = NULL;

        if (fs_read(host, path, PROC_MAX, &text, &length, NULL) < 0)
                return TRI_UNKNOWN;
        owned = text;
        if (!text)
                return host_is_live(host) ? TRI_NO : TRI_UNKNOWN;
        return tri(text_equal(text_trim(text), "1"));
}

/* "-e 2", in any spacing, as the last -e of the file */
static bool locks_rules(const char *text, size_t length)
{
        const char *cursor = text, *line;
        bool locked = false;
        size_t n;

        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);
                char *word = text_trim(copy);

                if (text_starts_with(word, "-e"))
                        locked = text_equal(word + 2 + strspn(word + 2, " \t"), "2");
        }
        return locked;
}

static bool file_locks_rules(const Host *host, const char *path)
{
        size_t length = 0;
        _cleanup_free_ char *text = read_text(host, path, RULES_MAX, &length);

        return text && locks_rules(text, length);
}

static Tri look_at_audit(const Host *host)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        char **name;

        if (file_locks_rules(host, AUDIT_RULES))
                return TRI_YES;
        if (fs_list(host, RULES_FOLDER, &names, NULL) < 0)
                return TRI_UNKNOWN;
        for (name = names; *name; name++) {
                _cleanup_free_ char *path = text_format(RULES_FOLDER "/%s", *name);

                if (text_ends_with(*name, ".rules") && file_locks_rules(host, path))
                        return TRI_YES;
        }
        return TRI_NO;
}

static Tri look_at_fapolicyd(const Host *host)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState unit = { 0 };

        if (!host_is_live(host) || !systemd_is_running(host) || systemd_open(&systemd, NULL) < 0 ||
            systemd_unit_state(systemd, FAPOLICYD_UNIT, &unit, NULL) < 0)
                return TRI_UNKNOWN;
        return tri(text_equal(unit.active, "active") || text_equal(unit.active, "activating"));
}

static void copy_escaped(char *buffer, size_t size, const char *text)
{
        _cleanup_free_ char *escaped = text_escape(text, size - 8);

        snprintf(buffer, size, "%s", escaped);
}

static void look_at_link(const Host *host, const char *folder, MachineMount *ret)
{
        _cleanup_close_ int fd = host_open(host, folder, O_PATH | O_NOFOLLOW);
        char target[PATH_MAX];
        ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", target, sizeof(target) - 1);

        ret->link = tri(n >= 0);
        if (n < 0)
                return;
        target[n] = '\0';
        copy_escaped(ret->link_target, sizeof(ret->link_target), target);
}

/* The folder, or the nearest above it that is there; without links where the machine is live. Caller frees. */
static char *find_present(const Host *host, const char *folder)
{
        _cleanup_free_ char *path = text_copy(folder);
        char *slash;

        while (!fs_is_folder(host, path) && (slash = strrchr(path, '/')) && slash != path)
                *slash = '\0';
        if (!fs_is_folder(host, path))
                return text_copy("/");
        if (host_is_live(host)) {
                char *real = realpath(path, NULL);

                return real ? real : TAKE_PTR(path);
        }
        return TAKE_PTR(path);
}

static void look_at_table(const MountTable *table, const char *path, MachineMount *ret)
{
        const Mount *mount = mount_find(table, path);

        if (!mount)
                return;
        copy_escaped(ret->point, sizeof(ret->point), mount->point);
        copy_escaped(ret->type, sizeof(ret->type), mount->type);
        ret->noexec =
                tri(mount_has_option(mount->options, "noexec") || mount_has_option(mount->super_options, "noexec"));
        ret->read_only = tri(mount_has_option(mount->options, "ro") || mount_has_option(mount->super_options, "ro"));
}

/* What the file system says itself counts for more than the table. */
static void look_at_file_system(const char *path, MachineMount *ret)
{
        struct statvfs st;

        if (statvfs(path, &st) < 0)
                return;
        ret->noexec = tri(st.f_flag & ST_NOEXEC);
        ret->read_only = tri(st.f_flag & ST_RDONLY);
        if (st.f_blocks > 0)
                ret->free_bytes =
                        st.f_bavail > INT64_MAX / (st.f_frsize + 1) ? INT64_MAX : (int64_t)(st.f_bavail * st.f_frsize);
        if (st.f_files > 0 && st.f_favail <= INT64_MAX)
                ret->free_inodes = (int64_t)st.f_favail;
}

static void look_at_folder(const Host *host, const MountTable *table, const char *folder, Machine *machine)
{
        _cleanup_free_ char *path = find_present(host, folder);
        MachineMount *mount;

        if (machine->n_mounts == MACHINE_MOUNTS_MAX)
                return;
        mount = &machine->mounts[machine->n_mounts++];
        *mount = (MachineMount){ .free_bytes = -1, .free_inodes = -1, .noexec = TRI_UNKNOWN, .read_only = TRI_UNKNOWN };
        copy_escaped(mount->folder, sizeof(mount->folder), folder);
        look_at_link(host, folder, mount);
        look_at_table(table, path, mount);
        if (host_is_live(host))
                look_at_file_system(path, mount);
}

static void look_at_user(const Host *host, const MountTable *table, const char *user, Machine *machine)
{
        UserDatabase database;

        user_database_look(host, table, user, &database);
        machine->user_exists = database.exists;
        machine->user_creatable = database.creatable;
        snprintf(machine->user_trouble, sizeof(machine->user_trouble), "%s", database.trouble);
}

void machine_look(const Host *host, const char *const *folders, const char *user, Machine *ret)
{
        _cleanup_(mount_table_clear) MountTable table = { 0 };

        *ret = (Machine){ .known = TRI_YES };
        if (mount_table_read(host, &table, NULL) < 0)
                mount_table_clear(&table);
        ret->memory = find_kilobytes(host, "MemTotal:");
        ret->memory_available = find_kilobytes(host, "MemAvailable:");
        ret->memory_limit = cgroups_memory_limit(host, &table);
        ret->cpus = count_cpus(host);
        ret->cpu_percent = cgroups_cpu_percent(host, &table);
        for (; *folders; folders++)
                look_at_folder(host, &table, *folders, ret);
        ret->selinux_enforcing = read_flag(host, "/sys/fs/selinux/enforce");
        ret->fips = host_openssl_fips(host);
        ret->fapolicyd = look_at_fapolicyd(host);
        ret->audit_immutable = look_at_audit(host);
        look_at_user(host, &table, user, ret);
        ret->oom_kills = machine_oom_kills(host);
}

void machine_look_at_folder(const Host *host, const char *folder, Machine *machine)
{
        _cleanup_(mount_table_clear) MountTable table = { 0 };

        if (mount_table_read(host, &table, NULL) < 0)
                mount_table_clear(&table);
        look_at_folder(host, &table, folder, machine);
}
