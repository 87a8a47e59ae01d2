/*
 * What /proc says of a process. Everything read there may be gone a moment later, so each part is
 * optional but the first line of stat, which makes the identity.
 */
#include "platform/process.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define PROC_FILE_MAX (64 * 1024)
#define KILL_MS 5000

static char *read_proc(const Host *host, pid_t pid, const char *name)
{
        _cleanup_free_ char *path = text_format("/proc/%d/%s", (int)pid, name);
        size_t length;
        char *data;

        return fs_read(host, path, PROC_FILE_MAX, &data, &length, NULL) < 0 ? NULL : data;
}

/* Fields 3 (state), 4 (parent) and 22 (start) of stat; the name before them may hold blanks and parentheses. */
static bool read_stat(const Host *host, pid_t pid, char *ret_state, pid_t *ret_parent, uint64_t *ret_start)
{
        _cleanup_free_ char *stat = read_proc(host, pid, "stat");
        const char *fields = stat ? strrchr(stat, ')') : NULL;
        unsigned long long start;
        int parent;
        char state;

        if (!fields ||
            sscanf(fields, ") %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &state,
                   &parent, &start) != 3)
                return false;
        *ret_state = state;
        *ret_parent = parent;
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

/* The first name below the slices: what is deeper belongs to the unit itself (a container, a user's manager). */
static bool take_unit(char *path, char *unit, size_t size)
{
        char *save = NULL, *name;

        for (name = strtok_r(path, "/", &save); name; name = strtok_r(NULL, "/", &save))
                if (text_ends_with(name, ".service") || text_ends_with(name, ".scope")) {
                        _cleanup_free_ char *shown = text_escape(name, size - 8);

                        snprintf(unit, size, "%s", shown);
                        return true;
                }
        return false;
}

/* systemd keeps its processes in a hierarchy of its own beside those of version 1, or in version 2; the other names
 * none. */
static void read_unit(const Host *host, pid_t pid, char *unit, size_t size)
{
        static const char *const hierarchies[] = { ":name=systemd:", "0::" };
        _cleanup_free_ char *cgroups = read_proc(host, pid, "cgroup");
        const char *cursor, *line;
        size_t i, length;

        for (i = 0; cgroups && i < ELEMENTSOF(hierarchies); i++)
                for (cursor = cgroups; text_next_line(&cursor, cgroups + strlen(cgroups), &line, &length);) {
                        _cleanup_free_ char *copy = text_copy_n(line, length);
                        char *path = strstr(copy, hierarchies[i]);

                        if (path && (*path == ':' || path == copy) &&
                            take_unit(path + strlen(hierarchies[i]), unit, size))
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

        if (pid <= 0 || !read_stat(host, pid, &state, &identity.parent, &identity.start_time))
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
        pid_t parent;
        char state;

        return pid > 0 && read_stat(host, pid, &state, &parent, &start) && start == start_time && state != 'Z' &&
               state != 'X';
}

static size_t kill_once(const Host *host, const char *unit)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        ProcessIdentity identity;
        size_t killed = 0;
        char **name;

        if (fs_list(host, "/proc", &names, NULL) < 0)
                return 0;
        for (name = names; *name; name++) {
                pid_t pid = (pid_t)strtol(*name, NULL, 10);

                if (pid <= 1 || pid == getpid() || !process_identify(host, pid, &identity) ||
                    !text_equal(identity.unit, unit) || !process_is_alive(host, pid, identity.start_time))
                        continue;
                kill(pid, SIGKILL);
                killed++;
        }
        return killed;
}

size_t process_kill_unit(const Host *host, const char *unit)
{
        Deadline deadline = deadline_in(KILL_MS);
        size_t first = kill_once(host, unit);

        /* again: one may have been about to fork */
        while (first > 0 && kill_once(host, unit) > 0 && host_wait(host, 20, deadline, NULL) == 0)
                ;
        return first;
}
