#include "agent/sensor/sensor_diagnostics.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/process.h"
#include "platform/safe_folder.h"

#define SUFFIX ".zip"
#define PATH_MAX_BYTES 1024
#define SIZE_MAX_BYTES (4LL * 1024 * 1024 * 1024)

/* Where the sensor keeps such archives and logs. */
static const char *const places[] = { "/var/opt/microsoft/mdatp/", "/var/log/microsoft/mdatp/" };

/* Up to the suffix; paths of the sensor hold no blanks. */
static char *path_at(const char *text)
{
        size_t length = strcspn(text, " \t\r\n\"'");
        _cleanup_free_ char *path = text_copy_n(text, length);

        return length <= PATH_MAX_BYTES && text_ends_with(path, SUFFIX) && !strstr(path, "/../") ? TAKE_PTR(path)
                                                                                                 : NULL;
}

char *sensor_diagnostics_path(const char *output)
{
        const char *p;

        for (p = strchr(output, '/'); p; p = strchr(p + 1, '/')) {
                bool begins = p == output || strchr(" \t\r\n\"'", p[-1]);
                char *path = begins ? path_at(p) : NULL;

                if (path)
                        return path;
        }
        return NULL;
}

int sensor_make_diagnostics(const Host *host, Deadline deadline, char **ret_path, Error *err)
{
        static const char *const argv[] = { "mdatp", "diagnostic", "create", NULL };
        const ProcessSpec spec = { .argv = argv, .deadline = deadline };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *path = NULL, *last = NULL;

        if (process_run(host, &spec, &result, err) < 0)
                return -1;
        path = result.exit_status == 0 ? sensor_diagnostics_path(result.output) : NULL;
        last = process_last_line(result.output, 200);
        if (!path)
                return error_set(err, ERROR_COMMAND, "mdatp diagnostic create said: %s", *last ? last : "nothing");
        *ret_path = TAKE_PTR(path);
        return 0;
}

static bool is_in_places(const char *path)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(places); i++)
                if (text_starts_with(path, places[i]) && !strstr(path, "/../") && !strstr(path, "/./"))
                        return true;
        return false;
}

/* A second name could be that of a file elsewhere. */
static int check(int fd, const char *shown, Error *err)
{
        struct stat st;

        if (fstat(fd, &st) < 0)
                return error_errno(err, errno, "look at %s", shown);
        if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
                return error_set(err, ERROR_TRUST, "%s, which the sensor named, is no regular file with one name",
                                 shown);
        if (st.st_uid != 0)
                return error_set(err, ERROR_TRUST, "%s, which the sensor named, belongs to user %u, not to root", shown,
                                 (unsigned)st.st_uid);
        if (st.st_size > SIZE_MAX_BYTES)
                return error_set(err, ERROR_TRUST, "%s, which the sensor named, has %lld bytes, more than %lld", shown,
                                 (long long)st.st_size, SIZE_MAX_BYTES);
        return 0;
}

int sensor_open_diagnostics(const Host *host, const char *path, int *ret_fd, Error *err)
{
        _cleanup_free_ char *shown = text_escape(path, 300), *above = NULL;
        _cleanup_(safe_folder_close) SafeFolder folder = { .fd = -1 };
        _cleanup_close_ int fd = -1;
        const char *name;

        if (!is_in_places(path))
                return error_set(err, ERROR_TRUST, "%s, which the sensor named, is in no folder of the sensor's",
                                 shown);
        name = strrchr(path, '/') + 1;
        above = text_copy_n(path, (size_t)(name - 1 - path));
        if (safe_folder_open(host, above, &folder, err) < 0)
                return -1;
        if (folder.fd < 0)
                return error_set(err, ERROR_MISSING, "%s, which the sensor named, is not there", shown);
        fd = openat(folder.fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 && errno == ELOOP)
                return error_set(err, ERROR_TRUST, "%s, which the sensor named, is a link", shown);
        if (fd < 0)
                return error_errno(err, errno, "open %s, which the sensor named", shown);
        if (check(fd, shown, err) < 0)
                return -1;
        *ret_fd = TAKE_FD(fd);
        return 0;
}
