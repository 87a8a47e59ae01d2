/*
 * Each record is on disk (fsync) before the change it is about.
 */
#include "agent/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/undo_records.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/crypto.h"

#define FOLDER UNDO_FOLDER
#define JOURNAL FOLDER "/journal"
#define JOURNAL_MAX (256 * 1024)

/* Begins with a line end: what stands before it may be torn, and must not take this record with it. */
int undo_record_append(const Host *host, Json *record, Error *err)
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

void undo_record_add_boot(const Host *host, Json *record)
{
        char boot[37];

        state_boot_id(host, boot);
        json_object_object_add(record, "boot", json_object_new_string(boot));
}

bool undo_record_is_of_this_boot(const Host *host, Json *record)
{
        char boot[37];

        state_boot_id(host, boot);
        return *boot && text_equal(json_string(record, "boot"), boot);
}

Json *undo_record_new(const char *kind, const char *path)
{
        Json *record = json_object_new_object();

        json_object_object_add(record, "kind", json_object_new_string(kind));
        json_object_object_add(record, "path", json_object_new_string(path));
        return record;
}

int undo_records_read(const Host *host, Json **ret, Error *err)
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
        if (fs_make_folder(host, FOLDER, 0700, err) < 0 || undo_records_read(host, ret_records, err) < 0)
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
        if (fs_read(host, path, UNDO_SAVED_MAX, &data, &length, err) < 0 ||
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
        _cleanup_json_ Json *record = undo_record_new("file", path);
        _cleanup_json_ Json *records = NULL;
        bool known;

        if (prepare(host, record, &records, &known, err) < 0)
                return -1;
        if (known)
                return 0;
        if (save_file(host, path, json_object_array_length(records), record, err) < 0)
                return -1;
        return undo_record_append(host, record, err);
}

/* Before the bytes: so that what is found later is known as ours. */
static int remember_written(const Host *host, const char *path, const void *data, size_t length, Error *err)
{
        _cleanup_json_ Json *record = undo_record_new("wrote", path);
        char digest[CRYPTO_SHA256_HEX];

        crypto_sha256_hex(data, length, digest);
        json_object_object_add(record, "sha256", json_object_new_string(digest));
        return undo_record_append(host, record, err);
}

int undo_write(const Host *host, const char *path, const void *data, size_t length, mode_t mode, Error *err)
{
        if (undo_remember_file(host, path, err) < 0 || remember_written(host, path, data, length, err) < 0)
                return -1;
        return fs_write(host, path, data, length, mode, err);
}

int undo_rewrite(const Host *host, const char *path, const void *data, size_t length, mode_t new_mode, mode_t also,
                 Error *err)
{
        _cleanup_free_ char *full = host_path(host, path);
        struct stat st;
        mode_t mode;

        if (lstat(full, &st) < 0)
                return errno == ENOENT || errno == ENOTDIR ? undo_write(host, path, data, length, new_mode | also, err)
                                                           : error_errno(err, errno, "look at %s", path);
        mode = (st.st_mode & 0777) | also;
        if (undo_write(host, path, data, length, mode, err) < 0)
                return -1;
        if (st.st_uid == geteuid() && st.st_gid == getegid())
                return 0;
        return fs_give(host, path, st.st_uid, st.st_gid, mode, err);
}

/* Of something that is not there yet. */
static int remember_new(const Host *host, const char *kind, const char *path, Error *err)
{
        _cleanup_json_ Json *record = undo_record_new(kind, path);
        _cleanup_json_ Json *records = NULL;
        bool known;

        if (prepare(host, record, &records, &known, err) < 0)
                return -1;
        return known || fs_exists(host, path) ? 0 : undo_record_append(host, record, err);
}

int undo_remember_folder(const Host *host, const char *path, Error *err)
{
        return remember_new(host, "folder", path, err);
}

int undo_remember_made(const Host *host, const char *path, Error *err)
{
        return remember_new(host, "made", path, err);
}

int undo_remember_trace(const Host *host, const char *path, Error *err)
{
        return remember_new(host, "trace", path, err);
}

int undo_remember_link(const Host *host, const char *path, Error *err)
{
        return remember_new(host, "link", path, err);
}

static int remember_prefix(const Host *host, const char *kind, const char *folder, const char *prefix, Error *err)
{
        _cleanup_json_ Json *record = undo_record_new(kind, folder);
        _cleanup_json_ Json *records = NULL;
        bool known;

        json_object_object_add(record, "prefix", json_object_new_string(prefix));
        if (prepare(host, record, &records, &known, err) < 0)
                return -1;
        return known ? 0 : undo_record_append(host, record, err);
}

int undo_remember_prefix(const Host *host, const char *folder, const char *prefix, Error *err)
{
        return remember_prefix(host, "prefix", folder, prefix, err);
}

int undo_remember_temporary(const Host *host, const char *folder, const char *prefix, Error *err)
{
        return remember_prefix(host, "temporary", folder, prefix, err);
}

int undo_remember_fetched(const Host *host, const char *folder, const char *prefix, bool whole, Error *err)
{
        return remember_prefix(host, whole ? "fetched" : "fetched-prefix", folder, prefix, err);
}

int undo_remember_key(const Host *host, const char *fingerprint, Error *err)
{
        _cleanup_json_ Json *record = undo_record_new("key", fingerprint);
        _cleanup_json_ Json *records = NULL;
        bool known;

        if (prepare(host, record, &records, &known, err) < 0)
                return -1;
        return known ? 0 : undo_record_append(host, record, err);
}

