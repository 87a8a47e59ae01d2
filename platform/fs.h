/*
 * fs: files below Host.root: bounded reads, atomic writes, removal, ownership checks.
 *
 * path is absolute on the machine. A missing file is a value: *ret_data NULL and 0 returned. What reads or looks
 * (fs_read, fs_list, fs_exists, fs_is_folder, fs_check_trusted) follows links of an image inside it (host_open.h); what
 * writes is for the running machine, and for folders of tests.
 */
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include "platform/host.h"

/* *ret_data is terminated and belongs to the caller. ERROR_INPUT when larger than max bytes or not a regular file. */
int fs_read(const Host *host, const char *path, size_t max, char **ret_data, size_t *ret_length,
            Error *err) _must_check_;

/*
 * Replaces path by a new file with these bytes: temporary name in the same folder, fsync, rename,
 * fsync of the folder. Owner is who we are; the mode is exact, whatever the umask. On failure the
 * old file is as it was and no temporary file stays; what a write that was killed, or met a power cut, had left beside
 * it goes.
 */
int fs_write(const Host *host, const char *path, const void *data, size_t length, mode_t mode, Error *err) _must_check_;

/* fs_write() in an open folder: name is one in it. What has that name is replaced, be it a link. */
int fs_write_at(int folder, const char *name, const void *data, size_t length, mode_t mode, Error *err) _must_check_;

/* fs_write() without fsync, for what a crash may lose (status, unit files under /run). */
int fs_write_volatile(const Host *host, const char *path, const void *data, size_t length, mode_t mode,
                      Error *err) _must_check_;

#define FS_TEMPORARY ".mde-linux-" /* temporary files beside NAME are .NAME.mde-linux-XXXXXX, letters and digits */

/* Is name prefix and six letters or digits, as these and mkdtemp() have? */
bool fs_is_temporary(const char *name, const char *prefix);

/* Owner and mode of a regular file, never through a link: whoever else may write to its folder may have put one there.
 */
int fs_give(const Host *host, const char *path, uid_t uid, gid_t gid, mode_t mode, Error *err) _must_check_;

/* Removes what an fs_write of this path left behind when it was killed; of one that is at work nothing. */
int fs_remove_leftovers(const Host *host, const char *path, Error *err) _must_check_;

/* Makes the folder and missing ancestors (those 0755). An existing folder is left as it is. */
int fs_make_folder(const Host *host, const char *path, mode_t mode, Error *err) _must_check_;

/* Removes a file; absent is fine. */
int fs_remove(const Host *host, const char *path, Error *err) _must_check_;

/* The same, and a power cut does not bring it back. */
int fs_remove_durably(const Host *host, const char *path, Error *err) _must_check_;

/* Gives a file another name in the same folder, in place of what has it, and durably. */
int fs_move(const Host *host, const char *from, const char *to, Error *err) _must_check_;

/*
 * Removes a folder and all in it, never following links; absent is fine. path is a way that root alone laid; where that
 * is not so: safe_folder.h and fs_remove_at. ERROR_TRUST: something is mounted on a folder below; it is left alone
 * (before Linux 3.15: what is on another device).
 */
int fs_remove_tree(const Host *host, const char *path, Error *err) _must_check_;
int fs_remove_at(int folder, const char *name, Error *err) _must_check_; /* the same, of what is in an open folder */

bool fs_exists(const Host *host, const char *path);
bool fs_is_folder(const Host *host, const char *path);

/* Regular file, owned by root, not writable by group or others, no link: else ERROR_TRUST naming what is wrong. */
int fs_check_trusted(const Host *host, const char *path, Error *err) _must_check_;

/* Copies a regular file onto path, atomically, with this mode. */
int fs_copy(const Host *host, const char *from, const char *path, mode_t mode, Error *err) _must_check_;
int fs_copy_from(const Host *host, int fd, const char *path, mode_t mode, Error *err) _must_check_;

/* All of it into an open file. -1: errno says why; a part may be there. */
int fs_write_bytes(int fd, const void *data, size_t length) _must_check_;

/* Names in a folder, without "." and "..", sorted, NULL-terminated; an absent folder has none. */
int fs_list(const Host *host, const char *path, char ***ret_names, Error *err) _must_check_;
int fs_list_at(int folder, char ***ret_names, Error *err) _must_check_; /* of an open one */
void fs_names_free(char **names);
DEFINE_CLEANUP(char **, fs_names_free)
