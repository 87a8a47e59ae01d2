/*
 * fork and exec, not posix_spawn: that one keeps the parent waiting until the program is executed, and the kernel
 * holds an execution back for as long as a security product that was asked for permission (fanotify) does not answer.
 */
#include "platform/process_start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "platform/base/text.h"

#define ENVIRONMENT_MAX 32
#define DESCRIPTORS_MAX 1024 /* more than we ever have open */

static bool is_program(const char *path)
{
        struct stat st;

        return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *process_find(const char *name)
{
        const char *folder = PROCESS_PATH;

        if (strchr(name, '/'))
                return is_program(name) ? text_copy(name) : NULL;
        while (*folder) {
                size_t length = strcspn(folder, ":");
                _cleanup_free_ char *path = text_format("%.*s/%s", (int)length, folder, name);

                if (is_program(path))
                        return TAKE_PTR(path);
                folder += length + (folder[length] == ':');
        }
        return NULL;
}

static bool is_set(const char *const *environment, const char *setting)
{
        size_t name = strcspn(setting, "=") + 1;

        for (; environment && *environment; environment++)
                if (strncmp(*environment, setting, name) == 0)
                        return true;
        return false;
}

static void fill_environment(const ProcessSpec *spec, const char *environment[ENVIRONMENT_MAX])
{
        static const char *const always[] = { ("PATH=" PROCESS_PATH), "LC_ALL=C", "HOME=/root" };
        size_t n = 0, i;

        for (i = 0; i < ELEMENTSOF(always); i++)
                if (!is_set(spec->environment, always[i]))
                        environment[n++] = always[i];
        for (i = 0; spec->environment && spec->environment[i]; i++) {
                if (n + 1 >= ENVIRONMENT_MAX)
                        abort(); /* a table of ours that grew too long */
                environment[n++] = spec->environment[i];
        }
        environment[n] = NULL;
}

int process_pipe(int *ret_read, int *ret_write, Error *err)
{
        _cleanup_close_ int read_end = -1, write_end = -1;
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return error_errno(err, errno, "make a pipe");
        read_end = fds[0];
        write_end = fds[1];
        if (fcntl(read_end, F_SETFL, O_NONBLOCK) < 0)
                return error_errno(err, errno, "make a pipe");
        *ret_read = TAKE_FD(read_end);
        *ret_write = TAKE_FD(write_end);
        return 0;
}

/* What may be ended does not outlive us either: a download that nobody waits for would write where we clean up. */
static int tie_to(pid_t parent)
{
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return -1;
        if (getppid() != parent)
                raise(SIGKILL); /* it died before the call above */
        return 0;
}

static int set_signals(void)
{
        sigset_t none;
        int number;

        for (number = 1; number < NSIG; number++)
                signal(number, SIG_DFL); /* fails for two that cannot be changed, and for libc's own */
        sigemptyset(&none);
        return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int set_descriptors(int output_fd)
{
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

        if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output_fd, STDOUT_FILENO) < 0)
                return -1;
        return dup2(output_fd, STDERR_FILENO);
}

static bool is_passed(const ProcessSpec *spec, int fd)
{
        size_t i;

        for (i = 0; i < spec->n_passed; i++)
                if (spec->passed[i] == fd)
                        return true;
        return false;
}

/* Here and not at the execution, which may be held back: a copy of the mission lock would hold it beyond our own end.
 */
static void close_others(const ProcessSpec *spec, int exec_fd)
{
        int fd;

        for (fd = STDERR_FILENO + 1; fd < DESCRIPTORS_MAX; fd++)
                if (is_passed(spec, fd))
                        fcntl(fd, F_SETFD, 0);
                else if (fd != exec_fd)
                        close(fd);
}

/* A script that asks /dev/tty would be stopped there, as its group is not the one in front, and wait for ever. */
static void leave_terminal(void)
{
        int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

        if (fd < 0)
                return;
        ioctl(fd, TIOCNOTTY);
        close(fd);
}

/* In the child: nothing but what is allowed between fork and exec. */
static void _noreturn_ execute(const char *path, const ProcessSpec *spec, const char *const *environment, int output_fd,
                               int exec_fd, pid_t parent)
{
        int errnum;

        if (setpgid(0, 0) == 0)
                leave_terminal();
        if (getpgrp() == getpid() && set_signals() == 0 && (spec->transaction || tie_to(parent) == 0) &&
            set_descriptors(output_fd) >= 0) {
                close_others(spec, exec_fd);
                execve(path, (char *const *)spec->argv, (char *const *)environment);
        }
        errnum = errno;
        if (write(exec_fd, &errnum, sizeof(errnum)) < 0)
                _exit(126);
        _exit(127);
}

int process_start(const char *path, const ProcessSpec *spec, int output_fd, pid_t *ret_pid, int *ret_exec_fd,
                  Error *err)
{
        const char *environment[ENVIRONMENT_MAX];
        _cleanup_close_ int read_end = -1, write_end = -1;
        pid_t parent = getpid(), pid;

        fill_environment(spec, environment);
        if (process_pipe(&read_end, &write_end, err) < 0)
                return -1;
        pid = fork();
        if (pid < 0)
                return error_errno(err, errno, "start %s", path);
        if (pid == 0)
                execute(path, spec, environment, output_fd, write_end, parent);
        setpgid(pid, pid); /* here too: whoever is first; an error means that the child was */
        *ret_pid = pid;
        *ret_exec_fd = TAKE_FD(read_end);
        return 0;
}