/* The members of a source that tell which one it is and what is trusted for it. */
static const struct {
        const char *name;
        size_t at, size;
} source_texts[] = {
        { "id", offsetof(PackageSource, id), sizeof(((PackageSource *)0)->id) },
        { "uri", offsetof(PackageSource, uri), sizeof(((PackageSource *)0)->uri) },
        { "suite", offsetof(PackageSource, suite), sizeof(((PackageSource *)0)->suite) },
        { "component", offsetof(PackageSource, component), sizeof(((PackageSource *)0)->component) },
        { "signed_by", offsetof(PackageSource, signed_by), sizeof(((PackageSource *)0)->signed_by) },
        { "index_keys", offsetof(PackageSource, index_keys), sizeof(((PackageSource *)0)->index_keys) },
        { "key_files", offsetof(PackageSource, key_files), sizeof(((PackageSource *)0)->key_files) },
        { "file", offsetof(PackageSource, file), sizeof(((PackageSource *)0)->file) },
};

static Json *source_write(const PackageSource *source)
{
        Json *json = json_object_new_object();
        size_t i;

        for (i = 0; i < ELEMENTSOF(source_texts); i++) {
                _cleanup_free_ char *text = text_hide_logins(text_copy((const char *)source + source_texts[i].at));

                json_object_object_add(json, source_texts[i].name, json_object_new_string(text));
        }
        json_object_object_add(json, "signed_index", json_object_new_boolean(source->signed_index));
        json_object_object_add(json, "packaged", json_object_new_boolean(source->packaged));
        return json;
}

static void source_read(Json *json, PackageSource *ret)
{
        PackageSource source = { .enabled = true };
        size_t i;

        for (i = 0; i < ELEMENTSOF(source_texts); i++) {
                const char *text = json_string(json, source_texts[i].name);

                snprintf((char *)&source + source_texts[i].at, source_texts[i].size, "%s", text ? text : "");
        }
        source.signed_index = json_object_get_boolean(json_member(json, "signed_index"));
        source.packaged = json_object_get_boolean(json_member(json, "packaged"));
        *ret = source;
}

/* What the records of a transaction that is tried over and over have in common is written once. */
static bool is_again(const Host *host, const UndoState *transaction)
{
        UndoState last = { 0 };

        return undo_state(host, &last, NULL) == 0 && last.transaction && last.pinned == transaction->pinned &&
               text_equal(last.before, transaction->before) && text_equal(last.source.id, transaction->source.id) &&
               text_equal(last.source.file, transaction->source.file) &&
               text_equal(last.source.signed_by, transaction->source.signed_by) &&
               text_equal(last.source.index_keys, transaction->source.index_keys);
}

int undo_remember_transaction(const Host *host, const UndoState *transaction, Error *err)
{
        _cleanup_json_ Json *record = undo_record_new("transaction", "");

        if (fs_make_folder(host, FOLDER, 0700, err) < 0)
                return -1;
        json_object_object_add(record, "pid", json_object_new_int(transaction->pid));
        json_object_object_add(record, "start", json_object_new_int64((int64_t)transaction->start_time));
        if (is_again(host, transaction)) {
                json_object_object_add(record, "again", json_object_new_boolean(true));
                return undo_record_append(host, record, err);
        }
        json_object_object_add(record, "before", json_object_new_string(transaction->before));
        json_object_object_add(record, "pinned", json_object_new_boolean(transaction->pinned));
        json_object_object_add(record, "source", source_write(&transaction->source));
        return undo_record_append(host, record, err);
}

int undo_remember_end(const Host *host, Error *err)
{
        _cleanup_json_ Json *record = undo_record_new("transaction-end", "");

        undo_record_add_boot(host, record);
        return undo_record_append(host, record, err);
}

static void transaction_read(Json *record, UndoState *ret)
{
        const char *before = json_string(record, "before");
        Json *pinned = json_member(record, "pinned"), *source = json_member(record, "source");

        ret->transaction = true;
        ret->ended = false;
        ret->pid = json_object_get_int(json_member(record, "pid"));
        ret->start_time = (uint64_t)json_object_get_int64(json_member(record, "start"));
        if (json_object_get_boolean(json_member(record, "again")))
                return;
        snprintf(ret->before, sizeof(ret->before), "%s", before ? before : "");
        ret->pinned = !pinned || json_object_get_boolean(pinned); /* what does not tell is not believed */
        source_read(source, &ret->source);
}

int undo_state(const Host *host, UndoState *ret, Error *err)
{
        _cleanup_json_ Json *records = NULL;
        UndoState state = { 0 };
        size_t i;

        if (undo_records_read(host, &records, err) < 0)
                return -1;
        state.pending = json_object_array_length(records) > 0 || fs_exists(host, FOLDER);
        for (i = 0; i < json_object_array_length(records); i++) {
                Json *record = json_object_array_get_idx(records, i);

                if (text_equal(json_string(record, "kind"), "transaction"))
                        transaction_read(record, &state);
                else if (text_equal(json_string(record, "kind"), "transaction-end"))
                        state.ended = undo_record_is_of_this_boot(host, record);
        }
        *ret = state;
        return 0;
}

int undo_commit(const Host *host, Error *err)
{
        /* the journal first: without it the saved copies mean nothing */
        if (fs_remove(host, JOURNAL, err) < 0)
                return -1;
        return fs_remove_tree(host, FOLDER, err);
}
