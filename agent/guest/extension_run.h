/*
 * extension_run: what STATE tells of runs: who works now and on what, what waits, what came of those that ended; and
 * when the next regular look is. Plain data; all of it is root's to read.
 */
#pragma once

#include "agent/history.h"
#include "platform/base/tri.h"
#include "platform/process.h"

#define EXTENSION_BY_HAND HISTORY_BY_HAND

/* A request in the queue. */
typedef struct ExtensionRequest {
        Tri present;
        char base[512]; /* the handler's folder */
        int sequence;
} ExtensionRequest;

typedef struct ExtensionState {
        Tri visible; /* YES: STATE could be read, or there is none; NO: only root may */
        ExtensionRequest current, next, last;
        Tri worked_on;          /* current: its worker lives; NO: it died, and nobody has said so yet */
        Tri locked;             /* the mission lock is held: a worker, enable, recheck or a person's run */
        ProcessIdentity holder; /* pid 0: not known who */
        Tri worker;             /* its unit runs: known to others than root as well */
} ExtensionState;

/* What came of a request; the history of its sequence. */
typedef struct ExtensionRun {
        int sequence;    /* EXTENSION_BY_HAND */
        int64_t ended_s; /* since 1970; the first time it ended so */
        Verdict verdict;
        Failure failure; /* REFUSED and FAILED */
        char tenant[37];
        char program[32];     /* version */
        Tri fulfilled;        /* this very request was met once, however it ended since */
        int64_t offboarded_s; /* by hand: when that run made the sensor leave its tenant; 0: it did not */
        size_t n_warnings;
} ExtensionRun;

typedef struct ExtensionRecheck {
        Tri present;    /* the timer's files */
        Tri active;     /* UNKNOWN in an image */
        int64_t next_s; /* since 1970; 0: not known */
        int64_t last_s; /* when it elapsed last; 0: not known, or never */
} ExtensionRecheck;

void extension_state_look(const Host *host, ExtensionState *ret);

/* Somebody works. UNKNOWN: it could not be seen. What waits in the queue with nobody at work is no work. */
Tri extension_state_is_busy(const ExtensionState *state);

/* Between the end of a run and the start of the worker for what has come meanwhile nobody is at work. */
#define EXTENSION_HAND_OVER_MS 5000

/* Somebody works, or nobody has for idle_ms only and a request waits that may still be taken up. */
bool extension_state_goes_on(const ExtensionState *state, int64_t idle_ms);

/* The one that was written last first; NULL when there are none or they cannot be read. Caller frees. */
ExtensionRun *extension_runs_read(const Host *host, size_t max, size_t *ret_n);
void extension_recheck_look(const Host *host, ExtensionRecheck *ret);
