/*
 * The package manager's own check would do with any key that its database holds: what was judged by pinned keys alone
 * the first time is judged so again, as what lies there or comes now need not be what it was.
 */
#include "agent/redo.h"

#include <stdio.h>
#include <string.h>

#include "agent/sensor/sensor.h"
#include "agent/state.h"
#include "agent/steps/package_cache.h"
#include "agent/steps/package_judge.h"
#include "agent/steps/pinned_keys.h"
#include "agent/undo_records.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define KEYS STATE_CACHE "/index"

typedef struct Redo {
        const Host *host;
        const PackageManager *manager;
        const UndoState *undo;
        PackageRun run;
        PackageSource source;
        char version[PACKAGE_VERSION_MAX];
} Redo;

/* *ret_missing: there is nothing to judge; the package manager has, by its lists, nothing to download. */
static int judge(const Redo *redo, const char *copy, bool *ret_missing, Error *err)
{
        const PackageJudgeAsked asked = {
                .host = redo->host,
                .manager = redo->manager,
                .version = redo->version,
                .file = copy,
                .keyring = copy ? UNDO_FOLDER "/" PINNED_KEYS_ARMORED : redo->undo->source.signed_by,
                .key_files = !copy && redo->undo->source.packaged ? redo->undo->source.key_files : NULL,
                .only_look = !redo->undo->pinned && !copy
        };
        Failure failure = { 0 };

        *ret_missing = false;
        if (asked.only_look && !redo->manager->files)
                return 0;
        if (!redo->manager->files || !redo->manager->files->verify_alone)
                return error_set(err, ERROR_TRUST, "%s cannot tell who signed a package",
                                 package_manager_words(redo->manager->id)->name);
        if (package_judge(&asked, ret_missing, &failure) == 0)
                return 0;
        if (*ret_missing)
                return 0;
        if (failure.reason != REASON_PACKAGE_SIGNATURE)
                return error_set(err, ERROR_IO, "%s", failure.found);
        return error_set(err, ERROR_TRUST,
                         "What would finish the installation of %s %s, which was cut off, is not used: %s Put a good "
                         "package where it comes from, or remove this one (rpm -e %s), and run again.",
                         SENSOR_PACKAGE, redo->version, failure.found, SENSOR_PACKAGE);
}

static int redo_from_copy(const Redo *redo, const char *copy, PackageResult *ret, Error *err)
{
        const PackageWanted wanted = {
                .package = SENSOR_PACKAGE, .version = redo->version, .file = copy, .action = PACKAGE_REINSTALL
        };

        return redo->manager->install(redo->host, &redo->run, &wanted, ret, err);
}

static int download(const Redo *redo, const PackageWanted *wanted, bool *ret_missing, PackageResult *ret, Error *err)
{
        *ret_missing = false;
        if (redo->manager->download(redo->host, &redo->run, wanted, ret, err) < 0)
                return -1;
        return ret->trouble == TROUBLE_NONE ? judge(redo, NULL, ret_missing, err) : 0;
}

/* What lay there may be torn, and libzypp 17.38 takes it as it is. */
static int download_anew(const Redo *redo, const PackageWanted *wanted, bool *ret_missing, PackageResult *ret,
                         Error *err)
{
        if (fs_remove_tree(redo->host, PACKAGE_CACHE, err) < 0 || package_cache_prepare(redo->host, err) < 0)
                return -1;
        return download(redo, wanted, ret_missing, ret, err);
}

