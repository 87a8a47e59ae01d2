/*
 * The end of a child is learnt from SIGCHLD through a signalfd, so it is noticed at once and without
 * pidfd, which kernels before 5.3 lack. SIGCHLD is blocked only while a program runs. The pipe is no
 * sign of the end: a daemon that the program started may hold it open for ever.
 */
#include "platform/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "platform/base/text.h"
#include "platform/process_start.h"

#define TICK_MS 1000
#define SLICE_MS 250        /* a SIGCHLD or a stop request that slips past costs no more than this */
#define GRACE_MS 2000       /* between SIGTERM and SIGKILL */
#define KILLED_MS 5000      /* for a killed program to be gone; it may hang in the kernel */
#define DRAIN_MAX (1 << 20) /* after the end: a daemon that goes on writing must not keep us */
#define LAST_LINE_MAX 200

typedef struct Run {
        const Host *host;
        const ProcessSpec *spec;
        Deadline deadline;
        pid_t pid;
        int pipe_fd; /* -1: output goes to a file, or all has been closed */
        int signal_fd;
        int exec_fd; /* -1: not started */
        int64_t next_tick;
        Text output;
        bool truncated;
        bool ended; /* seen, not yet reaped: the pid stays ours until then */
} Run;

static void run_clear(Run *run)
{
        if (run->pipe_fd >= 0)
                close(run->pipe_fd);
        if (run->signal_fd >= 0)
                close(run->signal_fd);
        if (run->exec_fd >= 0)
                close(run->exec_fd);
        text_clear(&run->output);
}

void process_result_clear(ProcessResult *result)
{
        free(result->output);
        *result = (ProcessResult){ 0 };
}

static int start(Run *run, Error *err)
{
        const ProcessSpec *spec = run->spec;
        _cleanup_free_ char *path = process_find(spec->argv[0]);
        _cleanup_close_ int write_end = -1;

        if (!path)
                return error_set(err, ERROR_MISSING, "there is no program %s", spec->argv[0]);
        if (spec->output_fd <= STDERR_FILENO && process_pipe(&run->pipe_fd, &write_end, err) < 0)
                return -1;
        return process_start(path, spec, write_end >= 0 ? write_end : spec->output_fd, &run->pid, &run->exec_fd, err);
}

static void keep(Run *run, const char *bytes, size_t length)
{
        size_t room = PROCESS_OUTPUT_MAX - run->output.length;

        if (length > room) {
                run->truncated = true;
                length = room;
        }
        text_append_bytes(&run->output, bytes, length);
}

/* Reads what is there. */
static void drain(Run *run)
{
        char buffer[16384];
        size_t total = 0;

        while (run->pipe_fd >= 0 && total < DRAIN_MAX) {
                ssize_t n = read(run->pipe_fd, buffer, sizeof(buffer));

                if (n > 0) {
                        keep(run, buffer, (size_t)n);
                        total += (size_t)n;
                } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
                        return;
                } else {
                        close(run->pipe_fd);
                        run->pipe_fd = -1;
                }
        }
}

static void tick(Run *run)
{
        int64_t now = deadline_now_ms();

        if (now < run->next_tick)
                return;
        run->next_tick = now + (run->spec->tick_ms > 0 ? run->spec->tick_ms : TICK_MS);
        if (run->spec->on_tick)
                run->spec->on_tick(run->pid, run->output.length ? run->output.data : "", run->spec->userdata);
}

/* Does not reap: see Run.ended. */
static bool has_ended(Run *run)
{
        siginfo_t info = { 0 };

        if (!run->ended)
                run->ended = waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
        return run->ended;
}

/* Sleeps until something happens, at most ms. */
static void wait_for_news(Run *run, int64_t ms)
{
        struct pollfd fds[] = { { .fd = run->signal_fd, .events = POLLIN }, { .fd = run->pipe_fd, .events = POLLIN } };
        struct signalfd_siginfo info;

        if (poll(fds, ELEMENTSOF(fds), (int)(ms < SLICE_MS ? ms : SLICE_MS)) > 0 && fds[0].revents)
                while (read(run->signal_fd, &info, sizeof(info)) > 0)
                        ;
}

