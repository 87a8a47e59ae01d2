#include "platform/user_database.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/locks.h"

#define PASSWD_MAX (16 * 1024 * 1024)
#define FOLDER "/etc"

static const char *const files[] = { "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow" };
static const char *const lock[] = { "/etc/.pwd.lock", NULL };

static Tri find_user(const Host *host, const char *user)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0, n, name = strlen(user);
        const char *cursor, *line;

        if (fs_read(host, files[0], PASSWD_MAX, &text, &length, NULL) < 0 || !text)
                return TRI_UNKNOWN;
        for (cursor = text; text_next_line(&cursor, text + length, &line, &n);)
                if (n > name && line[name] == ':' && memcmp(line, user, name) == 0)
                        return TRI_YES;
        return TRI_NO;
}

/* For a live machine: what its file system says itself. */
static bool is_read_only(const Host *host, const MountTable *table)
{
        const Mount *mount = mount_find(table, FOLDER);
        struct statvfs st;

        if (host_is_live(host))
                return statvfs(FOLDER, &st) == 0 && (st.f_flag & ST_RDONLY);
        return mount && (mount_has_option(mount->options, "ro") || mount_has_option(mount->super_options, "ro"));
}

/* As lsattr shows it; not every file system has it. */
static const char *attribute(const Host *host, const char *path)
{
        _cleanup_close_ int fd = -1;
        struct stat st;
        int flags = 0; /* the kernel writes an int, whatever the number says */

        if (host_stat(host, path, &st) < 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
                return NULL;
        fd = host_open(host, path, O_RDONLY | O_NONBLOCK);
        if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
                return NULL;
        if (flags & FS_IMMUTABLE_FL)
                return "immutable";
        return flags & FS_APPEND_FL ? "append-only" : NULL;
}

static const Mount *find_mounted_over(const MountTable *table, const char *path)
{
        const Mount *mount = mount_find(table, path);

        return mount && text_equal(mount->point, path) ? mount : NULL;
}

static bool find_obstacle(const Host *host, const MountTable *table, char trouble[USER_TROUBLE_MAX])
{
        const char *what = attribute(host, FOLDER);
        const Mount *mount;
        size_t i;

        if (is_read_only(host, table) || what) {
                snprintf(trouble, USER_TROUBLE_MAX, FOLDER " is %s", what ? what : "mounted read-only");
                return true;
        }
        for (i = 0; i < ELEMENTSOF(files); i++) {
                if ((mount = find_mounted_over(table, files[i]))) {
                        snprintf(trouble, USER_TROUBLE_MAX, "%s is a mount of its own%s and cannot be replaced",
                                 files[i], mount_has_option(mount->options, "ro") ? " (read-only)" : "");
                        return true;
                }
                if ((what = attribute(host, files[i]))) {
                        snprintf(trouble, USER_TROUBLE_MAX, "%s is %s (lsattr, chattr)", files[i], what);
                        return true;
                }
        }
        return false;
}

static bool is_locked(const Host *host, char trouble[USER_TROUBLE_MAX])
{
        _cleanup_free_ char *who = NULL;
        LockHolder holder;
        bool held = false;

        if (locks_look(host, lock, &held, &holder, NULL) < 0 || !held)
                return false;
        who = locks_describe(&holder);
        snprintf(trouble, USER_TROUBLE_MAX, "%s", who);
        return true;
}

void user_database_look(const Host *host, const MountTable *table, const char *user, UserDatabase *ret)
{
        *ret = (UserDatabase){ .exists = find_user(host, user), .creatable = TRI_UNKNOWN };
        if (ret->exists != TRI_NO)
                return;
        if (find_obstacle(host, table, ret->trouble))
                ret->creatable = TRI_NO;
        else if (!is_locked(host, ret->trouble))
                ret->creatable = TRI_YES;
}
