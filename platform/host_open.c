#include "platform/host_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/base/text.h"

#define LINKS_MAX 40 /* as the kernel has it */

/* openat2, by its number everywhere, for C libraries that do not know it. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define IN_ROOT 0x10 /* RESOLVE_IN_ROOT */

typedef struct How {
        uint64_t flags;
        uint64_t mode;
        uint64_t resolve;
} How;

/* --- step by step -------------------------------------------------------------------------------------- */

typedef struct Walk {
        int root;      /* borrowed */
        int fd;        /* of the folder reached */
        char *reached; /* its names from the root on, without links: "/usr/lib", "" at the root */
        char *rest;    /* names still to go */
        int links;
} Walk;

static void walk_clear(Walk *walk)
{
        if (walk->fd >= 0)
                close(walk->fd);
        free(walk->reached);
        free(walk->rest);
}

static int move_to(Walk *walk, int fd)
{
        if (fd < 0)
                return -1;
        if (walk->fd >= 0)
                close(walk->fd);
        walk->fd = fd;
        return 0;
}

static int go_to_root(Walk *walk)
{
        *walk->reached = '\0';
        return move_to(walk, openat(walk->root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* From the root again, by names that were no links; ".." of the kernel would follow a folder that was moved. */
static int go_up(Walk *walk)
{
        _cleanup_free_ char *names = text_copy(walk->reached);
        char *slash = strrchr(names, '/'), *save = NULL, *name;

        if (slash)
                *slash = '\0';
        if (go_to_root(walk) < 0)
                return -1;
        for (name = strtok_r(names, "/", &save); name; name = strtok_r(NULL, "/", &save)) {
                char *longer = text_format("%s/%s", walk->reached, name);

                free(walk->reached);
                walk->reached = longer;
                if (move_to(walk, openat(walk->fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
                        return -1;
        }
        return 0;
}

static int go_down(Walk *walk, const char *name, int fd)
{
        char *longer = text_format("%s/%s", walk->reached, name);

        free(walk->reached);
        walk->reached = longer;
        return move_to(walk, fd);
}

/* fd is the link itself. Its words come before what is still to go. */
static int follow(Walk *walk, int fd)
{
        char target[PATH_MAX], *rest;
        ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);

        if (n < 0)
                return -1;
        if (++walk->links > LINKS_MAX) {
                errno = ELOOP;
                return -1;
        }
        target[n] = '\0';
        rest = text_format("%s/%s", target, walk->rest);
        free(walk->rest);
        walk->rest = rest;
        return *target == '/' ? go_to_root(walk) : 0;
}

/* Takes the next name out of rest; false: none is left. */
static bool take_name(Walk *walk, char name[NAME_MAX + 2])
{
        size_t skip = strspn(walk->rest, "/"), length = strcspn(walk->rest + skip, "/");

        snprintf(name, NAME_MAX + 2, "%.*s", (int)(length <= NAME_MAX ? length : NAME_MAX + 1), walk->rest + skip);
        memmove(walk->rest, walk->rest + skip + length, strlen(walk->rest + skip + length) + 1);
        return length > 0;
}

/* One name further. 1: that was the last one, *ret_fd is what was asked for. */
static int step(Walk *walk, const char *name, int flags, int *ret_fd)
{
        bool last = !walk->rest[strspn(walk->rest, "/")];
        _cleanup_close_ int fd = -1;
        struct stat st;

        if (text_equal(name, "."))
                return 0;
        if (text_equal(name, ".."))
                return go_up(walk);
        fd = openat(walk->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -1;
        if (S_ISLNK(st.st_mode) && !(last && (flags & O_NOFOLLOW)))
                return follow(walk, fd);
        if (!last)
                return go_down(walk, name, TAKE_FD(fd));
        /* no link a moment ago, or wanted as one: what it has become since is not followed */
        *ret_fd = openat(walk->fd, name, flags | O_NOFOLLOW | O_CLOEXEC);
        return *ret_fd < 0 ? -1 : 1;
}

int host_open_by_steps(const Host *host, const char *path, int flags)
{
        _cleanup_close_ int root = open(host->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(walk_clear) Walk walk = { root, -1, text_copy(""), text_copy(path), 0 };
        char name[NAME_MAX + 2];
        int fd = -1, r = root < 0 ? -1 : go_to_root(&walk);

        while (r == 0 && take_name(&walk, name))
                r = step(&walk, name, flags, &fd);
        if (r == 0) /* it ended in a folder: "/", "..", a link to one of them */
                fd = openat(walk.fd, ".", (flags & ~O_NOFOLLOW) | O_CLOEXEC);
        return r < 0 ? -1 : fd;
}

/* --- as the kernel does it ----------------------------------------------------------------------------- */

static int open_in_root(const Host *host, const char *path, int flags)
{
        const How how = { .flags = (uint64_t)flags | O_CLOEXEC, .resolve = IN_ROOT };
        _cleanup_close_ int root = open(host->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
        long fd = root < 0 ? -1 : syscall(SYS_openat2, root, path, &how, sizeof(how));

        return (int)fd;
}

static int open_in_image(const Host *host, const char *path, int flags)
{
        int fd = open_in_root(host, path, flags);

        /* filters of containers say EPERM of what they do not know; EAGAIN: the kernel saw something being moved */
        if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
                fd = host_open_by_steps(host, path, flags);
        return fd;
}

/* O_PATH opens nothing: a device is not woken by it. */
static int fail_unless_content(int fd)
{
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -1;
        if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
                return 0;
        errno = S_ISLNK(st.st_mode) ? ELOOP : ENXIO;
        return -1;
}

int host_open(const Host *host, const char *path, int flags)
{
        _cleanup_close_ int found = -1;
        char name[32];
        int fd;

        if (host_is_live(host))
                return open(path, flags | O_CLOEXEC);
        if (flags & O_PATH)
                return open_in_image(host, path, flags);
        found = open_in_image(host, path, O_PATH | (flags & (O_DIRECTORY | O_NOFOLLOW)));
        if (found < 0 || fail_unless_content(found) < 0)
                return -1;
        snprintf(name, sizeof(name), "/proc/self/fd/%d", found);
        fd = open(name, (flags & ~O_NOFOLLOW) | O_CLOEXEC);
        /* without /proc by its name once more */
        return fd < 0 && errno == ENOENT ? open_in_image(host, path, flags) : fd;
}

static int look(const Host *host, const char *path, int flags, struct stat *ret)
{
        _cleanup_close_ int fd = host_open(host, path, O_PATH | flags);

        return fd < 0 ? -1 : fstat(fd, ret);
}

int host_stat(const Host *host, const char *path, struct stat *ret)
{
        return host_is_live(host) ? stat(path, ret) : look(host, path, 0, ret);
}

int host_lstat(const Host *host, const char *path, struct stat *ret)
{
        return host_is_live(host) ? lstat(path, ret) : look(host, path, O_NOFOLLOW, ret);
}

int host_access_folder(const Host *host, const char *path, int mode)
{
        _cleanup_close_ int fd = host_open(host, path, O_PATH | O_DIRECTORY);

        return fd < 0 ? -1 : faccessat(fd, ".", mode, 0);
}
