#include "platform/fanotify_holder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/base/text.h"
#include "platform/container.h"
#include "platform/lines.h"
#include "platform/process.h"

/* Of /proc/PID/fdinfo, in any kernel since 3.8. */
#define CLASS_CONTENT 0x4u
#define CLASS_PRE_CONTENT 0x8u
#define PERMISSION_BITS 0x170000ull /* FAN_OPEN_PERM, FAN_ACCESS_PERM, FAN_OPEN_EXEC_PERM, FAN_PRE_ACCESS */

#define CGROUP_MAX (64 * 1024)
#define EXE_MAX 4096
#define DELETED " (deleted)"

/* The hexadecimal number behind a word; false: the line has no such word. */
static bool take_number(const char *line, size_t length, const char *word, uint64_t *ret)
{
        const char *at = memmem(line, length, word, strlen(word)), *end = line + length;
        uint64_t value = 0;

        if (!at)
                return false;
        for (at += strlen(word); at < end; at++) {
                const char *digits = "0123456789abcdef", *digit = *at ? strchr(digits, *at) : NULL;

                if (!digit)
                        break;
                value = value << 4 | (uint64_t)(digit - digits);
        }
        *ret = value;
        return true;
}

bool fanotify_parse_line(const char *line, size_t length, FanotifyHolder *holder)
{
        FanotifyClass class = FANOTIFY_NOTIFY;
        uint64_t flags, mask;

        if (take_number(line, length, "fanotify flags:", &flags)) {
                if (flags & CLASS_PRE_CONTENT)
                        class = FANOTIFY_PRE_CONTENT;
                else if (flags & CLASS_CONTENT)
                        class = FANOTIFY_CONTENT;
                if (class > holder->class)
                        holder->class = class;
                return true;
        }
        if (length < 9 || memcmp(line, "fanotify ", 9) != 0 || !take_number(line, length, " mask:", &mask))
                return false;
        holder->permission_bits |= mask & PERMISSION_BITS;
        holder->marks++;
        return true;
}

bool fanotify_holder_add(int fds, const char *name, Deadline deadline, FanotifyHolder *holder)
{
        _cleanup_free_ char *path = text_format("../fdinfo/%s", name);
        _cleanup_close_ int fd = openat(fds, path, O_RDONLY | O_CLOEXEC);
        bool seen = false;
        const char *line;
        Lines lines;
        size_t length;

        if (fd < 0)
                return false;
        lines_init(&lines, fd);
        while (lines_next(&lines, &line, &length)) {
                seen = fanotify_parse_line(line, length, holder) || seen;
                if (holder->marks % 1024 == 1023 && deadline_passed(deadline))
                        break;
        }
        holder->groups += seen;
        return seen;
}

static void read_link(int folder, const char *name, char *ret, size_t size)
{
        ssize_t n = readlinkat(folder, name, ret, size - 1);

        ret[n > 0 ? n : 0] = '\0';
}

/* Caller frees; NULL: cannot be read. */
static char *read_small(int folder, const char *name, size_t max)
{
        _cleanup_close_ int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
        _cleanup_free_ char *data = NULL;
        size_t length = 0;
        ssize_t n = 1;

        if (fd < 0)
                return NULL;
        data = text_allocate(max + 1);
        while (length < max && (n = read(fd, data + length, max - length)) != 0) {
                if (n < 0 && errno != EINTR)
                        return NULL;
                length += n > 0 ? (size_t)n : 0;
        }
        return TAKE_PTR(data);
}

static void read_container(int folder, const char *name, char *ret, size_t size)
{
        _cleanup_free_ char *cgroups = read_small(folder, name, CGROUP_MAX);

        container_name(cgroups ? cgroups : "", ret, size);
}

void fanotify_self_read(FanotifySelf *ret)
{
        struct stat root = { 0 };

        *ret = (FanotifySelf){ 0 };
        read_link(AT_FDCWD, "/proc/self/ns/pid", ret->pid_namespace, sizeof(ret->pid_namespace));
        read_link(AT_FDCWD, "/proc/self/ns/mnt", ret->mount_namespace, sizeof(ret->mount_namespace));
        read_container(AT_FDCWD, "/proc/self/cgroup", ret->container, sizeof(ret->container));
        if (stat("/", &root) == 0) {
                ret->root_device = root.st_dev;
                ret->root_inode = root.st_ino;
        }
}

/* A service that systemd shut off with a mount namespace of its own still has our root: its paths are ours. */
static bool is_foreign(const FanotifySelf *self, int fds)
{
        char pid_namespace[64], mount_namespace[64];
        struct stat root;

        read_link(fds, "../ns/pid", pid_namespace, sizeof(pid_namespace));
        read_link(fds, "../ns/mnt", mount_namespace, sizeof(mount_namespace));
        if (*pid_namespace && !text_equal(pid_namespace, self->pid_namespace))
                return true;
        if (!*mount_namespace || text_equal(mount_namespace, self->mount_namespace))
                return false;
        return fstatat(fds, "../root", &root, 0) == 0 &&
               (root.st_dev != self->root_device || root.st_ino != self->root_inode);
}

static void read_exe(int fds, FanotifyHolder *holder)
{
        _cleanup_free_ char *shown = NULL;
        char exe[EXE_MAX];

        read_link(fds, "../exe", exe, sizeof(exe));
        holder->deleted = text_ends_with(exe, DELETED);
        if (holder->deleted)
                exe[strlen(exe) - strlen(DELETED)] = '\0';
        shown = text_escape(exe, sizeof(holder->exe) - 8);
        snprintf(holder->exe, sizeof(holder->exe), "%s", shown);
}

bool fanotify_holder_identify(const Host *host, const FanotifySelf *self, int fds, pid_t pid, FanotifyHolder *holder)
{
        _cleanup_free_ char *still_there = NULL;
        ProcessIdentity identity;

        if (!process_identify(host, pid, &identity))
                return false;
        holder->pid = pid;
        holder->start_time = identity.start_time;
        snprintf(holder->comm, sizeof(holder->comm), "%s", identity.name);
        snprintf(holder->unit, sizeof(holder->unit), "%s", identity.unit);
        read_exe(fds, holder);
        read_container(fds, "../cgroup", holder->container, sizeof(holder->container));
        if (text_equal(holder->container, self->container))
                holder->container[0] = '\0';
        holder->foreign = is_foreign(self, fds);
        /* it was read by number: of the same process, if that is still there */
        still_there = read_small(fds, "../stat", EXE_MAX);
        return still_there != NULL;
}
