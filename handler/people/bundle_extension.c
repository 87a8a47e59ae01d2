/*
 * What is remembered of runs: read from where we wrote it, and still only members and lines that we know.
 */
#include "handler/people/bundle.h"

#include <string.h>

#include "agent/guest/extension_run.h"
#include "agent/guest/places.h"
#include "agent/history.h"
#include "agent/queue.h"
#include "agent/undo.h"
#include "handler/people/by_hand.h"
#include "handler/environment.h"
#include "handler/status.h"
#include "platform/fs.h"
#include "platform/json_add.h"

#define HANDLER_LOG "MdeExtensionHandlerLog.log"
#define TEXT_MAX 4096
#define ROWS_MAX 64

static void put(Json *object, const char *name, const char *text)
{
        _cleanup_free_ char *shown = text_shown(text ? text : "", TEXT_MAX);

        json_add_text(object, name, shown);
}

/* --- N.status ------------------------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b)
{
        int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

        return left < right ? 1 : left > right ? -1 : 0;
}

/* The newest first; returns how many, all of them in *ret_all. */
static size_t numbers_of(const Host *host, const char *folder, const char *suffix, int64_t ret[BUNDLE_RECORDS_MAX],
                         size_t *ret_all)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        _cleanup_free_ int64_t *all = NULL;
        size_t n = 0, i, kept;

        *ret_all = 0;
        if (fs_list(host, folder, &names, NULL) < 0)
                return 0;
        for (i = 0; names[i]; i++)
                ;
        all = text_allocate((i + 1) * sizeof(*all));
        for (i = 0; names[i]; i++) {
                _cleanup_free_ char *stem = NULL;

                if (!text_ends_with(names[i], suffix))
                        continue;
                stem = text_copy_n(names[i], strlen(names[i]) - strlen(suffix));
                n += text_to_int64(stem, 0, INT32_MAX, &all[n]);
        }
        qsort(all, n, sizeof(*all), compare_numbers);
        kept = n < BUNDLE_RECORDS_MAX ? n : BUNDLE_RECORDS_MAX;
        memcpy(ret, all, kept * sizeof(*all));
        *ret_all = n;
        return kept;
}

static Json *run_json(const Host *host, const ExtensionRun *run)
{
        _cleanup_free_ HistoryRecord *record = text_allocate(sizeof(*record));
        char when[TEXT_TIME_MAX];
        Json *json;

        history_read(host, run->sequence, record);
        json = history_json(record);
        json_add_text(json, "by", run->sequence == EXTENSION_BY_HAND ? "hand" : "extension");
        if (run->sequence != EXTENSION_BY_HAND)
                json_add_number(json, "sequence", run->sequence);
        if (run->ended_s > 0)
                json_add_text(json, "time", text_time(run->ended_s, when));
        return json;
}

static void add_history(const Host *host, Bundle *bundle)
{
        size_t n, all = history_count(host), i;
        _cleanup_free_ ExtensionRun *runs = extension_runs_read(host, BUNDLE_RECORDS_MAX, &n);
        Json *list;

        if (n == 0)
                return;
        if (n == BUNDLE_RECORDS_MAX && all > n)
                bundle_omit(bundle, "older history", "of %zu runs that are remembered the newest %zu are in it", all,
                            n);
        list = json_object_new_array();
        for (i = 0; i < n; i++)
                json_object_array_add(list, run_json(host, &runs[i]));
        bundle_add_json(bundle, "history.json",
                        "what came of each sequence number and of the last run by hand, the newest first", list);
}

/* --- status files --------------------------------------------------------------------------------------- */

static void put_same(Json *from, Json *to, const char *name)
{
        const char *text = json_string(from, name);

        if (text)
                put(to, name, text);
}

static Json *status_part(Json *from)
{
        Json *to = json_object_new_object(), *code = json_member(from, "code");

        put_same(from, to, "name");
        put_same(from, to, "operation");
        put_same(from, to, "configurationAppliedTime");
        put_same(from, to, "status");
        if (json_object_is_type(code, json_type_int))
                json_add_number(to, "code", json_object_get_int64(code));
        put(to, "message", status_told_text(from));
        return to;
}

