/*
 * Each record is on disk (fsync) before the change it is about. Rolling back is idempotent, so that a
 * power cut in the middle of it costs nothing: the journal goes last.
 */
#include "agent/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/state.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json.h"

#define FOLDER STATE_FOLDER "/undo"
#define JOURNAL FOLDER "/journal"
#define SAVED_MAX (4 * 1024 * 1024)
#define JOURNAL_MAX (256 * 1024)

/* Begins with a line end: what stands before it may be torn, and must not take this record with it. */
static int append_record(const Host *host, Json *record, Error *err)
{
        _cleanup_free_ char *path = host_path(host, JOURNAL),
                            *line = text_format("\n%s\n",
                                                json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN));
        _cleanup_close_ int fd = -1, folder = -1;
        _cleanup_free_ char *folder_path = host_path(host, FOLDER);
        size_t length = strlen(line);

        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return error_errno(err, errno, "open %s", JOURNAL);
        if (write(fd, line, length) != (ssize_t)length || fsync(fd) < 0)
                return error_errno(err, errno, "write %s", JOURNAL);
        folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0 || fsync(folder) < 0)
                return error_errno(err, errno, "sync %s", FOLDER);
        return 0;
}

static Json *record_new(const char *kind, const char *path)
{
        Json *record = json_object_new_object();

        json_object_object_add(record, "kind", json_object_new_string(kind));
        json_object_object_add(record, "path", json_object_new_string(path));
        return record;
}

/* One line a record; a torn one (power cut or full disk while writing it) is no record: its change was not made. */
static int read_records(const Host *host, Json **ret, Error *err)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_json_ Json *records = json_object_new_array();
        const char *cursor, *line;
        size_t length = 0, n;

        if (fs_read(host, JOURNAL, JOURNAL_MAX, &text, &length, err) < 0)
                return -1;
        for (cursor = text; text && text_next_line(&cursor, text + length, &line, &n);) {
                Json *record = NULL;

                if (cursor[-1] == '\n' && json_parse(line, n, &record, NULL) == 0)
                        json_object_array_add(records, record);
        }
        *ret = TAKE_PTR(records);
        return 0;
}

static bool is_same(Json *a, Json *b, const char *member)
{
        return text_equal(json_string(a, member), json_string(b, member));
}

static bool is_remembered(Json *records, Json *wanted)
{
        size_t i;

        for (i = 0; i < json_object_array_length(records); i++) {
                Json *record = json_object_array_get_idx(records, i);

                if (is_same(record, wanted, "kind") && is_same(record, wanted, "path") &&
                    is_same(record, wanted, "prefix"))
                        return true;
        }
        return false;
}

/* Makes STATE/undo and reads what it holds; *ret_known: this very thing is remembered already. */
static int prepare(const Host *host, Json *wanted, Json **ret_records, bool *ret_known, Error *err)
{
        if (fs_make_folder(host, FOLDER, 0700, err) < 0 || read_records(host, ret_records, err) < 0)
                return -1;
        *ret_known = is_remembered(*ret_records, wanted);
        return 0;
}

static int save_file(const Host *host, const char *path, size_t number, Json *record, Error *err)
{
        _cleanup_free_ char *full = host_path(host, path), *data = NULL, *saved = text_format(FOLDER "/%zu", number);
        struct stat st;
        size_t length;

        if (lstat(full, &st) < 0)
                return errno == ENOENT || errno == ENOTDIR ? 0 : error_errno(err, errno, "look at %s", path);
        if (!S_ISREG(st.st_mode))
                return error_set(err, ERROR_INPUT, "%s is no regular file, and is left alone", path);
        if (fs_read(host, path, SAVED_MAX, &data, &length, err) < 0 ||
            fs_write(host, saved, data ? data : "", length, 0600, err) < 0)
                return -1;
        json_object_object_add(record, "saved", json_object_new_string(saved));
        json_object_object_add(record, "mode", json_object_new_int((int)(st.st_mode & 07777)));
        json_object_object_add(record, "uid", json_object_new_int64(st.st_uid));
        json_object_object_add(record, "gid", json_object_new_int64(st.st_gid));
        json_object_object_add(record, "mtime", json_object_new_int64(st.st_mtim.tv_sec));
        json_object_object_add(record, "mtime_ns", json_object_new_int64(st.st_mtim.tv_nsec));
        return 0;
}

int undo_remember_file(const Host *host, const char *path, Error *err)
{
        _cleanup_json_ Json *record = record_new("file", path);
        _cleanup_json_ Json *records = NULL;
        bool known;

        if (prepare(host, record, &records, &known, err) < 0)
                return -1;
        if (known)
                return 0;
        if (save_file(host, path, json_object_array_length(records), record, err) < 0)
                return -1;
        return append_record(host, record, err);
}

