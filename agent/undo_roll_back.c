/*
 * Rolling back is idempotent, so that a power cut in the middle of it costs nothing: the journal goes last.
 */
#include "agent/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/undo_records.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/crypto.h"
#include "platform/fs.h"
#include "platform/packages/manager.h"

static void digest_of_file(const Host *host, const char *path, char digest[CRYPTO_SHA256_HEX])
{
        _cleanup_free_ char *data = NULL;
        size_t length = 0;

        digest[0] = '\0';
        if (fs_read(host, path, UNDO_SAVED_MAX, &data, &length, NULL) == 0 && data)
                crypto_sha256_hex(data, length, digest);
}

/* What stands there is neither what was there before nor what we wrote: somebody's who has been here since. */
static bool is_somebody_elses(const Host *host, Json *records, const char *path, const char *saved)
{
        char now[CRYPTO_SHA256_HEX], before[CRYPTO_SHA256_HEX] = "";
        bool wrote = false;
        size_t i;

        digest_of_file(host, path, now);
        if (saved)
                digest_of_file(host, saved, before);
        for (i = 0; i < json_object_array_length(records); i++) {
                Json *record = json_object_array_get_idx(records, i);

                if (!text_equal(json_string(record, "kind"), "wrote") || !text_equal(json_string(record, "path"), path))
                        continue;
                wrote = true;
                if (text_equal(json_string(record, "sha256"), now))
                        return false;
        }
        return wrote && *now && !text_equal(now, before);
}

static int restore_file(const Host *host, Json *records, Json *record, const char *path, Error *err)
{
        const char *saved = json_string(record, "saved");
        _cleanup_free_ char *data = NULL, *full = host_path(host, path);
        struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
                                     { .tv_sec = json_object_get_int64(json_member(record, "mtime")),
                                       .tv_nsec = json_object_get_int64(json_member(record, "mtime_ns")) } };
        mode_t mode = (mode_t)json_object_get_int(json_member(record, "mode"));
        size_t length;

        if (fs_remove_leftovers(host, path, err) < 0)
                return -1;
        if (is_somebody_elses(host, records, path, saved)) {
                log_warning("%s was written by somebody else since, and stays as it is", path);
                return 0;
        }
        if (!saved) /* it may lie on another file system than the journal, which goes next */
                return fs_remove_durably(host, path, err);
        if (fs_read(host, saved, UNDO_SAVED_MAX, &data, &length, err) < 0)
                return -1;
        if (!data)
                return error_set(err, ERROR_MISSING, "the saved copy of %s is gone", path);
        if (fs_write(host, path, data, length, mode, err) < 0)
                return -1;
        if (fs_give(host, path, (uid_t)json_object_get_int64(json_member(record, "uid")),
                    (gid_t)json_object_get_int64(json_member(record, "gid")), mode, err) < 0)
                return -1;
        if (utimensat(AT_FDCWD, full, times, AT_SYMLINK_NOFOLLOW) < 0)
                return error_errno(err, errno, "restore the time of %s", path);
        return 0;
}

/* How undo_remember_prefix() and undo_remember_temporary() stand for a name. */
typedef bool Stands(const char *name, const char *prefix);

static int remove_named(const Host *host, Stands *stands, const char *folder, const char *prefix, Error *err)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i;

        if (text_is_empty(prefix))
                return 0;
        if (fs_list(host, folder, &names, err) < 0)
                return -1;
        for (i = 0; names[i]; i++) {
                _cleanup_free_ char *path = text_format("%s/%s", folder, names[i]);

                if (stands(names[i], prefix) && fs_remove_tree(host, path, err) < 0)
                        return -1;
        }
        return 0;
}

/* Somebody else's may be in it by now. */
static int remove_made(const Host *host, const char *path, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);

        if (rmdir(full) == 0 || errno == ENOENT || errno == ENOTDIR)
                return 0;
        if (errno != ENOTEMPTY && errno != EEXIST)
                return error_errno(err, errno, "remove the folder %s", path);
        log_warning("%s is not empty, and stays", path);
        return 0;
}

static int remove_link(const Host *host, const char *path, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);
        struct stat st;

        return lstat(full, &st) == 0 && S_ISLNK(st.st_mode) ? fs_remove_durably(host, path, err) : 0;
}

static int forget_key(const Host *host, const char *fingerprint, Error *err)
{
        const PackageManager *manager = package_manager_find(host);
        bool known = false;

        if (!manager || !manager->forget_key)
                return 0;
        if (manager->has_key(host, fingerprint, &known, err) < 0)
                return -1;
        return known ? manager->forget_key(host, fingerprint, err) : 0;
}

static int undo_record(const Host *host, Json *records, Json *record, Error *err)
{
        const char *kind = json_string(record, "kind"), *path = json_string(record, "path");

        if (!kind || !path)
                return 0;
        if (text_equal(kind, "file"))
                return restore_file(host, records, record, path, err);
        if (text_equal(kind, "folder") || text_equal(kind, "trace"))
                return fs_remove_tree(host, path, err);
        if (text_equal(kind, "made"))
                return remove_made(host, path, err);
        if (text_equal(kind, "link"))
                return remove_link(host, path, err);
        if (text_equal(kind, "key"))
                return forget_key(host, path, err);
        if (text_equal(kind, "prefix"))
                return remove_named(host, text_starts_with, path, json_string(record, "prefix"), err);
        if (text_equal(kind, "temporary"))
                return remove_named(host, fs_is_temporary, path, json_string(record, "prefix"), err);
        return 0;
}

static int remove_fetched(const Host *host, Json *record, Error *err)
{
        const char *kind = json_string(record, "kind"), *folder = json_string(record, "path");
        const char *prefix = json_string(record, "prefix");
        _cleanup_free_ char *path = NULL;

        if (text_is_empty(folder) || text_is_empty(prefix))
                return 0;
        if (text_equal(kind, "fetched-prefix"))
                return remove_named(host, text_starts_with, folder, prefix, err);
        if (!text_equal(kind, "fetched"))
                return 0;
        path = text_format("%s/%s", folder, prefix);
        return fs_remove_tree(host, path, err);
}

int undo_prefixes(const Host *host, Error *err)
{
        _cleanup_json_ Json *records = NULL;
        size_t i;

        if (undo_records_read(host, &records, err) < 0)
                return -1;
        for (i = 0; i < json_object_array_length(records); i++) {
                Json *record = json_object_array_get_idx(records, i);
                const char *kind = json_string(record, "kind");

                if ((text_equal(kind, "prefix") || text_equal(kind, "trace") || text_equal(kind, "temporary")) &&
                    undo_record(host, records, record, err) < 0)
                        return -1;
                if (remove_fetched(host, record, err) < 0)
                        return -1;
        }
        return 0;
}

int undo_roll_back(const Host *host, Error *err)
{
        _cleanup_json_ Json *records = NULL;
        size_t i;

        if (undo_records_read(host, &records, err) < 0)
                return -1;
        for (i = json_object_array_length(records); i > 0; i--)
                if (undo_record(host, records, json_object_array_get_idx(records, i - 1), err) < 0)
                        return error_prefix(err, "undo");
        if (undo_keys_roll_back(host, records, err) < 0)
                return error_prefix(err, "undo");
        return undo_commit(host, err);
}
