/*
 * queue: which settings are to be worked on (STATE/next) and which are (STATE/current).
 *
 * enable puts a request into next; the worker moves it to current, and clears current when its status is terminal: a
 * current without a live worker means that one died. Only the newest request is kept: it replaces the one before.
 */
#pragma once

#include "platform/host.h"

typedef struct QueueEntry {
        char base[512];
        int sequence;
        pid_t pid;           /* current: the worker */
        uint64_t start_time;
} QueueEntry;

int queue_put_next(const Host *host, const char *base, int sequence, Error *err) _must_check_;
bool queue_has_next(const Host *host);
bool queue_read_next(const Host *host, QueueEntry *ret);
int queue_drop_next(const Host *host, Error *err) _must_check_;

/* Moves next to current, as ours. *ret_taken false: there is none. */
int queue_take(const Host *host, bool *ret_taken, QueueEntry *ret, Error *err) _must_check_;
bool queue_read_current(const Host *host, QueueEntry *ret);
int queue_clear_current(const Host *host, Error *err) _must_check_;
