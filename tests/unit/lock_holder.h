/*
 * lock_holder: a child process that holds a lock as apt does, for tests.
 */
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "scratch.h"

/* Locks the file below the scratch root (made when missing) until release_lock; returns once it is locked. */
static inline pid_t hold_lock(const Scratch *scratch, const char *path, short type)
{
        _cleanup_free_ char *full = text_format("%s%s", scratch->root, path), *folder = text_copy(path);
        struct flock lock = { .l_type = type, .l_whence = SEEK_SET };
        int fds[2];
        char byte = 0;
        pid_t pid;

        *strrchr(folder, '/') = '\0';
        scratch_folder(scratch, folder);
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                int fd = open(full, O_RDWR | O_CREAT | O_CLOEXEC, 0640);

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                byte = fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0 ? 'y' : 'n';
                if (write(fds[1], &byte, 1) == 1)
                        for (;;)
                                pause();
                _exit(1);
        }
        assert_int_equal(read(fds[0], &byte, 1), 1);
        close(fds[0]);
        close(fds[1]);
        assert_int_equal(byte, 'y');
        return pid;
}

static inline void release_lock(pid_t pid)
{
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
}