static int redo_from_source(const Redo *redo, PackageResult *ret, Error *err)
{
        const PackageWanted wanted = { .package = SENSOR_PACKAGE,
                                       .version = redo->version,
                                       .action = PACKAGE_REINSTALL };
        Error why = { 0 };
        bool missing;

        if (download(redo, &wanted, &missing, ret, &why) < 0 &&
            (why.kind != ERROR_TRUST || download_anew(redo, &wanted, &missing, ret, &why) < 0))
                return error_set(err, why.kind, "%s", why.text);
        if (ret->trouble != TROUBLE_NONE)
                return 0;
        if (!missing)
                return redo->manager->install(redo->host, &redo->run, &wanted, ret, err);
        *ret = (PackageResult){ .trouble = TROUBLE_STALE, .ours = true, .own_words = true };
        snprintf(ret->text, sizeof(ret->text), "%s downloaded no %s %s", package_manager_words(redo->manager->id)->name,
                 SENSOR_PACKAGE, redo->version);
        return 0;
}

/* The lists may be torn, old or gone. What cannot be reached yet is told as that. */
static int redo_from_fresh_lists(const Redo *redo, PackageResult *ret, Error *err)
{
        if (undo_prefixes(redo->host, err) < 0 ||
            redo->manager->refresh(redo->host, &redo->run, redo->run.source, ret, err) < 0)
                return -1;
        return ret->trouble == TROUBLE_NONE ? redo_from_source(redo, ret, err) : 0;
}

/* The copy of a packageFile that was being installed: no source has to have it. *ret NULL: none, or of another
 * version; nothing of it is read before its signature was. */
static int find_copy(const Redo *redo, char **ret, Error *err)
{
        const PackageFileFormat *files = redo->manager->files;
        _cleanup_free_ char *copy = files ? text_format(PACKAGE_FILE_COPY "%s", files->extension) : NULL;
        PackageFileIdentity identity = { 0 };
        bool missing;

        if (!copy || !fs_exists(redo->host, copy))
                return 0;
        if (judge(redo, copy, &missing, err) < 0 || files->read(redo->host, copy, &identity, err) < 0)
                return -1;
        if (text_equal(identity.version, redo->version))
                *ret = TAKE_PTR(copy);
        return 0;
}

/* The one of the journal, while it is still configured; what its index is signed with is put together anew. */
static int take_source(Redo *redo, Error *err)
{
        const char *signed_by = redo->undo->source.signed_by, *name = strrchr(signed_by, '/');
        _cleanup_free_ char *folder = text_copy_n(signed_by, name ? (size_t)(name - signed_by) + 1 : 0);
        PinnedKeys keys = { 0 };

        if (!*redo->undo->source.file || !fs_exists(redo->host, redo->undo->source.file))
                return 0;
        redo->source = redo->undo->source;
        redo->run.source = &redo->source;
        if (!*redo->source.index_keys)
                return 0;
        if (fs_make_folder(redo->host, KEYS, 0755, err) < 0 ||
            pinned_keys_gather(redo->host, folder, KEYS, &keys, err) < 0)
                return -1;
        snprintf(redo->source.index_keys, sizeof(redo->source.index_keys), KEYS "/" PINNED_KEYS_ARMORED);
        return 0;
}

int redo_run(const Host *host, const PackageManager *manager, const PackageRun *run, const UndoState *undo,
             PackageResult *ret, Error *err)
{
        Redo redo = { .host = host, .manager = manager, .undo = undo, .run = *run };
        _cleanup_free_ char *copy = NULL;
        PackageState state = PACKAGE_UNKNOWN;

        *ret = (PackageResult){ .trouble = TROUBLE_NONE };
        if (manager->state(host, SENSOR_PACKAGE, &state, redo.version, err) < 0)
                return -1;
        if (state != PACKAGE_INSTALLED && state != PACKAGE_BROKEN)
                return 0;
        if (package_cache_prepare(host, err) < 0 || take_source(&redo, err) < 0 || find_copy(&redo, &copy, err) < 0)
                return -1;
        redo.run.archives = PACKAGE_CACHE;
        if (copy)
                return redo_from_copy(&redo, copy, ret, err);
        if (redo_from_source(&redo, ret, err) < 0)
                return -1;
        if (ret->trouble == TROUBLE_NONE || ret->trouble == TROUBLE_LOCKED)
                return 0;
        return redo_from_fresh_lists(&redo, ret, err);
}
