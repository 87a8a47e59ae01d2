#include "handler/sequence.h"

#include <limits.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

static bool to_sequence(const char *text, int *ret)
{
        int64_t number;

        if (text_is_empty(text) || strspn(text, "0123456789") != strlen(text) ||
            !text_to_int64(text, 0, INT_MAX, &number))
                return false;
        *ret = (int)number;
        return true;
}

/* N of "N.settings". */
static bool name_to_sequence(const char *name, int *ret)
{
        _cleanup_free_ char *number = NULL;

        if (!text_ends_with(name, ".settings"))
                return false;
        number = text_copy_n(name, strlen(name) - strlen(".settings"));
        return to_sequence(number, ret);
}

static bool modified(const Host *host, const char *folder, const char *name, struct timespec *ret)
{
        _cleanup_free_ char *path = text_format("%s%s/%s", host->root, folder, name);
        struct stat st;

        if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
                return false;
        *ret = st.st_mtim;
        return true;
}

static bool is_newer(struct timespec a, struct timespec b)
{
        return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

int sequence_find(const Host *host, const Environment *environment, int *ret_sequence, Error *err)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        struct timespec newest = { 0 }, time;
        int sequence, best = -1;
        size_t i;

        if (to_sequence(getenv("ConfigSequenceNumber"), ret_sequence))
                return 0;
        if (fs_list(host, environment->config_folder, &names, err) < 0)
                return -1;
        for (i = 0; names && names[i]; i++) {
                if (!name_to_sequence(names[i], &sequence) ||
                    !modified(host, environment->config_folder, names[i], &time))
                        continue;
                /* of two written in the same instant, the higher number */
                if (best >= 0 && !is_newer(time, newest) && (is_newer(newest, time) || sequence < best))
                        continue;
                newest = time;
                best = sequence;
        }
        *ret_sequence = best < 0 ? 0 : best;
        return 0;
}
