/*
 * A link that is followed begins the walk anew with what it stands for, so that the path walked has no link in it at
 * the end, and each folder above was looked at.
 */
#include "platform/safe_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/base/text.h"

#define LINKS_MAX 40 /* as the kernel has it */

typedef struct Walk {
        char *path;   /* being walked */
        size_t done;  /* so much of it is behind us, without a slash at its end: "" is the root */
        int fd;       /* of the folder reached */
        bool trusted; /* root alone decides what this folder is, and all above */
        int links;
} Walk;

static void walk_clear(Walk *walk)
{
        cleanup_close(&walk->fd);
        free(walk->path);
}

static bool is_roots_alone(int fd)
{
        struct stat st;

        return fstat(fd, &st) == 0 && st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static int begin(const Host *host, Walk *walk, Error *err)
{
        _cleanup_free_ char *top = host_path(host, "/");

        cleanup_close(&walk->fd);
        walk->done = 0;
        walk->fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (walk->fd < 0)
                return error_errno(err, errno, "open /");
        walk->trusted = is_roots_alone(walk->fd);
        return 0;
}

/* Names only, one slash between them: no ".", no "..", which could go up from another link. */
static bool is_plain(const char *path, size_t length)
{
        size_t i = 0;

        while (i < length) {
                size_t name = strcspn(path + i, "/");

                if (name == 0 || (path[i] == '.' && (name == 1 || (name == 2 && path[i + 1] == '.'))))
                        return false;
                i += name + 1;
        }
        return true;
}

/* What a link in the folder above means, without a slash at its end; NULL: too odd. ".." is read at its beginning. */
static char *stands_for(const char *above, size_t length, const char *target)
{
        size_t left;

        if (*target == '/')
                length = 0;
        target += strspn(target, "/");
        while (text_starts_with(target, "../") || text_equal(target, "..")) {
                while (length > 0 && above[--length] != '/')
                        ;
                target += 2;
                target += strspn(target, "/");
        }
        left = strlen(target);
        while (left > 0 && target[left - 1] == '/')
                left--;
        if (!is_plain(target, left))
                return NULL;
        return text_format("%.*s%s%.*s", (int)length, above, left > 0 ? "/" : "", (int)left, target);
}

static int refuse_link(const Walk *walk, const char *shown, const char *target, Error *err)
{
        _cleanup_free_ char *where = text_escape(target, 200);

        return error_set(err, ERROR_TRUST,
                         "%s is a link to %s%s: it is not followed. Put a folder in its place, or remove it", shown,
                         where, walk->trusted ? "" : ", in a folder where others than root may have put it");
}

/* The name after what is done is a link. */
static int follow(const Host *host, Walk *walk, const char *name, const char *shown, Error *err)
{
        const char *rest = walk->path + walk->done;
        _cleanup_free_ char *stood = NULL;
        char target[PATH_MAX] = "", *path;

        if (readlinkat(walk->fd, name, target, sizeof(target) - 1) < 0)
                return error_errno(err, errno, "read the link %s", shown);
        if (walk->trusted && ++walk->links <= LINKS_MAX)
                stood = stands_for(walk->path, walk->done, target);
        if (!stood)
                return refuse_link(walk, shown, target, err);
        rest += strspn(rest, "/");
        rest += strcspn(rest, "/");
        path = text_format("%s%s", stood, rest);
        free(walk->path);
        walk->path = path;
        return begin(host, walk, err) < 0 ? -1 : 1;
}

/* Why the name after what is done cannot be opened as a folder: 1 it was a link, 0 there is none. */
static int look_what(const Host *host, Walk *walk, const char *name, int errnum, Error *err)
{
        _cleanup_free_ char *whole = text_format("%.*s/%s", (int)walk->done, walk->path, name),
                            *shown = text_escape(whole, 300);
        struct stat st = { 0 };

        if (errnum == ENOENT)
                return 0;
        if (fstatat(walk->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
                return follow(host, walk, name, shown, err);
        if (errnum == ENOTDIR)
                return error_set(err, ERROR_TRUST, "%s is no folder", shown);
        return error_errno(err, errnum, "open %s", shown);
}

/* One folder further, or anew: 1; 0: it is not there. */
static int step(const Host *host, Walk *walk, const char *name, Error *err)
{
        int fd = openat(walk->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        if (fd < 0)
                return look_what(host, walk, name, errno, err);
        close(walk->fd);
        walk->fd = fd;
        walk->done += strspn(walk->path + walk->done, "/") + strlen(name);
        walk->trusted = walk->trusted && is_roots_alone(fd);
        return 1;
}

/* NULL: the end is reached. */
static char *next_name(const Walk *walk)
{
        const char *rest = walk->path + walk->done;
        size_t length;

        rest += strspn(rest, "/");
        length = strcspn(rest, "/");
        return length > 0 ? text_copy_n(rest, length) : NULL;
}

int safe_folder_open(const Host *host, const char *path, SafeFolder *ret, Error *err)
{
        _cleanup_(walk_clear) Walk walk = { .path = text_copy(path), .fd = -1 };
        int r = begin(host, &walk, err) < 0 ? -1 : 1;

        while (r == 1) {
                _cleanup_free_ char *name = next_name(&walk);

                if (!name)
                        break;
                r = step(host, &walk, name, err);
        }
        if (r < 0)
                return -1;
        *ret = (SafeFolder){ .fd = r == 1 ? TAKE_FD(walk.fd) : -1, .path = TAKE_PTR(walk.path) };
        return 0;
}

void safe_folder_close(SafeFolder *folder)
{
        cleanup_close(&folder->fd);
        free(folder->path);
        *folder = (SafeFolder){ .fd = -1 };
}
