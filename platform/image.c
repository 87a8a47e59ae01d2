#include "platform/image.h"

#include <string.h>
#include <sys/stat.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_init.h"

#define ELSEWHERE "/proc/" /* how a folder is named that no path of ours leads to */

static void keep_those_below(const char *root, MountTable *table)
{
        size_t i, n = 0;

        for (i = 0; i < table->n; i++) {
                Mount mount = table->items[i];

                if (!mount_is_below(mount.point, root))
                        continue;
                mount.point += strlen(root);
                if (!*mount.point)
                        mount.point = "/";
                table->items[n++] = mount;
        }
        table->n = n;
}

int image_mounts(const Host *host, MountTable *ret, Error *err)
{
        Host live;

        if (!host->image)
                return mount_table_read(host, ret, err);
        if (text_starts_with(host->root, ELSEWHERE))
                return error_set(err, ERROR_TRUST,
                                 "what is mounted in this folder cannot be seen from here, as another process's root "
                                 "leads to it. Mount the image here, or run this in it");
        host_init(&live);
        if (mount_table_read(&live, ret, err) < 0)
                return -1;
        if (ret->n == 0)
                return error_set(err, ERROR_IO, "what is mounted cannot be seen: /proc is not there");
        keep_those_below(host->root, ret);
        return 0;
}

static bool has_root(const char *pid, const struct stat *folder)
{
        _cleanup_free_ char *path = text_format("/proc/%s/root", pid);
        struct stat st;

        return stat(path, &st) == 0 && st.st_dev == folder->st_dev && st.st_ino == folder->st_ino;
}

pid_t image_user(const Host *host)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        struct stat folder;
        int64_t pid;
        size_t i;
        Host live;

        host_init(&live);
        if (!host->image || stat(host->root, &folder) < 0 || fs_list(&live, "/proc", &names, NULL) < 0)
                return 0;
        for (i = 0; names[i]; i++)
                if (text_to_int64(names[i], 1, INT32_MAX, &pid) && has_root(names[i], &folder))
                        return (pid_t)pid;
        return 0;
}
