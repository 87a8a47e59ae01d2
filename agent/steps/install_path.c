/*
 * The folders, the link and the file that make the package install itself elsewhere. All of it is journalled: a package
 * that does not get installed leaves nothing of it. The way down is walked and made with descriptors, so that it is the
 * same that was found to be root's alone.
 */
#include "agent/steps.h"

#include <errno.h>
#include <string.h>

#include "agent/machine/install_path.h"
#include "agent/undo.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/trusted_folder.h"

static int make_folder(const Host *host, const char *path, Error *err)
{
        _cleanup_close_ int fd = -1;

        return trusted_folder_make(host, path, undo_remember_made, &fd, err);
}

static int make_link(const Host *host, const char *home, Error *err)
{
        const char *name = strrchr(SENSOR_HOME, '/') + 1;
        _cleanup_close_ int fd = -1;
        char present[512] = "";

        if (trusted_folder_make(host, SENSOR_PARENT, undo_remember_made, &fd, err) < 0)
                return -1;
        if (readlinkat(fd, name, present, sizeof(present) - 1) > 0 && text_equal(present, home))
                return 0;
        if (undo_remember_link(host, SENSOR_HOME, err) < 0)
                return -1;
        if (symlinkat(home, fd, name) < 0 || fsync(fd) < 0)
                return error_errno(err, errno, "link " SENSOR_HOME " to %s", home);
        return 0;
}

static int write_path_file(const Host *host, const char *base, Error *err)
{
        /* of plain characters only, as the setting is */
        _cleanup_free_ char *json = text_format("{\"path\": \"%s\"}\n", base);

        return make_folder(host, SENSOR_FOLDER, err) < 0
                       ? -1
                       : undo_write(host, SENSOR_PATH_FILE, json, strlen(json), 0644, err);
}

int step_install_path(Mission *mission, Failure *failure)
{
        _cleanup_free_ char *base = install_path_base(mission->request->install_path),
                            *home = text_format("%s" SENSOR_HOME, base);
        const Host *host = mission->host;
        Error err = { 0 };

        mission_say(mission, "preparing %s", base);
        if (make_folder(host, home, &err) < 0 || write_path_file(host, base, &err) < 0 ||
            make_link(host, home, &err) < 0)
                return steps_fail(failure, REASON_INSTALL_PATH_SETUP, &err);
        return 0;
}
