#include "agent/guest/settings_files.h"

#include <limits.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"

#define SUFFIX ".settings"

bool settings_files_number(const char *text, int *ret)
{
        int64_t number;

        if (text_is_empty(text) || strspn(text, "0123456789") != strlen(text) ||
            !text_to_int64(text, 0, INT_MAX, &number))
                return false;
        *ret = (int)number;
        return true;
}

static bool name_to_number(const char *name, int *ret)
{
        _cleanup_free_ char *number = NULL;

        if (!text_ends_with(name, SUFFIX))
                return false;
        number = text_copy_n(name, strlen(name) - strlen(SUFFIX));
        return settings_files_number(number, ret);
}

static bool modified(const Host *host, const char *folder, const char *name, struct timespec *ret)
{
        _cleanup_free_ char *path = text_format("%s/%s", folder, name);
        struct stat st;

        if (host_stat(host, path, &st) < 0 || !S_ISREG(st.st_mode))
                return false;
        *ret = st.st_mtim;
        return true;
}

static bool is_newer(struct timespec a, struct timespec b)
{
        return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

int settings_files_newest(const Host *host, const char *folder, int *ret_sequence, struct timespec *ret_written,
                          Error *err)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        struct timespec newest = { 0 }, time;
        int sequence, best = -1;
        size_t i;

        if (fs_list(host, folder, &names, err) < 0)
                return -1;
        for (i = 0; names && names[i]; i++) {
                if (!name_to_number(names[i], &sequence) || !modified(host, folder, names[i], &time))
                        continue;
                if (best >= 0 && !is_newer(time, newest) && (is_newer(newest, time) || sequence < best))
                        continue;
                newest = time;
                best = sequence;
        }
        *ret_sequence = best;
        *ret_written = newest;
        return 0;
}
