#include "platform/mounts.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define FIELDS_MAX 32

void mount_table_clear(MountTable *table)
{
        free(table->text);
        free(table->items);
        *table = (MountTable){ 0 };
}

int mount_table_read(const Host *host, MountTable *ret, Error *err)
{
        char *text = NULL;
        size_t length = 0;

        if (fs_read(host, "/proc/self/mountinfo", MOUNTS_TEXT_MAX, &text, &length, err) < 0)
                return -1;
        mount_table_parse(text ? text : text_copy(""), ret);
        return 0;
}

static bool is_octal(const char *p)
{
        return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

/* In place: what comes out is never longer. */
static char *unescape(char *text)
{
        char *from, *to = text;

        for (from = text; *from; to++) {
                if (from[0] == '\\' && is_octal(from + 1)) {
                        *to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
                        from += 4;
                } else {
                        *to = *from++;
                }
        }
        *to = '\0';
        return text;
}

static size_t split(char *line, char *fields[FIELDS_MAX])
{
        char *save = NULL, *field;
        size_t n = 0;

        for (field = strtok_r(line, " ", &save); field && n < FIELDS_MAX; field = strtok_r(NULL, " ", &save))
                fields[n++] = field;
        return n;
}

static bool parse_line(char *line, Mount *ret)
{
        char *fields[FIELDS_MAX];
        size_t n = split(line, fields), dash;
        int64_t id, parent;

        for (dash = 6; dash < n && !text_equal(fields[dash], "-"); dash++)
                ;
        if (dash + 3 >= n || !text_to_int64(fields[0], 0, INT32_MAX, &id) ||
            !text_to_int64(fields[1], 0, INT32_MAX, &parent))
                return false;
        *ret = (Mount){ .id = (int)id,
                        .parent = (int)parent,
                        .root = unescape(fields[3]),
                        .point = unescape(fields[4]),
                        .options = fields[5],
                        .type = fields[dash + 1],
                        .super_options = fields[dash + 3] };
        return ret->point[0] == '/';
}

void mount_table_parse(char *text, MountTable *ret)
{
        char *save = NULL, *line;
        size_t lines = 1;
        const char *p;

        for (p = text; (p = strchr(p, '\n')); p++)
                lines++;
        *ret = (MountTable){ .text = text, .items = text_allocate(lines * sizeof(Mount)) };
        for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
                if (parse_line(line, &ret->items[ret->n]))
                        ret->n++;
}

bool mount_is_below(const char *path, const char *folder)
{
        size_t length = strlen(folder);

        if (text_equal(folder, "/"))
                return path[0] == '/';
        return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static const Mount *find_id(const MountTable *table, int id)
{
        size_t i;

        for (i = 0; i < table->n; i++)
                if (table->items[i].id == id)
                        return &table->items[i];
        return NULL;
}

/* The one that everything hangs on: its own parent is not in the table. */
static const Mount *find_root(const MountTable *table)
{
        const Mount *found = NULL;
        size_t i;

        for (i = 0; i < table->n; i++) {
                const Mount *mount = &table->items[i], *parent = find_id(table, mount->parent);

                if (text_equal(mount->point, "/") && (!parent || parent == mount))
                        found = mount;
        }
        return found;
}

/* The first mount that a walk along path meets on this one. */
static const Mount *find_next(const MountTable *table, const Mount *here, const char *path)
{
        const Mount *next = NULL;
        size_t i;

        for (i = 0; i < table->n; i++) {
                const Mount *mount = &table->items[i];

                if (mount->parent == here->id && mount != here && mount_is_below(path, mount->point) &&
                    (!next || strlen(mount->point) < strlen(next->point)))
                        next = mount;
        }
        return next;
}

const Mount *mount_find(const MountTable *table, const char *path)
{
        const Mount *here = find_root(table), *next;
        size_t steps;

        for (steps = 0; here && steps < table->n; steps++) { /* a table that goes in circles ends too */
                next = find_next(table, here, path);
                if (!next)
                        return here;
                here = next;
        }
        return here;
}

bool mount_has_option(const char *options, const char *name)
{
        size_t length = strlen(name);
        const char *p = options;

        while ((p = strstr(p, name))) {
                if ((p == options || p[-1] == ',') && (p[length] == ',' || p[length] == '\0'))
                        return true;
                p += length;
        }
        return false;
}
