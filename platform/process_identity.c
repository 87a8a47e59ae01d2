/*
 * What /proc says of a process. Everything read there may be gone a moment later, so each part is
 * optional but the first line of stat, which makes the identity.
 */
#include "platform/process.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define PROC_FILE_MAX (64 * 1024)

static char *read_proc(const Host *host, pid_t pid, const char *name)
{
        _cleanup_free_ char *path = text_format("/proc/%d/%s", (int)pid, name);
        size_t length;
        char *data;

        return fs_read(host, path, PROC_FILE_MAX, &data, &length, NULL) < 0 ? NULL : data;
}

/* Fields 3 (state) and 22 (start) of stat; the name before them may hold blanks and parentheses. */
static bool read_stat(const Host *host, pid_t pid, char *ret_state, uint64_t *ret_start)
{
        _cleanup_free_ char *stat = read_proc(host, pid, "stat");
        const char *fields = stat ? strrchr(stat, ')') : NULL;
        unsigned long long start;
        char state;

        if (!fields ||
            sscanf(fields, ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &state,
                   &start) != 2)
                return false;
        *ret_state = state;
        *ret_start = start;
        return true;
}

static int64_t read_age(const Host *host, uint64_t start_time)
{
        _cleanup_free_ char *uptime = NULL;
        long ticks = sysconf(_SC_CLK_TCK);
        int64_t started = (int64_t)(start_time / (uint64_t)(ticks > 0 ? ticks : 100));
        long long now;
        size_t length;

        if (fs_read(host, "/proc/uptime", PROC_FILE_MAX, &uptime, &length, NULL) < 0 || !uptime ||
            sscanf(uptime, "%lld", &now) != 1)
                return -1;
        return now > started ? now - started : 0;
}

/* The cgroup systemd keeps the process in: its own hierarchy of version 1, else version 2. Caller frees. */
static char *find_cgroup(const char *cgroups)
{
        const char *cursor = cgroups, *end = cgroups + strlen(cgroups), *line;
        char *found = NULL;
        size_t length;

        while (text_next_line(&cursor, end, &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);
                const char *path = strstr(copy, ":name=systemd:");

                if (path || (!found && text_starts_with(copy, "0::"))) {
                        free(found);
                        found = text_copy(path ? path + strlen(":name=systemd:") : copy + strlen("0::"));
                }
                if (path)
                        break;
        }
        return found;
}

/* The first name below the slices: what is deeper belongs to the unit itself (a container, a user's manager). */
static void read_unit(const Host *host, pid_t pid, char *unit, size_t size)
{
        _cleanup_free_ char *cgroups = read_proc(host, pid, "cgroup");
        _cleanup_free_ char *path = cgroups ? find_cgroup(cgroups) : NULL;
        char *save = NULL, *name;

        for (name = path ? strtok_r(path, "/", &save) : NULL; name; name = strtok_r(NULL, "/", &save))
                if (text_ends_with(name, ".service") || text_ends_with(name, ".scope")) {
                        _cleanup_free_ char *shown = text_escape(name, size - 8);

                        snprintf(unit, size, "%s", shown);
                        return;
                }
}

static void read_name(const Host *host, pid_t pid, char *name, size_t size)
{
        _cleanup_free_ char *comm = read_proc(host, pid, "comm");
        _cleanup_free_ char *shown = text_escape(comm ? text_trim(comm) : "?", size - 8);

        snprintf(name, size, "%s", shown);
}

bool process_identify(const Host *host, pid_t pid, ProcessIdentity *ret)
{
        ProcessIdentity identity = { .pid = pid };
        char state;

        if (pid <= 0 || !read_stat(host, pid, &state, &identity.start_time))
                return false;
        identity.age_s = read_age(host, identity.start_time);
        read_name(host, pid, identity.name, sizeof(identity.name));
        read_unit(host, pid, identity.unit, sizeof(identity.unit));
        *ret = identity;
        return true;
}

bool process_is_alive(const Host *host, pid_t pid, uint64_t start_time)
{
        uint64_t start;
        char state;

        return pid > 0 && read_stat(host, pid, &state, &start) && start == start_time && state != 'Z' && state != 'X';
}