Json *bundle_status(Json *document)
{
        Json *entry = json_object_is_type(document, json_type_array) ? json_object_array_get_idx(document, 0) : NULL;
        Json *status = status_told(document), *rows = status_told_rows(status), *ret, *list;
        size_t n = status_told_count(rows), i;

        if (!text_equal(json_string(status, "name"), STATUS_NAME))
                return NULL;
        ret = status_part(status);
        put_same(entry, ret, "timestampUTC");
        list = json_object_new_array();
        for (i = 0; i < n && i < ROWS_MAX; i++)
                json_object_array_add(list, status_part(json_object_array_get_idx(rows, i)));
        json_object_object_add(ret, "substatus", list);
        return ret;
}

static Json *read_status(const Host *host, const Environment *environment, int sequence)
{
        _cleanup_json_ Json *document = status_read(host, environment, sequence);
        Json *ret = bundle_status(document);

        if (ret)
                json_add_number(ret, "sequence", sequence);
        return ret;
}

static void add_statuses(const Host *host, const Environment *environment, Bundle *bundle)
{
        int64_t numbers[BUNDLE_RECORDS_MAX];
        size_t all, n = numbers_of(host, environment->status_folder, ".status", numbers, &all), others = 0, i;
        Json *list = json_object_new_array();

        for (i = 0; i < n; i++) {
                Json *status = read_status(host, environment, (int)numbers[i]);

                if (status)
                        json_object_array_add(list, status);
                else
                        others++;
        }
        if (all > n)
                bundle_omit(bundle, "older statuses", "of %zu status files the newest %zu were read", all, n);
        if (others > 0)
                bundle_omit(bundle, "damaged statuses", "%zu status files have not the shape of ours", others);
        bundle_add_json(bundle, "status.json", "what the extension told Azure, the newest first", list);
}

/* --- the extension -------------------------------------------------------------------------------------- */

static bool read_queued(const Host *host, Environment *ret)
{
        QueueEntry entry;

        if (queue_read_last(host, &entry) && environment_read(host, entry.base, ret, NULL) == 0)
                return true;
        if (queue_read_current(host, &entry) && environment_read(host, entry.base, ret, NULL) == 0)
                return true;
        return queue_read_next(host, &entry) && environment_read(host, entry.base, ret, NULL) == 0;
}

/* That of the last run; of one that never ran, the last by name. */
static bool find_environment(const Host *host, Environment *ret)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t n = 0;

        if (read_queued(host, ret))
                return true;
        if (fs_list(host, EXTENSION_LIBRARY, &names, NULL) < 0)
                return false;
        while (names[n])
                n++;
        for (; n > 0; n--) {
                _cleanup_free_ char *base = text_format(EXTENSION_LIBRARY "/%s", names[n - 1]);

                if (text_starts_with(names[n - 1], EXTENSION_NAME "-") && environment_read(host, base, ret, NULL) == 0)
                        return true;
        }
        return false;
}

static void put_entry(Json *json, const char *name, bool there, const QueueEntry *entry)
{
        Json *object;

        if (!there)
                return;
        object = json_object_new_object();
        put(object, "base", entry->base);
        json_add_number(object, "sequence", entry->sequence);
        json_object_object_add(json, name, object);
}

static void add_state(const Host *host, Bundle *bundle)
{
        Json *json = json_object_new_object();
        QueueEntry entry = { 0 };
        UndoState undo = { 0 };

        put_entry(json, "last", queue_read_last(host, &entry), &entry);
        put_entry(json, "current", queue_read_current(host, &entry), &entry);
        put_entry(json, "next", queue_read_next(host, &entry), &entry);
        if (undo_state(host, &undo, NULL) == 0)
                json_add_flag(json, "undo_pending", undo.pending);
        bundle_add_json(bundle, "state.json", "which requests wait, run, ran; whether something is to be undone", json);
}

void bundle_add_extension(const Host *host, Bundle *bundle)
{
        _cleanup_(environment_clear) Environment environment = { 0 };
        _cleanup_free_ char *log = NULL;

        add_history(host, bundle);
        if (find_environment(host, &environment)) {
                log = text_format("%s/" HANDLER_LOG, environment.log_folder);
                add_statuses(host, &environment, bundle);
                bundle_add_log(host, log, "extension.log", "the end of the extension's own log", bundle);
        } else {
                bundle_omit(bundle, "status and log of the extension", "no folder of the extension was found");
        }
        bundle_add_log(host, BY_HAND_LOG, "by-hand.log", "the end of the log of runs by hand", bundle);
        if (geteuid() == 0)
                add_state(host, bundle);
}
