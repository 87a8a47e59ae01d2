#include "agent/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>

#include "agent/state.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json.h"
#include "platform/process.h"

#define SETTINGS_MAX (4 * 1024 * 1024)
#define LOCK_MS 5000
#define LOCK_LOOK_MS 5

static int write_entry(const Host *host, const char *path, const QueueEntry *entry, Error *err)
{
        _cleanup_json_ Json *json = json_object_new_object();
        const char *text;

        json_object_object_add(json, "base", json_object_new_string(entry->base));
        json_object_object_add(json, "sequence", json_object_new_int(entry->sequence));
        json_object_object_add(json, "settings", json_object_new_string(entry->settings));
        json_object_object_add(json, "id", json_object_new_string(entry->id));
        json_object_object_add(json, "pid", json_object_new_int(entry->pid));
        json_object_object_add(json, "start", json_object_new_int64((int64_t)entry->start_time));
        text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
        return fs_write(host, path, text, strlen(text), 0600, err);
}

static void take_text(Json *json, const char *name, char *buffer, size_t size)
{
        const char *value = json_string(json, name);

        snprintf(buffer, size, "%s", value ? value : "");
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
        take_text(json, "base", ret->base, sizeof(ret->base));
        take_text(json, "settings", ret->settings, sizeof(ret->settings));
        take_text(json, "id", ret->id, sizeof(ret->id));
        return true;
}

/* The lock is on the folder itself: it needs no file, no space, no right to write. Closing the descriptor lets go. */
static int lock_queue(const Host *host, Error *err)
{
        _cleanup_free_ char *path = host_path(host, STATE_FOLDER);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        Deadline deadline = deadline_in(LOCK_MS);

        if (fd < 0)
                return error_errno(err, errno, "open the folder %s", STATE_FOLDER);
        while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                if (errno != EWOULDBLOCK && errno != EINTR)
                        return error_errno(err, errno, "lock the folder %s", STATE_FOLDER);
                if (deadline_passed(deadline))
                        return error_set(err, ERROR_BUSY, "another process keeps %s locked", STATE_FOLDER);
                poll(NULL, 0, LOCK_LOOK_MS);
        }
        return TAKE_FD(fd);
}

int queue_make_entry(const Host *host, const char *base, const char *config_folder, int sequence, QueueEntry *ret,
                     Error *err)
{
        _cleanup_free_ char *path = text_format("%s/%d.settings", config_folder, sequence), *text = NULL;
        QueueEntry entry = { .sequence = sequence };
        size_t length = 0;

        if (strlen(base) >= sizeof(entry.base))
                return error_set(err, ERROR_INPUT, "the folder's name is longer than %zu bytes", sizeof(entry.base));
        snprintf(entry.base, sizeof(entry.base), "%s", base);
        /* unreadable is told by who reads the settings for good */
        if (fs_read(host, path, SETTINGS_MAX, &text, &length, NULL) == 0 && text)
                crypto_sha256_hex(text, length, entry.settings);
        snprintf(entry.id, sizeof(entry.id), "%d-%lld", (int)getpid(), (long long)deadline_now_ms());
        *ret = entry;
        return 0;
}

bool queue_is_same(const QueueEntry *a, const QueueEntry *b)
{
        return text_equal(a->base, b->base) && a->sequence == b->sequence && text_equal(a->settings, b->settings);
}

bool queue_has_next(const Host *host)
{
        return fs_exists(host, QUEUE_NEXT);
}

bool queue_read_next(const Host *host, QueueEntry *ret)
{
        return read_entry(host, QUEUE_NEXT, ret);
}

bool queue_read_current(const Host *host, QueueEntry *ret)
{
        return read_entry(host, QUEUE_CURRENT, ret);
}

bool queue_read_last(const Host *host, QueueEntry *ret)
{
        return read_entry(host, QUEUE_LAST, ret);
}

int queue_keep_last(const Host *host, const char *base, int sequence, Error *err)
{
        QueueEntry entry = { .sequence = sequence }, last;

        if (strlen(base) >= sizeof(entry.base))
                return error_set(err, ERROR_INPUT, "the folder's name is longer than %zu bytes", sizeof(entry.base));
        snprintf(entry.base, sizeof(entry.base), "%s", base);
        return read_entry(host, QUEUE_LAST, &last) && queue_is_same(&last, &entry)
                       ? 0
                       : write_entry(host, QUEUE_LAST, &entry, err);
}

int queue_put_next(const Host *host, const QueueEntry *entry, Error *err)
{
        _cleanup_close_ int lock = lock_queue(host, err);

        return lock < 0 ? -1 : write_entry(host, QUEUE_NEXT, entry, err);
}

bool queue_is_worked_on(const Host *host, const QueueEntry *entry)
{
        QueueEntry current;

        return !queue_has_next(host) && read_entry(host, QUEUE_CURRENT, &current) && queue_is_same(&current, entry) &&
               current.pid > 0 && process_is_alive(host, current.pid, current.start_time);
}

/* A next that came in since somebody looked, who saw this id. */
static bool is_news(const Host *host, const char *seen)
{
        QueueEntry next;

        return read_entry(host, QUEUE_NEXT, &next) && !text_equal(next.id, seen);
}

int queue_hand_over(const Host *host, const QueueEntry *entry, const char *seen, Error *err)
{
        _cleanup_close_ int lock = lock_queue(host, err);

        if (lock < 0)
                return -1;
        return is_news(host, seen) ? 0 : write_entry(host, QUEUE_NEXT, entry, err);
}

int queue_drop_seen(const Host *host, const char *seen, Error *err)
{
        _cleanup_close_ int lock = -1;

        if (!queue_has_next(host))
                return 0;
        lock = lock_queue(host, err);
        if (lock < 0)
                return -1;
        return is_news(host, seen) ? 0 : fs_remove(host, QUEUE_NEXT, err);
}

int queue_drop_next(const Host *host, Error *err)
{
        return fs_remove(host, QUEUE_NEXT, err);
}

/* A rename needs no space: on a full disk the request is taken all the same, and its end told. */
int queue_take(const Host *host, bool *ret_taken, QueueEntry *ret, Error *err)
{
        _cleanup_free_ char *next = host_path(host, QUEUE_NEXT), *current = host_path(host, QUEUE_CURRENT);
        _cleanup_close_ int lock = lock_queue(host, err);
        ProcessIdentity self = { 0 };
        QueueEntry entry = { 0 };
        Error write_err = { 0 };

        *ret_taken = false;
        if (lock < 0)
                return -1;
        if (!read_entry(host, QUEUE_NEXT, &entry))
                return fs_remove(host, QUEUE_NEXT, err); /* absent, or torn: its enable has failed and said so */
        if (rename(next, current) < 0)
                return error_errno(err, errno, "rename %s", QUEUE_NEXT);
        entry.pid = getpid();
        if (process_identify(host, entry.pid, &self))
                entry.start_time = self.start_time;
        if (write_entry(host, QUEUE_CURRENT, &entry, &write_err) < 0)
                log_warning("the queue: %s", write_err.text);
        *ret = entry;
        *ret_taken = true;
        return 0;
}

int queue_clear_current(const Host *host, Error *err)
{
        return fs_remove(host, QUEUE_CURRENT, err);
}
