#include "agent/state_holder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define LOCKS_MAX (1024 * 1024)
#define LINE_LENGTH_MAX 256

pid_t state_holder_pid(const char *locks, size_t length, uint64_t inode)
{
        const char *cursor = locks, *line;
        size_t n;

        while (text_next_line(&cursor, locks + length, &line, &n)) {
                char copy[LINE_LENGTH_MAX];
                uint64_t found;
                int pid;

                snprintf(copy, sizeof(copy), "%.*s", (int)(n < sizeof(copy) ? n : sizeof(copy) - 1), line);
                if (sscanf(copy, "%*u: FLOCK %*s %*s %d %*x:%*x:%" SCNu64, &pid, &found) == 2 && found == inode &&
                    pid > 0)
                        return (pid_t)pid;
        }
        return 0;
}

bool state_find_holder(const Host *host, ProcessIdentity *ret)
{
        _cleanup_free_ char *path = host_path(host, STATE_LOCK), *locks = NULL;
        size_t length = 0;
        struct stat st;
        pid_t pid;

        if (stat(path, &st) < 0 || fs_read(host, "/proc/locks", LOCKS_MAX, &locks, &length, NULL) < 0 || !locks)
                return false;
        pid = state_holder_pid(locks, length, (uint64_t)st.st_ino);
        return pid > 0 && process_identify(host, pid, ret);
}
