/* By descriptors of its folder: no link in an image leads out of it, and nothing of it goes through /proc. */
#include "agent/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/facts.h"
#include "platform/fs.h"
#include "platform/safe_folder.h"

#define HOLD_FOLDER "/etc/mde-linux"
#define HOLD_NAME "hold" /* FACTS_HOLD_FILE */

static int missing_etc(const Host *host, Error *err)
{
        return error_set(err, ERROR_MISSING, "there is no /etc%s",
                         host->image ? ": name the folder that is the image's /" : "");
}

/* Whoever made one may have put something in it. */
static int refuse_folder(const SafeFolder *folder, Error *err)
{
        struct stat st;

        if (fstatat(folder->fd, HOLD_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
                return 0;
        return error_set(err, ERROR_INPUT, HOLD_NAME " is a folder, not a file: see what is in it, and remove it");
}

/* 1: it was not there, and is now. */
static int make_folder(const Host *host, Error *err)
{
        _cleanup_(safe_folder_close) SafeFolder above = { .fd = -1 };

        if (safe_folder_open(host, "/etc", &above, err) < 0)
                return -1;
        if (above.fd < 0)
                return missing_etc(host, err);
        if (mkdirat(above.fd, strrchr(HOLD_FOLDER, '/') + 1, 0755) == 0)
                return 1;
        return errno == EEXIST ? 0 : error_errno(err, errno, "make it");
}

static int open_folder(const Host *host, SafeFolder *ret, Error *err)
{
        int made = make_folder(host, err);

        if (made < 0 || safe_folder_open(host, HOLD_FOLDER, ret, err) < 0)
                return -1;
        if (ret->fd < 0)
                return error_set(err, ERROR_MISSING,
                                 "it is a link that leads to no folder: put a folder in its place, or remove it");
        return made && fchmod(ret->fd, 0755) < 0 ? error_errno(err, errno, "set its mode") : 0;
}

int hold_write(const Host *host, const char *text, Error *err)
{
        _cleanup_(safe_folder_close) SafeFolder folder = { .fd = -1 };

        if (open_folder(host, &folder, err) < 0 || refuse_folder(&folder, err) < 0)
                return -1;
        return fs_write_at(folder.fd, HOLD_NAME, text, strlen(text), 0644, err);
}

/* In a folder that is no image nothing is on hold, and nobody meant that. */
static int look_for_etc(const Host *host, Error *err)
{
        _cleanup_(safe_folder_close) SafeFolder above = { .fd = -1 };

        if (safe_folder_open(host, "/etc", &above, err) < 0)
                return -1;
        return above.fd < 0 ? missing_etc(host, err) : 0;
}

int hold_remove(const Host *host, bool *ret_was_held, Error *err)
{
        _cleanup_(safe_folder_close) SafeFolder folder = { .fd = -1 };
        struct stat st;

        if (look_for_etc(host, err) < 0 || safe_folder_open(host, HOLD_FOLDER, &folder, err) < 0)
                return -1;
        if (folder.fd < 0 || (fstatat(folder.fd, HOLD_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)) {
                *ret_was_held = false;
                return 0;
        }
        if (refuse_folder(&folder, err) < 0)
                return -1;
        if (unlinkat(folder.fd, HOLD_NAME, 0) < 0)
                return error_errno(err, errno, "remove " HOLD_NAME);
        if (fsync(folder.fd) < 0)
                return error_errno(err, errno, "sync it");
        *ret_was_held = true;
        return 0;
}
