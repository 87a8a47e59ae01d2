/*
 * process: run a program to its end, never through a shell.
 *
 * The program gets a clean environment (PATH, LC_ALL=C, HOME=/root), /dev/null as stdin, a process group of its
 * own, signals as by default and no descriptor of ours but those passed. argv is borrowed. argv[0] is looked up in
 * PROCESS_PATH unless it has a slash. What it leaves running behind itself is neither waited for nor ended. Nothing is
 * run for a recorded machine (Host.root): ERROR_INPUT.
 */
#pragma once

#include "platform/host.h"

#define PROCESS_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define PROCESS_OUTPUT_MAX (256 * 1024)

typedef struct ProcessSpec {
        const char *const *argv;
        const char *const *environment; /* NAME=VALUE, beside or instead of ours; NULL: none */
        Deadline deadline;              /* 0: DEADLINE_NEVER */
        /*
         * A transaction is never signalled by us: its output goes to output_fd (a file, so that it
         * outlives us without SIGPIPE); past the deadline process_run goes on waiting.
         */
        bool transaction;
        const int *passed; /* descriptors that it gets, under the same numbers; they are not 0 to 2 */
        size_t n_passed;
        bool stoppable; /* a stop request (Host.stop) ends it like the deadline does: ERROR_STOPPED */
        int output_fd;  /* stdout and stderr go there when > 2; else they are captured */
        /* Called about every tick_ms while it runs, and once right after the start; output: what was captured so far,
         * terminated. */
        void (*on_tick)(pid_t pid, const char *output, void *userdata);
        void *userdata;
        int tick_ms; /* 0: 1000 */
} ProcessSpec;

typedef struct ProcessResult {
        int exit_status; /* 0..255; 128 + signal when a signal ended it */
        char *output;    /* stdout and stderr as they came; never NULL; "" with output_fd */
        size_t output_length;
        bool truncated; /* more than PROCESS_OUTPUT_MAX came: the rest was read and dropped */
} ProcessResult;

void process_result_clear(ProcessResult *result);

/*
 * Runs to the end. Errors: ERROR_MISSING no such program, ERROR_TIMEOUT the deadline passed (the
 * whole process group was killed; names the last line of output), ERROR_STOPPED, ERROR_IO. A program that ends with a
 * failure is NOT an error: result->exit_status tells.
 */
int process_run(const Host *host, const ProcessSpec *spec, ProcessResult *ret, Error *err) _must_check_;

/* The last line of text that is not blank, escaped, without logins of addresses, at most max bytes; never NULL; caller
 * frees. */
char *process_last_line(const char *output, size_t max);

/* Who a process is, from /proc: for messages and for recognising it again. */
typedef struct ProcessIdentity {
        pid_t pid;
        pid_t parent;        /* 0: none that can be seen from here */
        uint64_t start_time; /* clock ticks since boot: with pid, names one process for ever */
        int64_t age_s;       /* -1: unknown */
        char name[64];       /* comm, escaped */
        char unit[128];      /* systemd unit or scope, escaped; "" unknown */
} ProcessIdentity;

/* False: no such process. */
bool process_identify(const Host *host, pid_t pid, ProcessIdentity *ret);

/* Kills (SIGKILL) what else runs in a unit; what hangs in the kernel is left after a few seconds. Returns how many
 * there were. */
size_t process_kill_unit(const Host *host, const char *unit);
bool process_is_alive(const Host *host, pid_t pid, uint64_t start_time);
