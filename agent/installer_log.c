#include "agent/installer_log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "platform/base/text.h"

int installer_log_open(const char *path, Error *err)
{
        _cleanup_free_ char *old = text_format("%s.1", path);
        struct stat st;
        int fd;

        if (stat(path, &st) == 0 && st.st_size > INSTALLER_LOG_MAX)
                rename(path, old);
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
        return fd < 0 ? error_errno(err, errno, "open %s", path) : fd;
}
