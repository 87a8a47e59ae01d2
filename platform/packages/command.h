/*
 * command: one command of a package manager, run by argv: waits for locks first, tells what goes on, reads what came of
 * it. For the rows of manager.h.
 */
#pragma once

#include "platform/packages/classify.h"

#define COMMAND_ARGV_MAX 80
#define COMMAND_OWNED_MAX 24

typedef struct PackageCommand {
        const char *argv[COMMAND_ARGV_MAX];
        size_t n;
        char *owned[COMMAND_OWNED_MAX];
        size_t n_owned;
        const char *const *environment; /* NAME=VALUE, at most 16; borrowed; NULL-terminated or NULL */
        const char *const *locks;       /* to be free before it starts: locks_look(); NULL-terminated */
        const char *const *pid_files;   /* the same: locks_look_pid_files(); NULL-terminated or NULL */
        /* Held with flock() while it runs when it is there and can be had at once: those who would give up at the
         * manager's own lock wait for this one. NULL: none. */
        const char *courtesy;
        const ClassifyWords *words;
        const char *manager; /* how it is spoken of: "apt" */
        bool transaction;
        bool warnings_count;      /* else exit status 0 is success, but for a failed script of the package's own */
        const char *doing;        /* "downloading mdatp" */
        const char *const *sizes; /* what stands before the size of a download in what it prints: download_size(); NULL:
                                     it does not tell */
        const char *arrives;      /* where it keeps what it is downloading if not in PackageRun.archives, and others may
                                     mount file systems; NULL: nowhere else */
        const char *package;      /* NULL: none in particular */
} PackageCommand;

void command_clear(PackageCommand *command);

void command_add(PackageCommand *command, const char *word); /* borrowed */
void command_add_all(PackageCommand *command, const char *const *words);
const char *command_own(PackageCommand *command, char *word); /* word is the command's from now on; returns it */

/*
 * Waits for the locks, runs it, and again when somebody was quicker (TROUBLE_LOCKED). A transaction's output goes to
 * run->output_fd; run->proxy and run->no_proxy are set in the environment.
 */
int command_run(const Host *host, const PackageRun *run, const PackageCommand *command, PackageResult *ret,
                Error *err) _must_check_;

/*
 * A question: no locks are waited for; its output up to PROCESS_OUTPUT_MAX is the caller's to free, "" at least. What
 * it ends with is told, not judged.
 */
int command_ask(const Host *host, const PackageRun *run, const PackageCommand *command, char **ret_output,
                size_t *ret_length, int *ret_status, Error *err) _must_check_;

/* Until nobody holds them. ERROR_BUSY at the deadline, naming the holder; ERROR_STOPPED. */
int command_wait_for_locks(const Host *host, const PackageRun *run, const PackageCommand *command,
                           Error *err) _must_check_;

/* What a package manager would take for something else than a name or version ("mdatp-" removes) is ERROR_INPUT. */
int command_check_word(const char *word, Error *err) _must_check_;

/*
 * The same of a source's id: one that means others as well ("*", "a,b"), or an option, is ERROR_INPUT. also: bytes
 * besides letters, digits and -_.: that this manager takes as they are.
 */
int command_check_source(const PackageSource *source, const char *also, Error *err) _must_check_;

/* --disablerepo=* --enablerepo=ID; what may stand in an id is checked. */
int command_add_only_source(PackageCommand *command, const PackageSource *source, Error *err) _must_check_;
