/*
 * F_GETLK answers with the holder's pid, also for a lock only read-opened. Closing the file afterwards would
 * drop locks of our own on it; we never take any. A pid that is gone when looked at means that the lock was
 * let go (or goes on to another holder) in between: look again.
 */
#include "platform/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/process_program.h"

#define LOOKS_MAX 3
#define PID_FILE_MAX 4096
#define PID_FILE_SLACK_S 2 /* ages are whole seconds, of another clock */

/* *ret_pid: 0 not locked, -1 locked by a process without a pid we could know (another namespace, a lock of a
 * description). */
static int look_at(const Host *host, const char *path, pid_t *ret_pid, Error *err)
{
        _cleanup_close_ int fd = host_open(host, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

        if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
                *ret_pid = 0;
                return 0;
        }
        if (fd < 0 || fcntl(fd, F_GETLK, &lock) < 0)
                return error_errno(err, errno, "look at the lock %s", path);
        *ret_pid = lock.l_type == F_UNLCK ? 0 : lock.l_pid > 0 ? lock.l_pid : -1;
        return 0;
}

static void name_holder(const Host *host, LockHolder *holder)
{
        if (process_extension_find(host, holder->process.pid, &holder->origin))
                return;
        process_program_find_starter(host, &holder->process, &holder->starter);
        process_program_name(host, &holder->process);
}

static int look_at_one(const Host *host, const char *path, bool *ret_held, LockHolder *ret_holder, Error *err)
{
        LockHolder holder = { .path = path, .process = { .age_s = -1 } };
        pid_t pid = 0;
        int look;

        for (look = 0; look < LOOKS_MAX; look++) {
                if (look_at(host, path, &pid, err) < 0)
                        return -1;
                if (pid <= 0 || process_identify(host, pid, &holder.process))
                        break;
        }
        *ret_held = pid != 0;
        if (pid == 0)
                return 0;
        name_holder(host, &holder);
        *ret_holder = holder;
        return 0;
}

int locks_look(const Host *host, const char *const *paths, bool *ret_held, LockHolder *ret_holder, Error *err)
{
        bool held = false;

        for (; *paths && !held; paths++)
                if (look_at_one(host, *paths, &held, ret_holder, err) < 0)
                        return -1;
        *ret_held = held;
        return 0;
}

/* 0: none, or none any more. */
static pid_t read_pid(const Host *host, const char *path)
{
        _cleanup_free_ char *text = NULL;
        ProcessIdentity identity;
        struct stat st;
        size_t length = 0;
        long pid;

        if (fs_read(host, path, PID_FILE_MAX, &text, &length, NULL) < 0 || !text || host_stat(host, path, &st) < 0)
                return 0;
        pid = strtol(text, NULL, 10);
        if (pid <= 0 || pid > INT_MAX || !process_identify(host, (pid_t)pid, &identity))
                return 0;
        if (identity.age_s >= 0 && time(NULL) - identity.age_s > st.st_mtime + PID_FILE_SLACK_S)
                return 0;
        return (pid_t)pid;
}

int locks_look_pid_files(const Host *host, const char *const *paths, bool *ret_held, LockHolder *ret_holder, Error *err)
{
        *ret_held = false;
        for (; *paths && !*ret_held; paths++) {
                LockHolder holder = { .path = *paths, .process = { .age_s = -1 } };
                pid_t pid = read_pid(host, *paths);

                if (pid == 0 || !process_identify(host, pid, &holder.process))
                        continue;
                name_holder(host, &holder);
                *ret_holder = holder;
                *ret_held = true;
        }
        return 0;
}

char *locks_describe(const LockHolder *holder)
{
        const ProcessIdentity *process = &holder->process;
        _cleanup_(text_clear) Text text = { 0 };

        if (process->pid <= 0)
                return text_format("a process that cannot be seen from here (in another container?) holds %s",
                                   holder->path);
        text_append(&text, "%s (pid %d", process->name, (int)process->pid);
        if (*process->unit)
                text_append(&text, ", %s", process->unit);
        if (process->age_s >= 0)
                text_append(&text, ", for %lld s", (long long)process->age_s);
        text_append(&text, ")");
        if (holder->origin.pid > 0)
                text_append(&text, ", run by %s%sextension version %s (%s, pid %d),", holder->origin.program,
                            *holder->origin.program ? " of " : "", holder->origin.version, holder->origin.name,
                            (int)holder->origin.pid);
        else if (holder->starter.pid > 0)
                text_append(&text, ", run by %s (pid %d),", holder->starter.name, (int)holder->starter.pid);
        text_append(&text, " holds %s", holder->path);
        return text_take(&text);
}