/* Of something that is not there yet. */
static int remember_new(const Host *host, const char *kind, const char *path, Error *err)
{
        _cleanup_json_ Json *record = record_new(kind, path);
        _cleanup_json_ Json *records = NULL;
        bool known;

        if (prepare(host, record, &records, &known, err) < 0)
                return -1;
        return known || fs_exists(host, path) ? 0 : append_record(host, record, err);
}

int undo_remember_folder(const Host *host, const char *path, Error *err)
{
        return remember_new(host, "folder", path, err);
}

int undo_remember_made(const Host *host, const char *path, Error *err)
{
        return remember_new(host, "made", path, err);
}

int undo_remember_link(const Host *host, const char *path, Error *err)
{
        return remember_new(host, "link", path, err);
}

int undo_remember_prefix(const Host *host, const char *folder, const char *prefix, Error *err)
{
        _cleanup_json_ Json *record = record_new("prefix", folder);
        _cleanup_json_ Json *records = NULL;
        bool known;

        json_object_object_add(record, "prefix", json_object_new_string(prefix));
        if (prepare(host, record, &records, &known, err) < 0)
                return -1;
        return known ? 0 : append_record(host, record, err);
}

int undo_remember_transaction(const Host *host, pid_t pid, uint64_t start_time, Error *err)
{
        _cleanup_json_ Json *record = record_new("transaction", "");

        if (fs_make_folder(host, FOLDER, 0700, err) < 0)
                return -1;
        json_object_object_add(record, "pid", json_object_new_int(pid));
        json_object_object_add(record, "start", json_object_new_int64((int64_t)start_time));
        return append_record(host, record, err);
}

int undo_state(const Host *host, UndoState *ret, Error *err)
{
        _cleanup_json_ Json *records = NULL;
        UndoState state = { 0 };
        size_t i;

        if (read_records(host, &records, err) < 0)
                return -1;
        state.pending = json_object_array_length(records) > 0 || fs_exists(host, FOLDER);
        for (i = 0; i < json_object_array_length(records); i++) {
                Json *record = json_object_array_get_idx(records, i);

                if (!text_equal(json_string(record, "kind"), "transaction"))
                        continue;
                state.transaction = true;
                state.pid = json_object_get_int(json_member(record, "pid"));
                state.start_time = (uint64_t)json_object_get_int64(json_member(record, "start"));
        }
        *ret = state;
        return 0;
}

static int restore_file(const Host *host, Json *record, const char *path, Error *err)
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
        if (!saved) /* it may lie on another file system than the journal, which goes next */
                return fs_remove_durably(host, path, err);
        if (fs_read(host, saved, SAVED_MAX, &data, &length, err) < 0)
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

static int remove_prefix(const Host *host, const char *folder, const char *prefix, Error *err)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i;

        if (text_is_empty(prefix))
                return 0;
        if (fs_list(host, folder, &names, err) < 0)
                return -1;
        for (i = 0; names[i]; i++) {
                _cleanup_free_ char *path = text_format("%s/%s", folder, names[i]);

                if (text_starts_with(names[i], prefix) && fs_remove(host, path, err) < 0)
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

static int undo_record(const Host *host, Json *record, Error *err)
{
        const char *kind = json_string(record, "kind"), *path = json_string(record, "path");

        if (!kind || !path)
                return 0;
        if (text_equal(kind, "file"))
                return restore_file(host, record, path, err);
        if (text_equal(kind, "folder"))
                return fs_remove_tree(host, path, err);
        if (text_equal(kind, "made"))
                return remove_made(host, path, err);
        if (text_equal(kind, "link"))
                return remove_link(host, path, err);
        if (text_equal(kind, "prefix"))
                return remove_prefix(host, path, json_string(record, "prefix"), err);
        return 0;
}

int undo_prefixes(const Host *host, Error *err)
{
        _cleanup_json_ Json *records = NULL;
        size_t i;

        if (read_records(host, &records, err) < 0)
                return -1;
        for (i = 0; i < json_object_array_length(records); i++) {
                Json *record = json_object_array_get_idx(records, i);

                if (text_equal(json_string(record, "kind"), "prefix") && undo_record(host, record, err) < 0)
                        return -1;
        }
        return 0;
}

int undo_commit(const Host *host, Error *err)
{
        /* the journal first: without it the saved copies mean nothing */
        if (fs_remove(host, JOURNAL, err) < 0)
                return -1;
        return fs_remove_tree(host, FOLDER, err);
}

int undo_roll_back(const Host *host, Error *err)
{
        _cleanup_json_ Json *records = NULL;
        size_t i;

        if (read_records(host, &records, err) < 0)
                return -1;
        for (i = json_object_array_length(records); i > 0; i--)
                if (undo_record(host, json_object_array_get_idx(records, i - 1), err) < 0)
                        return error_prefix(err, "undo");
        return undo_commit(host, err);
}
