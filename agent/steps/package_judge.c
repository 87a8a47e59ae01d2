#include "agent/steps/package_judge.h"

#include <stdio.h>
#include <string.h>

#include "agent/sensor/sensor.h"
#include "agent/steps/package_cache.h"
#include "agent/steps/pinned_keys.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/package_file.h"

#define WORK STATE_CACHE "/gate"
#define DEPTH_MAX 8
#define NAMES_MAX 20000 /* looked at */

typedef struct Judge {
        const PackageJudgeAsked *asked;
        PinnedKeys keys;
        size_t n_names, n_good;
        unsigned depth;
        bool missing;
} Judge;

/* "mdatp-101.24092.0002-1.x86_64.rpm", "mdatp_101.24092.0002_x86_64.rpm" */
static bool is_wanted(const Judge *judge, const char *name)
{
        size_t length = strlen(SENSOR_PACKAGE);
        const char *version = judge->asked->version, *colon = strchr(version, ':'),
                   *number = colon ? colon + 1 : version;
        _cleanup_free_ char *plain = text_copy_n(number, strcspn(number, "-"));

        return text_starts_with(name, SENSOR_PACKAGE) && (name[length] == '-' || name[length] == '_') &&
               text_ends_with(name, judge->asked->manager->files->extension) && strstr(name, plain);
}

static int verify(Judge *judge, const char *path, Failure *failure)
{
        const PackageJudgeAsked *asked = judge->asked;
        char signer[PACKAGE_FILE_SIGNER_MAX] = "";
        const PackageFileCheck check = { .file = path,
                                         .origin = path,
                                         .architecture = "", /* the file alone tells */
                                         .keys_binary = judge->keys.files[0],
                                         .keys_armored = judge->keys.files[1],
                                         .work = WORK };
        Error err = { 0 };

        if (asked->only_look) {
                judge->n_good++;
                return 0;
        }
        if (asked->manager->files->verify(asked->host, &check, signer, &err) == 0) {
                judge->n_good++;
                return 0;
        }
        error_prefix(&err, "%s", strrchr(path, '/') + 1);
        return failure_by_kind(failure, err.kind == ERROR_TRUST ? REASON_PACKAGE_SIGNATURE : REASON_PACKAGE_DOWNLOAD,
                               &err);
}

static int look_in(Judge *judge, const char *folder, Failure *failure);

static int look_at(Judge *judge, const char *path, Failure *failure)
{
        int r;

        if (!fs_is_folder(judge->asked->host, path))
                return is_wanted(judge, strrchr(path, '/') + 1) ? verify(judge, path, failure) : 0;
        if (judge->depth >= DEPTH_MAX)
                return 0;
        judge->depth++;
        r = look_in(judge, path, failure);
        judge->depth--;
        return r;
}

static int look_in(Judge *judge, const char *folder, Failure *failure)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        Error err = { 0 };
        char **name;

        if (fs_list(judge->asked->host, folder, &names, &err) < 0)
                return failure_by_kind(failure, REASON_PACKAGE_DOWNLOAD, &err);
        for (name = names; *name; name++) {
                _cleanup_free_ char *path = text_format("%s/%s", folder, *name);

                if (++judge->n_names > NAMES_MAX)
                        return failure_set(failure, REASON_PACKAGE_SIGNATURE, "%s holds too much to be looked through.",
                                           folder);
                if (look_at(judge, path, failure) < 0)
                        return -1;
        }
        return 0;
}

static int look_everywhere(Judge *judge, Failure *failure)
{
        const PackageJudgeAsked *asked = judge->asked;
        const char *kept = asked->manager->packages_folder;

        if (judge->keys.n == 0 && !asked->only_look)
                return failure_set(failure, REASON_PACKAGE_SIGNATURE, "No pinned key is on this machine.");
        if (asked->file ? verify(judge, asked->file, failure) < 0
                        : look_in(judge, kept ? kept : PACKAGE_CACHE, failure) < 0)
                return -1;
        judge->missing = judge->n_good == 0;
        if (judge->missing)
                return failure_set(failure, REASON_PACKAGE_SIGNATURE,
                                   "%s %s was downloaded, and is not found below %s to be checked.", SENSOR_PACKAGE,
                                   asked->version, kept ? kept : PACKAGE_CACHE);
        if (!asked->only_look)
                log_info("%s is signed by a key that is trusted for it", SENSOR_PACKAGE);
        return 0;
}

int package_judge(const PackageJudgeAsked *asked, bool *ret_missing, Failure *failure)
{
        Judge judge = { .asked = asked };
        Error err = { 0 };

        *ret_missing = false;
        if (fs_remove_tree(asked->host, WORK, &err) < 0 || fs_make_folder(asked->host, WORK, 0700, &err) < 0 ||
            pinned_keys_gather_of(asked->host, *asked->keyring ? asked->keyring : asked->manager->sources->key_file,
                                  asked->key_files ? asked->key_files : "", WORK, &judge.keys, &err) < 0)
                return failure_by_kind(failure, REASON_PACKAGE_DOWNLOAD, &err);
        if (look_everywhere(&judge, failure) < 0) {
                *ret_missing = judge.missing;
                return -1;
        }
        if (asked->ret_sole)
                *asked->ret_sole = judge.keys.n == 1;
        return fs_remove_tree(asked->host, WORK, &err) < 0 ? failure_by_kind(failure, REASON_PACKAGE_DOWNLOAD, &err)
                                                           : 0;
}
