/*
 * queue: which settings are to be worked on (STATE/next) and which are (STATE/current).
 *
 * Whoever finds the mission lock held leaves its request in next; whoever held it looks at next after letting go. Only
 * the newest request is kept: it replaces the one before. The worker moves next to current, and clears current when
 * its status is terminal: a current without a live worker means that one died. What reads and then writes does both
 * under a lock of its own, held for moments only.
 */
#pragma once

#include "agent/state.h"
#include "platform/crypto.h"
#include "platform/host.h"

#define QUEUE_NEXT STATE_FOLDER "/next"
#define QUEUE_CURRENT STATE_FOLDER "/current"
#define QUEUE_LAST STATE_FOLDER "/last"
#define QUEUE_ID_MAX 64

typedef struct QueueEntry {
        char base[512];
        int sequence;
        char settings[CRYPTO_SHA256_HEX]; /* of the settings file: the same number may come with other settings */
        char id[QUEUE_ID_MAX];            /* which enable asked */
        pid_t pid;                        /* current: the worker */
        uint64_t start_time;
} QueueEntry;

/* What this enable asks for. */
int queue_make_entry(const Host *host, const char *base, const char *config_folder, int sequence, QueueEntry *ret,
                     Error *err) _must_check_;

/* The same settings of the same folder. */
bool queue_is_same(const QueueEntry *a, const QueueEntry *b);

bool queue_has_next(const Host *host);
bool queue_read_next(const Host *host, QueueEntry *ret);
bool queue_read_current(const Host *host, QueueEntry *ret);

/* Which request ended last (STATE/last): what recheck looks at. Written only when it changes. */
int queue_keep_last(const Host *host, const char *base, int sequence, Error *err) _must_check_;
bool queue_read_last(const Host *host, QueueEntry *ret);

/* Replaces what is there: the newest counts. */
int queue_put_next(const Host *host, const QueueEntry *entry, Error *err) _must_check_;

/* A live worker has this very request, and nothing waits behind it. */
bool queue_is_worked_on(const Host *host, const QueueEntry *entry);

/* For who holds the mission lock. seen: the id of next before it was taken; any other next is newer and stays. */
int queue_hand_over(const Host *host, const QueueEntry *entry, const char *seen, Error *err) _must_check_;
int queue_drop_seen(const Host *host, const char *seen, Error *err) _must_check_;

int queue_drop_next(const Host *host, Error *err) _must_check_;

/* Moves next to current, as ours. *ret_taken false: there is none. */
int queue_take(const Host *host, bool *ret_taken, QueueEntry *ret, Error *err) _must_check_;
int queue_clear_current(const Host *host, Error *err) _must_check_;
