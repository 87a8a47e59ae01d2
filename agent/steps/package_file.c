/*
 * packageFile: the package is a file of this machine. It is copied to where nobody else can change it, verified there
 * by pinned keys alone, and installed from there; nothing of it is read before. No source is added.
 */
#include "agent/steps.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/state.h"
#include "agent/steps/package_cache.h"
#include "agent/steps/pinned_keys.h"
#include "agent/steps/repository_key.h"
#include "agent/undo_records.h"
#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/fs_take.h"
#include "platform/packages/package_file.h"

#define WORK STATE_CACHE "/verify"

static int fail(Failure *failure, ReasonId reason, const Error *err)
{
        if (err->kind == ERROR_TRUST)
                reason = REASON_PACKAGE_FILE_SIGNATURE;
        return steps_fail(failure, reason, err);
}

static int check_keys(const char *folder, const PinnedKeys *keys, Failure *failure)
{
        if (keys->n > 0)
                return 0;
        if (*keys->revoked)
                return failure_set(failure, REASON_PACKAGE_FILE_SIGNATURE,
                                   "%s holds the pinned key with a revocation, and no other copy is to be had: replace "
                                   "that file by keys/microsoft.asc of the vendor's package server.",
                                   keys->revoked);
        return failure_set(
                failure, REASON_PACKAGE_FILE_SIGNATURE,
                "No key file with a pinned key was found, neither among this machine's keyrings nor in %s: put "
                "keys/microsoft.asc of the vendor's package server there.",
                folder);
}

static int verify(Mission *mission, const char *copy, char signer[PACKAGE_FILE_SIGNER_MAX], Failure *failure)
{
        const char *origin = mission->request->package_file;
        _cleanup_free_ char *folder = text_copy_n(origin, (size_t)(strrchr(origin, '/') - origin) + 1);
        PinnedKeys keys = { 0 };
        Error err = { 0 };
        PackageFileCheck check = { .file = copy,
                                   .origin = origin,
                                   .architecture = mission->facts.machine.distro.architecture,
                                   .keys_binary = keys.files[0],
                                   .keys_armored = keys.files[1],
                                   .work = WORK };

        if (fs_make_folder(mission->host, WORK, 0700, &err) < 0 ||
            pinned_keys_gather_beside(mission->host, folder, WORK, &keys, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_FILE, &err);
        if (check_keys(folder, &keys, failure) < 0)
                return -1;
        mission_say(mission, "checking the signature of %s", origin);
        if (mission->manager->files->verify(mission->host, &check, signer, &err) < 0) {
                if (err.kind == ERROR_MISSING)
                        return steps_fail(failure, REASON_SIGNATURE_PROGRAM_MISSING, &err);
                error_prefix(&err, "%s", origin);
                fail(failure, REASON_PACKAGE_FILE, &err);
                return *keys.revoked
                               ? failure_set(failure, failure->reason,
                                             "%.500s (A pinned key was not used, as %s holds it with a revocation.)",
                                             err.text, keys.revoked)
                               : -1;
        }
        /* what keeps keys itself checks once more; and so does who finishes it, should it be cut off */
        if (fs_copy(mission->host, check.keys_armored, UNDO_FOLDER "/" PINNED_KEYS_ARMORED, 0600, &err) < 0 ||
            repository_key_import(mission, check.keys_binary, &err) < 0 ||
            fs_remove_tree(mission->host, WORK, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_FILE, &err);
        return 0;
}

static int check_identity(const Mission *mission, const PackageFileIdentity *identity, Failure *failure)
{
        const char *machine = mission->facts.machine.distro.architecture;

        if (!text_equal(identity->name, SENSOR_PACKAGE))
                return failure_set(failure, REASON_PACKAGE_FILE, "%s is the package %s %s, not " SENSOR_PACKAGE ".",
                                   mission->request->package_file, identity->name, identity->version);
        if (!text_equal(identity->architecture, mission->manager->files->architecture(machine)))
                return failure_set(failure, REASON_PACKAGE_FILE, "%s is for %s; this machine is %s.",
                                   mission->request->package_file, identity->architecture, machine);
        return 0;
}

static int check_kind(const Mission *mission, Failure *failure)
{
        const PackageFileFormat *format = mission->manager->files;

        if (!format)
                return failure_set(failure, REASON_PACKAGE_FILE, "%s cannot install files.",
                                   package_manager_words(mission->manager->id)->name);
        if (!text_ends_with(mission->request->package_file, format->extension))
                return failure_set(failure, REASON_PACKAGE_FILE, "%s does not end in %s, as packages for %s do.",
                                   mission->request->package_file, format->extension,
                                   package_manager_words(mission->manager->id)->name);
        return 0;
}

static int take(Mission *mission, const char *copy, Error *err)
{
        const Host *host = mission->host;
        const char *cache = mission->manager->files_cache;
        _cleanup_free_ char *trace = cache ? text_format("%s%s", cache, strrchr(copy, '/')) : NULL;

        if (package_cache_prepare(host, err) < 0 || fs_make_folder(host, PACKAGE_FILE_PLACE, 0755, err) < 0 ||
            (trace && !fs_exists(host, trace) && undo_remember_trace(host, trace, err) < 0))
                return -1;
        return fs_take(host, mission->request->package_file, copy, PACKAGE_FILE_MAX, 0600, err);
}

int step_package_file(Mission *mission, Failure *failure)
{
        const char *origin = mission->request->package_file;
        char signer[PACKAGE_FILE_SIGNER_MAX] = "";
        PackageFileIdentity identity = { 0 };
        _cleanup_free_ char *copy = NULL;
        Error err = { 0 };

        if (check_kind(mission, failure) < 0)
                return -1;
        copy = text_format(PACKAGE_FILE_COPY "%s", mission->manager->files->extension);
        mission_say(mission, "copying %s", origin);
        if (take(mission, copy, &err) < 0)
                return fail(failure, REASON_PACKAGE_FILE, &err);
        if (verify(mission, copy, signer, failure) < 0)
                return -1;
        if (mission->manager->files->read(mission->host, copy, &identity, &err) < 0) {
                error_prefix(&err, "%s", origin);
                return fail(failure, REASON_PACKAGE_FILE, &err);
        }
        if (check_identity(mission, &identity, failure) < 0)
                return -1;
        /* a downloader's own user reads it, from here on */
        if (fs_give(mission->host, copy, geteuid(), getegid(), 0644, &err) < 0)
                return fail(failure, REASON_PACKAGE_FILE, &err);
        snprintf(mission->file.path, sizeof(mission->file.path), "%s", copy);
        snprintf(mission->file.version, sizeof(mission->file.version), "%s", identity.version);
        log_info("%s is %s %s, signed: %s", origin, identity.name, identity.version, signer);
        outcome_row(mission->outcome, "package-source", ROW_SUCCESS, "%s %s comes from %s, signed by a pinned key: %s",
                    identity.name, identity.version, origin, signer);
        return 0;
}
