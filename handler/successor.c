#include "handler/successor.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/uptime.h"

#define GOOD_S 3600

int successor_name(const Host *host, const char *base, Error *err)
{
        _cleanup_free_ char *since = NULL;
        char boot[37];

        state_boot_id(host, boot);
        since = text_format("%s\n%s\n%lld\n", base, boot, (long long)uptime_s(host));
        if (state_prepare(host, err) < 0 || fs_write(host, SUCCESSOR_SINCE_FILE, since, strlen(since), 0600, err) < 0)
                return -1;
        return fs_write(host, SUCCESSOR_FILE, base, strlen(base), 0600, err);
}

/* Cuts the line off; NULL: there is none. */
static char *next_line(char **rest)
{
        char *line = *rest, *end = line ? strchr(line, '\n') : NULL;

        if (!end)
                return NULL;
        *end = '\0';
        *rest = end + 1;
        return line;
}

static bool is_recent_by_uptime(const Host *host, const char *boot, const char *since)
{
        int64_t now_s = uptime_s(host), since_s = 0;
        char now_boot[37];

        state_boot_id(host, now_boot);
        if (text_equal(boot, now_boot) && !text_to_int64(since, 0, INT32_MAX, &since_s))
                return now_s < 0; /* neither was known then nor is it now */
        return now_s - since_s < GOOD_S;
}

static bool is_recent_by_clock(const Host *host)
{
        time_t now = time(NULL);
        struct stat st;

        return host_stat(host, SUCCESSOR_FILE, &st) == 0 && st.st_mtime > now - GOOD_S && st.st_mtime < now + GOOD_S;
}

static bool is_recent(const Host *host, const char *base)
{
        _cleanup_free_ char *text = NULL;
        char *rest, *boot, *since;
        size_t length = 0;

        if (fs_read(host, SUCCESSOR_SINCE_FILE, PATH_MAX + 256, &text, &length, NULL) < 0 || !text)
                return is_recent_by_clock(host);
        rest = text;
        if (!text_equal(next_line(&rest), base))
                return is_recent_by_clock(host);
        boot = next_line(&rest);
        since = next_line(&rest);
        return since ? is_recent_by_uptime(host, boot, since) : is_recent_by_clock(host);
}

char *successor_take(const Host *host)
{
        _cleanup_free_ char *base = NULL;
        size_t length = 0;
        Error err = { 0 };

        if (fs_read(host, SUCCESSOR_FILE, PATH_MAX, &base, &length, NULL) < 0 || !base || !is_recent(host, base))
                return NULL;
        if (successor_forget(host, &err) < 0)
                log_warning("uninstall: %s", err.text);
        return TAKE_PTR(base);
}

int successor_forget(const Host *host, Error *err)
{
        return fs_remove(host, SUCCESSOR_FILE, err) < 0 ? -1 : fs_remove(host, SUCCESSOR_SINCE_FILE, err);
}
