#include "agent/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "platform/base/text.h"
#include "platform/fs.h"

int state_prepare(const Host *host, Error *err)
{
        return fs_make_folder(host, STATE_FOLDER, 0700, err);
}

int state_lock_try(const Host *host, int *ret_fd, Error *err)
{
        _cleanup_free_ char *path = host_path(host, STATE_LOCK);
        _cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

        if (fd < 0)
                return error_errno(err, errno, "open the lock %s", STATE_LOCK);
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                if (errno != EWOULDBLOCK)
                        return error_errno(err, errno, "lock %s", STATE_LOCK);
                *ret_fd = -1;
                return 0;
        }
        *ret_fd = TAKE_FD(fd);
        return 0;
}

int state_lock_wait(const Host *host, Deadline deadline, int *ret_fd, Error *err)
{
        int fd = -1;

        for (;;) {
                if (state_lock_try(host, &fd, err) < 0)
                        return -1;
                if (fd >= 0)
                        break;
                if (host_wait(host, 100, deadline, err) < 0)
                        return err && err->kind == ERROR_TIMEOUT
                                       ? error_set(err, ERROR_BUSY, "another run of mde-linux holds %s", STATE_LOCK)
                                       : -1;
        }
        *ret_fd = fd;
        return 0;
}

void state_boot_id(const Host *host, char boot[37])
{
        _cleanup_free_ char *text = NULL;
        size_t length;

        boot[0] = '\0';
        if (fs_read(host, "/proc/sys/kernel/random/boot_id", 256, &text, &length, NULL) == 0 && text)
                snprintf(boot, 37, "%.36s", text_trim(text));
}