/* True: it ended. False: the time was over first, or a stop was asked for and stoppable is set. */
static bool follow(Run *run, Deadline deadline, bool stoppable)
{
        for (;;) {
                int64_t left = deadline_left_ms(deadline);

                tick(run);
                host_waits(run->host);
                drain(run);
                if (has_ended(run))
                        return true;
                if (left == 0 || (stoppable && host_stopping(run->host)))
                        return false;
                wait_for_news(run, deadline_sooner(left, deadline_left_ms(run->next_tick)));
        }
}

/* The whole group: also what the program left running behind itself. Its pid cannot be another's: it is not reaped yet.
 */
static bool end_group(Run *run)
{
        kill(-run->pid, SIGTERM);
        follow(run, deadline_in(GRACE_MS), false);
        kill(-run->pid, SIGKILL);
        return follow(run, deadline_in(KILLED_MS), false);
}

static int fail_unfinished(Run *run, bool gone, Error *err)
{
        _cleanup_free_ char *line = process_last_line(run->output.data, LAST_LINE_MAX);
        bool stopped = !deadline_passed(run->deadline);

        return error_set(err, stopped ? ERROR_STOPPED : ERROR_TIMEOUT, "%s %s%s%s%s%s", run->spec->argv[0],
                         stopped ? "was ended because we were asked to stop" : "did not finish in time and was ended",
                         *line ? "; its last line was \"" : "", line, *line ? "\"" : "",
                         gone ? "" : "; it hangs in the kernel and could not be ended");
}

static int finish(Run *run, ProcessResult *ret, Error *err)
{
        int status, errnum;

        drain(run);
        if (waitpid(run->pid, &status, 0) != run->pid)
                return error_errno(err, errno, "wait for %s", run->spec->argv[0]);
        if (read(run->exec_fd, &errnum, sizeof(errnum)) == sizeof(errnum))
                return error_errno(err, errnum, "start %s", run->spec->argv[0]);
        ret->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        ret->output_length = run->output.length;
        ret->output = text_take(&run->output);
        ret->truncated = run->truncated;
        return 0;
}

static int run_to_end(Run *run, const sigset_t *child_signal, ProcessResult *ret, Error *err)
{
        const ProcessSpec *spec = run->spec;
        bool gone;

        run->signal_fd = signalfd(-1, child_signal, SFD_CLOEXEC | SFD_NONBLOCK);
        if (run->signal_fd < 0)
                return error_errno(err, errno, "make a signalfd");
        if (start(run, err) < 0)
                return -1;
        if (spec->transaction)
                follow(run, DEADLINE_NEVER, false);
        else if (!follow(run, run->deadline, spec->stoppable)) {
                gone = end_group(run);
                if (gone)
                        waitpid(run->pid, NULL, 0);
                return fail_unfinished(run, gone, err);
        }
        return finish(run, ret, err);
}

int process_run(const Host *host, const ProcessSpec *spec, ProcessResult *ret, Error *err)
{
        _cleanup_(run_clear) Run run = { .host = host,
                                         .spec = spec,
                                         .deadline = spec->deadline ? spec->deadline : DEADLINE_NEVER,
                                         .pipe_fd = -1,
                                         .signal_fd = -1,
                                         .exec_fd = -1 };
        struct sigaction old_action, default_action = { .sa_handler = SIG_DFL };
        sigset_t child_signal, old_mask;
        int r;

        if (!host_is_live(host))
                return error_set(err, ERROR_INPUT, "%s is not run for a recorded machine", spec->argv[0]);
        /* An ignored SIGCHLD, inherited from whoever started us, would let the kernel swallow the exit status. */
        sigaction(SIGCHLD, &default_action, &old_action);
        sigemptyset(&child_signal);
        sigaddset(&child_signal, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child_signal, &old_mask);
        r = run_to_end(&run, &child_signal, ret, err);
        sigprocmask(SIG_SETMASK, &old_mask, NULL);
        sigaction(SIGCHLD, &old_action, NULL);
        return r;
}

/* Progress on a terminal ends its lines with CR alone. */
static bool ends_line(char c)
{
        return c == '\n' || c == '\r';
}

char *process_last_line(const char *output, size_t max)
{
        _cleanup_free_ char *line = NULL;
        size_t start, end = output ? strlen(output) : 0;

        while (end > 0 && strchr(" \t\r\n", output[end - 1]))
                end--;
        for (start = end; start > 0 && !ends_line(output[start - 1]); start--)
                ;
        line = end > 0 ? text_copy_n(output + start, end - start) : text_copy("");
        return text_escape(text_hide_logins(text_trim(line)), max);
}
