#include "handler/events.h"

#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "handler/plain_text.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/json.h"

#define MESSAGE_MAX 3072
#define TASK_MAX 200

static const char *level_name(LogLevel level)
{
        switch (level) {
        case LOG_LEVEL_ERROR:
                return "Error";
        case LOG_LEVEL_WARNING:
                return "Warning";
        case LOG_LEVEL_INFO:
                return "Informational";
        case LOG_LEVEL_DEBUG:
        default:
                return "Verbose";
        }
}

static int64_t now_us(void)
{
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static char *timestamp(int64_t time_us)
{
        char seconds[TEXT_TIME_MAX];

        text_time(time_us / 1000000, seconds);
        seconds[strlen(seconds) - 1] = '\0'; /* the Z comes after the fraction */
        return text_format("%s.%06dZ", seconds, (int)(time_us % 1000000));
}

static void add(Json *event, const char *member, const char *text, size_t max)
{
        _cleanup_free_ char *clean = plain_text(text, max);

        json_object_object_add(event, member, json_object_new_string(clean));
}

static void add_number(Json *event, const char *member, long number)
{
        char text[24];

        snprintf(text, sizeof(text), "%ld", number);
        add(event, member, text, sizeof(text));
}

static char *format(const Environment *environment, LogLevel level, const char *task, const char *message,
                    int64_t time_us)
{
        _cleanup_json_ Json *event = json_object_new_object();
        _cleanup_free_ char *when = timestamp(time_us);

        add(event, "Version", environment->version, 64);
        add(event, "Timestamp", when, 64);
        add(event, "TaskName", task, TASK_MAX);
        add(event, "EventLevel", level_name(level), 64);
        add(event, "Message", message, MESSAGE_MAX);
        add_number(event, "EventPid", (long)getpid());
        add_number(event, "EventTid", syscall(SYS_gettid));
        add(event, "OperationId", "", 64);
        return text_copy(
                json_object_to_json_string_ext(event, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* The agent empties the folder every few minutes; where it does not, we must not fill it. */
static bool is_full(const Host *host, const char *folder)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t n = 0;

        if (fs_list(host, folder, &names, NULL) < 0)
                return true;
        while (names && names[n])
                n++;
        return n >= EVENTS_WAITING_MAX;
}

/* A name not taken yet: two events may fall into one microsecond. */
static char *free_path(const Host *host, const char *folder, int64_t time_us)
{
        char *path;

        for (;; time_us++) {
                path = text_format("%s/%lld.json", folder, (long long)time_us);
                if (!fs_exists(host, path))
                        return path;
                free(path);
        }
}

static void move_in(const Host *host, const char *from, const char *path)
{
        _cleanup_free_ char *real_from = host_path(host, from), *real_path = host_path(host, path);

        if (rename(real_from, real_path) < 0)
                (void)unlink(real_from);
}

void events_write(const Host *host, const Environment *environment, LogLevel level, const char *task,
                  const char *message)
{
        _cleanup_free_ char *text = NULL, *path = NULL, *temporary = NULL;
        const char *folder = environment->events_folder;
        int64_t time_us = now_us();

        if (!folder || text_is_empty(message) || !fs_is_folder(host, folder) || is_full(host, folder))
                return;
        text = format(environment, level, text_is_empty(task) ? "-" : task, message, time_us);
        path = free_path(host, folder, time_us);
        /* not beside its final name: the agent deletes whatever it finds there, also half-written */
        temporary = text_format("%s/.event-%ld", environment->log_folder, (long)getpid());
        if (fs_write_volatile(host, temporary, text, strlen(text), 0600, NULL) < 0)
                return;
        move_in(host, temporary, path);
}
