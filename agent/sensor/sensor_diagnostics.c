#include "agent/sensor/sensor_diagnostics.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/process.h"

#define SUFFIX ".zip"
#define PATH_MAX_BYTES 1024

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
