#include "agent/steps/package_gate.h"

#include <stdio.h>
#include <string.h>

#include "agent/steps.h"
#include "agent/steps/package_cache.h"
#include "agent/steps/pinned_keys.h"
#include "agent/steps/repository_key.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/package_file.h"

#define WORK STATE_CACHE "/gate"
#define DEPTH_MAX 8
#define NAMES_MAX 20000 /* looked at */

typedef struct Gate {
        const PackageGateAsked *asked;
        PinnedKeys keys;
        size_t n_names, n_good;
        unsigned depth;
        bool missing;
} Gate;

bool package_gate_applies(const Mission *mission)
{
        const PackageFileFormat *files = mission->manager->files;
        return files && files->verify_alone && !*mission->file.path && !mission->request->use_existing_repo &&
               *mission->source.uri && repository_key_is_vendors(mission, &mission->source);
}

/* "mdatp-101.24092.0002-1.x86_64.rpm", "mdatp_101.24092.0002_x86_64.rpm" */
static bool is_wanted(const Gate *gate, const char *name)
{
        size_t length = strlen(SENSOR_PACKAGE);
        const char *version = gate->asked->version, *colon = strchr(version, ':'),
                   *number = colon ? colon + 1 : version;
        _cleanup_free_ char *plain = text_copy_n(number, strcspn(number, "-"));

        return text_starts_with(name, SENSOR_PACKAGE) && (name[length] == '-' || name[length] == '_') &&
               text_ends_with(name, gate->asked->manager->files->extension) && strstr(name, plain);
}

static int verify(Gate *gate, const char *path, Failure *failure)
{
        const PackageGateAsked *asked = gate->asked;
        char signer[PACKAGE_FILE_SIGNER_MAX] = "";
        const PackageFileCheck check = { .file = path,
                                         .origin = path,
                                         .architecture = "", /* the file alone tells */
                                         .keys_binary = gate->keys.files[0],
                                         .keys_armored = gate->keys.files[1],
                                         .work = WORK };
        Error err = { 0 };

        if (asked->only_look) {
                gate->n_good++;
                return 0;
        }
        if (asked->manager->files->verify(asked->host, &check, signer, &err) == 0) {
                gate->n_good++;
                return 0;
        }
        error_prefix(&err, "%s", strrchr(path, '/') + 1);
        return steps_fail(failure, err.kind == ERROR_TRUST ? REASON_PACKAGE_SIGNATURE : REASON_PACKAGE_DOWNLOAD, &err);
}

static int look_in(Gate *gate, const char *folder, Failure *failure);

static int look_at(Gate *gate, const char *path, Failure *failure)
{
        int r;

        if (!fs_is_folder(gate->asked->host, path))
                return is_wanted(gate, strrchr(path, '/') + 1) ? verify(gate, path, failure) : 0;
        if (gate->depth >= DEPTH_MAX)
                return 0;
        gate->depth++;
        r = look_in(gate, path, failure);
        gate->depth--;
        return r;
}

static int look_in(Gate *gate, const char *folder, Failure *failure)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        Error err = { 0 };
        char **name;

        if (fs_list(gate->asked->host, folder, &names, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_DOWNLOAD, &err);
        for (name = names; *name; name++) {
                _cleanup_free_ char *path = text_format("%s/%s", folder, *name);

                if (++gate->n_names > NAMES_MAX)
                        return failure_set(failure, REASON_PACKAGE_SIGNATURE, "%s holds too much to be looked through.",
                                           folder);
                if (look_at(gate, path, failure) < 0)
                        return -1;
        }
        return 0;
}

static int judge(Gate *gate, Failure *failure)
{
        const PackageGateAsked *asked = gate->asked;
        const char *kept = asked->manager->packages_folder;

        if (gate->keys.n == 0 && !asked->only_look)
                return failure_set(failure, REASON_PACKAGE_SIGNATURE, "No pinned key is on this machine.");
        if (asked->file ? verify(gate, asked->file, failure) < 0
                        : look_in(gate, kept ? kept : PACKAGE_CACHE, failure) < 0)
                return -1;
        gate->missing = gate->n_good == 0;
        if (gate->missing)
                return failure_set(failure, REASON_PACKAGE_SIGNATURE,
                                   "%s %s was downloaded, and is not found below %s to be checked.", SENSOR_PACKAGE,
                                   asked->version, kept ? kept : PACKAGE_CACHE);
        if (!asked->only_look)
                log_info("%s is signed by a key that is trusted for it", SENSOR_PACKAGE);
        return 0;
}

int package_gate_judge(const PackageGateAsked *asked, bool *ret_missing, Failure *failure)
{
        const char *name = strrchr(asked->keyring, '/');
        _cleanup_free_ char *folder =
                name ? text_copy_n(asked->keyring, (size_t)(name - asked->keyring) + 1) : text_copy(WORK);
        Gate gate = { .asked = asked };
        Error err = { 0 };

        *ret_missing = false;
        if (fs_remove_tree(asked->host, WORK, &err) < 0 || fs_make_folder(asked->host, WORK, 0700, &err) < 0 ||
            pinned_keys_gather_and(asked->host, folder, asked->key_files ? asked->key_files : "", WORK, &gate.keys,
                                   &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_DOWNLOAD, &err);
        if (judge(&gate, failure) < 0) {
                *ret_missing = gate.missing;
                return -1;
        }
        return fs_remove_tree(asked->host, WORK, &err) < 0 ? steps_fail(failure, REASON_PACKAGE_DOWNLOAD, &err) : 0;
}

/* The pinned key that it takes may be known to the package manager and lie in no file. */
static bool has_more_keys(Mission *mission)
{
        _cleanup_(http_client_freep) HttpClient *http = http_client_new(mission->host);
        Failure ignored = { 0 };
        bool added = false;

        return repository_key_extend(mission, http, mission->manager->sources->key_file, &added, &ignored) == 0 &&
               added;
}

int package_gate(Mission *mission, const char *version, Failure *failure)
{
        const PackageGateAsked asked = { .host = mission->host,
                                         .manager = mission->manager,
                                         .version = version,
                                         .keyring = mission->source.signed_by,
                                         .key_files = mission->source.packaged ? mission->source.key_files : NULL };
        bool missing, more = false;

        if (!package_gate_applies(mission))
                return 0;
        mission_say(mission, "checking the signature of %s", SENSOR_PACKAGE);
        while (package_gate_judge(&asked, &missing, failure) < 0) {
                if (failure->reason != REASON_PACKAGE_SIGNATURE || mission->source.packaged || !has_more_keys(mission))
                        return -1;
                *failure = (Failure){ 0 };
                more = true;
        }
        if (more)
                repository_key_tell(mission, "the package", mission->manager->sources->key_file);
        return 0;
}
