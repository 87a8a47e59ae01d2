/*
 * manager: the row type of package managers: run by argv, never through a shell.
 *
 * Commands never ask: stdin is empty, what a person would be asked is answered before (keys are imported, their prompts
 * off), nothing is removed, nothing taken that is not signed. Downloading is a command of its own where the manager
 * can, killable; the transaction after it uses no network and is never signalled. Locks of others are waited for
 * natively, with the holder named; each command waits for those locks only that it will take or rely on.
 *
 * Errors: ERROR_MISSING no such program, ERROR_TIMEOUT a download or refresh passed the deadline and was ended,
 * ERROR_STOPPED, ERROR_INPUT a name or version that would be read as something else. What the manager said is never an
 * error but PackageResult.
 */
#pragma once

#include "platform/base/tri.h"
#include "platform/packages/manager_words.h"
#include "platform/packages/package_file.h"
#include "platform/packages/source_format.h"

typedef struct PackageManager PackageManager;

struct PackageManager {
        PackageManagerId id;
        const SourceFormat *sources;
        const PackageFileFormat *files; /* NULL: it cannot install files */
        const char *files_cache;        /* where it copies files to that it is to install; NULL: nowhere */
        const char *packages_folder;    /* where it keeps what it downloads; NULL: in PackageRun.archives */
        bool unbound;  /* it takes a package from any source: one of ours is asked for by its version */
        bool compares; /* what it downloaded is compared with what run->source lists: no version has to be asked for */
        bool unsynced; /* it is done before what it wrote is on the disk */
        bool silent;   /* its database says installed before a package's scripts have run: what was cut off is redone */

        /* --- the database; these read only --- */

        int (*state)(const Host *host, const char *package, PackageState *ret_state, char version[PACKAGE_VERSION_MAX],
                     Error *err);

        /* The same without starting anything: YES and NO only where that can be told. */
        Tri (*is_registered)(const Host *host, const char *package);

        /* It was cut off in a transaction, or its database is damaged, and nobody is at work on that. sign: by what
         * that is seen, escaped. */
        bool (*is_broken)(const Host *host, char sign[PACKAGE_SIGN_MAX]);

        /* Which packages are neither wholly installed nor absent, but for this one and what it needs of them: "a, b",
         * "" when there are none. NULL: it cannot tell. */
        int (*broken_others)(const Host *host, const char *package, char names[PACKAGE_NAMES_MAX], Error *err);

        /* --- running it --- */

        /* Would download() with PackageRun.refresh read the list of this source anew, as refresh() would? NULL: never.
         */
        bool (*reads_list)(const Host *host, const PackageSource *source);

        /* Until nobody holds any of its locks. ERROR_BUSY at the deadline, naming the holder; ERROR_STOPPED. */
        int (*wait_for_locks)(const Host *host, const PackageRun *run, Error *err);

        /*
         * Of this source alone, or of all when it is NULL: then failures to fetch what is not ours give TROUBLE_NONE
         * with text.
         */
        int (*refresh)(const Host *host, const PackageRun *run, const PackageSource *source, PackageResult *ret,
                       Error *err);

        /* Which versions the configured sources offer, by their lists as they are. A row may leave out what is not of
         * run->source, if that is given. */
        int (*offers)(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret, Error *err);

        /* With the dependencies it lacks; fetches nothing else. NULL: it cannot do that apart. */
        int (*download)(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                        Error *err);

        /* The transaction. Never signalled. */
        int (*install)(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                       Error *err);

        /* Finishes what was cut off: a transaction as well. */
        int (*repair)(const Host *host, const PackageRun *run, const char *package, PackageResult *ret, Error *err);

        /* --- keys that it keeps itself; NULL: SourceFormat.key_file is all there is --- */

        int (*has_key)(const Host *host, const char *fingerprint, bool *ret, Error *err);
        int (*import_key)(const Host *host, const char *file, Error *err); /* all keys in the file */
        int (*forget_key)(const Host *host, const char *fingerprint, Error *err);

        /* All that it has by their own names, blanks between them (caller frees); and to forget one by its name, which
         * may be gone already. NULL: it never takes a key by itself. */
        int (*list_keys)(const Host *host, char **ret, Error *err);
        int (*drop_key)(const Host *host, const char *name, Error *err);
        char *(*drop_key_words)(const char *name); /* the command by which a person does; caller frees */
};

extern const PackageManager manager_apt, manager_dnf, manager_dnf5, manager_yum, manager_zypper, manager_tdnf;

/* NULL: MANAGER_NONE. */
const PackageManager *package_manager(PackageManagerId id);

/* The one that this machine has of those a distribution may come with (dnf and dnf5 stand for each other);
 * MANAGER_NONE: its programs are not there. */
PackageManagerId package_manager_choose(const Host *host, PackageManagerId usual);

/* The first of its programs (PackageManagerWords) that is not there; NULL: all are. */
const char *package_manager_lacks(const Host *host, PackageManagerId id);

/* By the machine's distribution, else by what is there; NULL: none. */
const PackageManager *package_manager_find(const Host *host);
