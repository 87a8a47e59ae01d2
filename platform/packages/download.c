#include "platform/packages/download.h"

#include <string.h>
#include <sys/stat.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/mounts.h"

#define DEPTH_MAX 8
#define FILES_MAX 2000
#define SIZE_MAX_BYTES ((int64_t)1 << 50)

/* k, M and G alone are dnf's, of 1024 as those with an "i"; with a "B" they are apt's. */
static int64_t unit_of(const char *text)
{
        static const char letters[] = "kMGT";
        const char *letter = *text == 'K' ? letters : strchr(letters, *text);
        int64_t base = text[0] && text[1] == 'B' ? 1000 : 1024, unit = 1;
        const char *each;

        if (*text == 'B')
                return 1;
        if (!*text || !letter)
                return 0;
        for (each = letters; each <= letter; each++)
                unit *= base;
        return unit;
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* "12.3 MB"; 0: no size. */
static int64_t read_size(const char *text)
{
        int64_t number = 0, parts = 1, unit;
        bool behind_point = false;

        text += strspn(text, " ");
        if (!is_digit(*text))
                return 0;
        for (; is_digit(*text) || *text == '.'; text++) {
                behind_point = behind_point || *text == '.';
                if (!is_digit(*text))
                        continue;
                if (number >= SIZE_MAX_BYTES / 10 || parts >= 1000)
                        return 0;
                number = number * 10 + (*text - '0');
                parts *= behind_point ? 10 : 1;
        }
        text += strspn(text, " ");
        unit = unit_of(text);
        return unit && number > SIZE_MAX_BYTES / unit ? 0 : number * unit / parts;
}

int64_t download_size(const char *const *words, const char *output)
{
        const char *found = NULL, *place;

        for (; output && words && *words; words++)
                for (place = output; (place = strstr(place, *words)); found = place)
                        place += strlen(*words);
        return found ? read_size(found) : 0;
}

typedef struct Count {
        dev_t device;
        size_t files;
        int64_t bytes;
} Count;

static void count_below(const Host *host, const char *folder, unsigned depth, Count *count)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        struct stat st;
        char **name;

        if (depth == 0 || fs_list(host, folder, &names, NULL) < 0)
                return;
        for (name = names; *name && count->files < FILES_MAX; name++) {
                _cleanup_free_ char *below = text_format("%s/%s", folder, *name);

                if (host_lstat(host, below, &st) < 0 || st.st_dev != count->device)
                        continue;
                count->files++;
                if (S_ISREG(st.st_mode))
                        count->bytes += st.st_size;
                if (S_ISDIR(st.st_mode))
                        count_below(host, below, depth - 1, count);
        }
}

int64_t download_present(const Host *host, const char *folder)
{
        Count count = { 0 };
        struct stat st;

        if (host_lstat(host, folder, &st) < 0 || !S_ISDIR(st.st_mode))
                return 0;
        count.device = st.st_dev;
        count_below(host, folder, DEPTH_MAX, &count);
        return count.bytes;
}

static bool is_mounted_below(const Host *host, const char *folder)
{
        _cleanup_(mount_table_clear) MountTable table = { 0 };
        size_t i;

        if (mount_table_read(host, &table, NULL) < 0)
                return true;
        for (i = 0; i < table.n; i++)
                if (mount_is_below(table.items[i].point, folder))
                        return true;
        return false;
}

int64_t download_present_unless_mounted(const Host *host, const char *folder)
{
        return is_mounted_below(host, folder) ? 0 : download_present(host, folder);
}
