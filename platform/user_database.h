/*
 * user_database: whether a system user is there, or useradd could make it. Reads files only: users of a directory
 * service are not seen.
 *
 * useradd replaces /etc/passwd, shadow, group and gshadow by rename, so it needs a writable /etc, and files that are
 * neither immutable nor mounted over (a rename onto a mount point fails, however it is mounted).
 */
#pragma once

#include "platform/base/tri.h"
#include "platform/mounts.h"

#define USER_TROUBLE_MAX 160

typedef struct UserDatabase {
        Tri exists;
        Tri creatable;                  /* UNKNOWN with trouble: not at the moment */
        char trouble[USER_TROUBLE_MAX]; /* why not */
} UserDatabase;

/* Never fails. */
void user_database_look(const Host *host, const MountTable *table, const char *user, UserDatabase *ret);
