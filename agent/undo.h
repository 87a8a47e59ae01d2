/*
 * undo: the journal of what a run changes before its commit point, on disk before the change is made.
 *
 * The commit point is the package manager's success. Until then a failure, in this run or seen by the
 * next after a crash or power cut, puts everything back as it was; after it nothing is undone.
 * Kept in STATE/undo: "journal", one JSON object a line, and the saved bytes of what was there.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "platform/packages/package.h"

/* Before path is created, replaced or removed: its bytes, mode, owner and time, or that it was absent. */
int undo_remember_file(const Host *host, const char *path, Error *err) _must_check_;

/* Before a folder is made: it and all in it is removed on undo. An existing folder is not remembered. */
int undo_remember_folder(const Host *host, const char *path, Error *err) _must_check_;

/* Before a folder is made: removed on undo when nothing is in it. An existing folder is not remembered. */
int undo_remember_made(const Host *host, const char *path, Error *err) _must_check_;

/* Before a link is made where nothing is: removed on undo. Whatever is there already is not remembered. */
int undo_remember_link(const Host *host, const char *path, Error *err) _must_check_;

/* Names in folder that begin with prefix come into being from now on: removed on undo. */
int undo_remember_prefix(const Host *host, const char *folder, const char *prefix, Error *err) _must_check_;

/* The same of one name, file or folder. */
int undo_remember_trace(const Host *host, const char *path, Error *err) _must_check_;

/* Temporary names (fs_is_temporary) come into being in folder from now on, where none was before: removed on undo. */
int undo_remember_temporary(const Host *host, const char *folder, const char *prefix, Error *err) _must_check_;

/* Before what the package manager has fetched is fetched anew, named as in one of the two above: not removed on undo.
 */
int undo_remember_fetched(const Host *host, const char *folder, const char *prefix, bool whole,
                          Error *err) _must_check_;

/* Before the package manager is given a key that it does not have: it forgets it on undo. */
int undo_remember_key(const Host *host, const char *fingerprint, Error *err) _must_check_;

/*
 * A command of a package manager that may take keys by itself, as those of a dependency's source: between open and
 * close those that came are its, and it forgets them on undo. names: all that it has, blanks between them
 * (PackageManager.list_keys). Never closed, for a crash: those that came until the undo,
 * if that is in the same boot; else they stay, with a warning.
 */
int undo_keys_open(const Host *host, const char *names, Error *err) _must_check_;
int undo_keys_close(const Host *host, const char *names, Error *err) _must_check_;

/* Before undo_commit(): which keys stay that such commands took, and how to be rid of them, for people; NULL: none.
 * Caller frees. */
char *undo_keys_explain(const Host *host);

/* As undo_remember_file(), and then writes it (fs_write). What somebody else has written there since is not undone. */
int undo_write(const Host *host, const char *path, const void *data, size_t length, mode_t mode,
               Error *err) _must_check_;

/* The same of somebody's file, which keeps owner and mode: new_mode is that of a new one, whose owner is who we are.
 * also: bits that it gets at any rate. */
int undo_rewrite(const Host *host, const char *path, const void *data, size_t length, mode_t new_mode, mode_t also,
                 Error *err) _must_check_;

/* What a crash left. */
typedef struct UndoState {
        bool pending;     /* something is to be committed or undone */
        bool ended;       /* the last transaction came to a good end in this boot */
        bool transaction; /* a transaction was started; of the last one: */
        pid_t pid;        /* its process, perhaps still running; 0: it was about to be started */
        uint64_t start_time;
        char before[64];      /* the sensor's version that was installed before it; "" none */
        bool pinned;          /* what it installs has to be signed by a pinned key, whatever the package manager says */
        PackageSource source; /* where the package comes from; file "": whatever is configured */
} UndoState;

/* Of it, what tells of the transaction. A transaction of the package manager runs as this process: after a crash it is
 * waited for and, if cut off, finished with the same trust. */
int undo_remember_transaction(const Host *host, const UndoState *transaction, Error *err) _must_check_;

/* It came to a good end. Whether that is on the disk is known in the same boot only. */
int undo_remember_end(const Host *host, Error *err) _must_check_;

int undo_state(const Host *host, UndoState *ret, Error *err) _must_check_;

/*
 * Removes what undo_remember_prefix(), _trace(), _temporary() and _fetched() stand for, and forgets nothing: after a
 * power cut it may be torn, and package managers take it for whole.
 */
int undo_prefixes(const Host *host, Error *err) _must_check_;

int undo_commit(const Host *host, Error *err) _must_check_;    /* forgets; nothing pending is fine */
int undo_roll_back(const Host *host, Error *err) _must_check_; /* puts back, last change first; then forgets */
