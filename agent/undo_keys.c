/*
 * "keys": what the package manager had when a command began ("open") and that it ended ("closed"); "taken": one that
 * came in between. A list is written down once for as long as it does not change.
 */
#include "agent/undo.h"

#include <string.h>

#include "agent/undo_records.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/manager.h"

#define SHOWN_MAX 60

static Json *find_last(Json *records, const char *path)
{
        size_t i;

        for (i = json_object_array_length(records); i > 0; i--) {
                Json *record = json_object_array_get_idx(records, i - 1);

                if (text_equal(json_string(record, "kind"), "keys") &&
                    (path ? text_equal(json_string(record, "path"), path) : true))
                        return record;
        }
        return NULL;
}

/* The list of the last command. */
static const char *last_names(Json *records)
{
        Json *last = find_last(records, "open");

        return last ? json_string(last, "names") : NULL;
}

static int append(const Host *host, const char *kind, const char *path, Error *err)
{
        _cleanup_json_ Json *record = undo_record_new(kind, path);

        return undo_record_append(host, record, err);
}

/* names NULL: those of the command before. */
static int append_begin(const Host *host, const char *path, const char *names, Error *err)
{
        _cleanup_json_ Json *record = undo_record_new("keys", path);

        undo_record_add_boot(host, record);
        if (names)
                json_object_object_add(record, "names", json_object_new_string(names));
        return undo_record_append(host, record, err);
}

int undo_keys_open(const Host *host, const char *names, Error *err)
{
        _cleanup_json_ Json *records = NULL;

        if (fs_make_folder(host, UNDO_FOLDER, 0700, err) < 0 || undo_records_read(host, &records, err) < 0)
                return -1;
        if (text_equal(last_names(records), names))
                return append_begin(host, "again", NULL, err);
        return append_begin(host, "open", names, err);
}

/* The next word that is not among names. NULL: no more. */
static char *next_new(const char **cursor, const char *names)
{
        _cleanup_free_ char *all = text_format(" %s ", names);

        while (*(*cursor += strspn(*cursor, " "))) {
                _cleanup_free_ char *word = text_copy_n(*cursor, strcspn(*cursor, " ")), *wanted = NULL;

                *cursor += strlen(word);
                wanted = text_format(" %s ", word);
                if (!strstr(all, wanted))
                        return TAKE_PTR(word);
        }
        return NULL;
}

int undo_keys_close(const Host *host, const char *names, Error *err)
{
        _cleanup_json_ Json *records = NULL;
        const char *before, *cursor = names;
        char *name;

        if (undo_records_read(host, &records, err) < 0)
                return -1;
        before = last_names(records);
        while (before && (name = next_new(&cursor, before))) {
                int r = append(host, "taken", name, err);

                free(name);
                if (r < 0)
                        return -1;
        }
        return before ? append(host, "keys", "closed", err) : 0;
}

static int drop(const PackageManager *manager, const Host *host, const char *name, Error *err)
{
        log_info("the key %s, which the package manager took while it worked for us, is forgotten again", name);
        return manager->drop_key(host, name, err);
}

static void tell_stays(const PackageManager *manager, const char *name)
{
        _cleanup_free_ char *shown = text_escape(name, SHOWN_MAX), *removal = manager->drop_key_words(name);

        log_warning("the key %s came since a command of %s was cut off, by it or by somebody else, and the machine was "
                    "started anew since: it stays; if it is not wanted: %s",
                    shown, package_manager_words(manager->id)->name, removal);
}

/* Cut off: what came since, for as long as nobody else is likely to have brought it. */
static int drop_new(const PackageManager *manager, const Host *host, Json *last, const char *before, Error *err)
{
        _cleanup_free_ char *now = NULL;
        const char *cursor;
        char *name;
        int r = 0;

        if (manager->list_keys(host, &now, err) < 0)
                return -1;
        for (cursor = now; r == 0 && (name = next_new(&cursor, before));) {
                if (undo_record_is_of_this_boot(host, last))
                        r = drop(manager, host, name, err);
                else
                        tell_stays(manager, name);
                free(name);
        }
        return r;
}

int undo_keys_roll_back(const Host *host, Json *records, Error *err)
{
        const PackageManager *manager = package_manager_find(host);
        Json *last = find_last(records, NULL);
        size_t i;

        if (!last || !manager || !manager->drop_key)
                return 0;
        if (!text_equal(json_string(last, "path"), "closed") && last_names(records) &&
            drop_new(manager, host, last, last_names(records), err) < 0)
                return -1;
        for (i = 0; i < json_object_array_length(records); i++) {
                Json *record = json_object_array_get_idx(records, i);

                if (text_equal(json_string(record, "kind"), "taken") && json_string(record, "path") &&
                    drop(manager, host, json_string(record, "path"), err) < 0)
                        return -1;
        }
        return 0;
}

char *undo_keys_explain(const Host *host)
{
        const PackageManager *manager = package_manager_find(host);
        _cleanup_(text_clear) Text names = { 0 }, removals = { 0 };
        _cleanup_json_ Json *records = NULL;
        Error err = { 0 };
        size_t i, n = 0;

        if (!manager || !manager->drop_key_words)
                return NULL;
        if (undo_records_read(host, &records, &err) < 0)
                log_warning("the keys that %s took are not known: %s", package_manager_words(manager->id)->name,
                            err.text);
        for (i = 0; records && i < json_object_array_length(records); i++) {
                Json *record = json_object_array_get_idx(records, i);
                _cleanup_free_ char *shown = NULL, *removal = NULL;

                if (!text_equal(json_string(record, "kind"), "taken") || !json_string(record, "path"))
                        continue;
                shown = text_escape(json_string(record, "path"), SHOWN_MAX);
                removal = manager->drop_key_words(json_string(record, "path"));
                text_append(&names, "%s%s", n > 0 ? ", " : "", shown);
                text_append(&removals, "%s%s", n++ > 0 ? "; " : "", removal);
        }
        if (n == 0)
                return NULL;
        return text_format("%s took the key%s %s for a dependency, from a repository of this machine, and trusts "
                           "%s from now on; if that is not wanted: %s",
                           package_manager_words(manager->id)->name, n > 1 ? "s" : "", names.data,
                           n > 1 ? "them" : "it", removals.data);
}
