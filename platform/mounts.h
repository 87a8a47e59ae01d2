/*
 * mounts: the mount table of our mount namespace, and which mount a path lies on.
 *
 * Foreign format: /proc/self/mountinfo (proc(5)):
 * "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG ...] - TYPE SOURCE SUPER-OPTIONS", with blanks, tabs, newlines and
 * backslashes as \ooo; what is not like that is passed over. Bounded by MOUNTS_TEXT_MAX.
 */
#pragma once

#include "platform/host.h"

#define MOUNTS_TEXT_MAX (8 * 1024 * 1024)

/* One mount; the strings are those of the table, unescaped. */
typedef struct Mount {
        int id, parent;
        const char *root;  /* the folder of its file system that is mounted */
        const char *point; /* where */
        const char *options;
        const char *type;
        const char *super_options;
} Mount;

/* Zero-initialised is empty. */
typedef struct MountTable {
        char *text;
        Mount *items;
        size_t n;
} MountTable;

void mount_table_clear(MountTable *table);

/* An absent table is empty. */
int mount_table_read(const Host *host, MountTable *ret, Error *err) _must_check_;

/* Pure. text is taken over. */
void mount_table_parse(char *text, MountTable *ret);

/*
 * The mount that a path without links in it lies on, as the kernel walks: whatever is mounted over whatever, in any
 * order. NULL: the table does not tell.
 */
const Mount *mount_find(const MountTable *table, const char *path);

/* One of the comma separated options: mount_has_option(mount->options, "noexec"). */
bool mount_has_option(const char *options, const char *name);

/* path is the folder or below it. */
bool mount_is_below(const char *path, const char *folder);
