#include "handler/queue.h"

#include <string.h>

#include "agent/state.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json.h"
#include "platform/process.h"

#define NEXT STATE_FOLDER "/next"
#define CURRENT STATE_FOLDER "/current"

static int write_entry(const Host *host, const char *path, const QueueEntry *entry, Error *err)
{
        _cleanup_json_ Json *json = json_object_new_object();
        const char *text;

        json_object_object_add(json, "base", json_object_new_string(entry->base));
        json_object_object_add(json, "sequence", json_object_new_int(entry->sequence));
        json_object_object_add(json, "pid", json_object_new_int(entry->pid));
        json_object_object_add(json, "start", json_object_new_int64((int64_t)entry->start_time));
        text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
        return fs_write(host, path, text, strlen(text), 0600, err);
}

static bool read_entry(const Host *host, const char *path, QueueEntry *ret)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_json_ Json *json = NULL;
        const char *base;
        size_t length;

        if (fs_read(host, path, 8192, &text, &length, NULL) < 0 || !text || json_parse(text, length, &json, NULL) < 0)
                return false;
        base = json_string(json, "base");
        if (!base || strlen(base) >= sizeof(ret->base))
                return false;
        *ret = (QueueEntry){ .sequence = json_object_get_int(json_member(json, "sequence")),
                             .pid = json_object_get_int(json_member(json, "pid")),
                             .start_time = (uint64_t)json_object_get_int64(json_member(json, "start")) };
        snprintf(ret->base, sizeof(ret->base), "%s", base);
        return true;
}

int queue_put_next(const Host *host, const char *base, int sequence, Error *err)
{
        QueueEntry entry = { .sequence = sequence };

        if (strlen(base) >= sizeof(entry.base))
                return error_set(err, ERROR_INPUT, "the folder's name is longer than %zu bytes", sizeof(entry.base));
        snprintf(entry.base, sizeof(entry.base), "%s", base);
        return write_entry(host, NEXT, &entry, err);
}

bool queue_has_next(const Host *host)
{
        return fs_exists(host, NEXT);
}

bool queue_read_next(const Host *host, QueueEntry *ret)
{
        return read_entry(host, NEXT, ret);
}

int queue_drop_next(const Host *host, Error *err)
{
        return fs_remove(host, NEXT, err);
}

int queue_take(const Host *host, bool *ret_taken, QueueEntry *ret, Error *err)
{
        ProcessIdentity self = { 0 };
        QueueEntry entry = { 0 };

        *ret_taken = false;
        if (!read_entry(host, NEXT, &entry))
                return queue_drop_next(host, err); /* absent, or torn: its enable has failed and said so */
        entry.pid = getpid();
        if (process_identify(host, entry.pid, &self))
                entry.start_time = self.start_time;
        if (write_entry(host, CURRENT, &entry, err) < 0 || queue_drop_next(host, err) < 0)
                return -1;
        *ret = entry;
        *ret_taken = true;
        return 0;
}

bool queue_read_current(const Host *host, QueueEntry *ret)
{
        return read_entry(host, CURRENT, ret);
}

int queue_clear_current(const Host *host, Error *err)
{
        return fs_remove(host, CURRENT, err);
}
