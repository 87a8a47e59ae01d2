#include "agent/guest/program_call.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/guest/places.h"
#include "platform/base/text.h"

#define NAME "mde-linux"
#define GONE " (deleted)" /* an update has put another in its place */

static bool is_packaged(const char *running)
{
        return text_equal(running, PROGRAM_PACKAGED) || text_equal(running, "/usr/bin/" NAME);
}

const char *program_call_of(const char *running, bool linked, char ret[PROGRAM_CALL_MAX])
{
        _cleanup_free_ char *path =
                text_copy_n(running, strlen(running) - (text_ends_with(running, GONE) ? strlen(GONE) : 0));
        bool is_extension = text_equal(path, PROGRAM);

        if (*path != '/' || is_packaged(path) || strlen(path) >= PROGRAM_CALL_MAX)
                snprintf(ret, PROGRAM_CALL_MAX, NAME);
        else
                snprintf(ret, PROGRAM_CALL_MAX, "%s", is_extension && linked ? PROGRAM_LINK : path);
        return ret;
}

static bool leads_to(const char *link, const char *target)
{
        char found[PATH_MAX];
        ssize_t n = readlink(link, found, sizeof(found));

        return n == (ssize_t)strlen(target) && memcmp(found, target, (size_t)n) == 0;
}

const char *program_call(char ret[PROGRAM_CALL_MAX])
{
        char running[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", running, sizeof(running) - 1);

        running[n > 0 ? n : 0] = '\0';
        return program_call_of(running, leads_to(PROGRAM_LINK, PROGRAM), ret);
}
