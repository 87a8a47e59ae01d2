/*
 * The same two commands as for the sensor: a download that can be ended, then the transaction. The machine's own lists
 * may be missing or older than the archive, as cloud images ship them: then once more after a full refresh.
 */
#include "agent/steps/repository_package.h"

#include <stdio.h>

#include "agent/installer_log.h"
#include "agent/machine/temporary.h"
#include "agent/steps/package_cache.h"
#include "agent/situation.h"
#include "agent/steps.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

typedef struct Packaged {
        const char *package;
        const char *id; /* of the source it brings */
} Packaged;

static Packaged choose(const Mission *mission)
{
        const DistroSupport *support = situation_support(mission->request, &mission->facts);
        const char *channel = mission->request->channel;

        if (!channel || text_equal(channel, "prod"))
                return (Packaged){ support->repository_package, support->repository_id };
        return (Packaged){ support->repository_package_preview, support->repository_id_preview };
}

static int find(Mission *mission, const Packaged *packaged, bool *ret_found, PackageSource *ret, Failure *failure)
{
        const SourceFormat *format = mission->manager->sources;
        PackageSource like = { 0 };
        Error err = { 0 };

        like.packaged = true;
        snprintf(like.id, sizeof(like.id), "%s", packaged->id);
        if (format->find(format, mission->host, &like, NULL, ret_found, ret, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return 0;
}

bool repository_package_brings(const Mission *mission, const char *id)
{
        const DistroSupport *support = situation_support(mission->request, &mission->facts);

        return *id && support && support->repository_package &&
               (text_equal(id, support->repository_id) || text_equal(id, support->repository_id_preview));
}

static int download(Mission *mission, const PackageWanted *wanted, PackageResult *result, Failure *failure)
{
        PackageRun run = mission_package_run(mission);
        unsigned tries = 0;
        Error err = { 0 };
        int again;

        run.archives = PACKAGE_CACHE;
        do {
                mission_say(mission, "downloading %s", wanted->package);
                if (mission->manager->download(mission->host, &run, wanted, result, &err) < 0)
                        return steps_fail_command(failure, REASON_REPOSITORY_REFRESH, &err);
                again = steps_again(mission, result, &tries, failure);
        } while (again > 0);
        return again;
}

/* It is not the sensor's package that is not there. */
static int fail(const char *package, const PackageResult *result, Failure *failure)
{
        Failure found = { 0 };
        bool is_its_own;

        steps_fail_packages(&found, result, REASON_REPOSITORY_REFRESH);
        is_its_own = found.reason == REASON_PACKAGE_NOT_FOUND || found.reason == REASON_DEPENDENCY;
        failure_set(failure, is_its_own ? REASON_REPOSITORY_REFRESH : found.reason,
                    "The package %s, which configures the sensor's repository, cannot be installed: %s", package,
                    found.found);
        failure->by_manager = true;
        return -1;
}

static int fetch(Mission *mission, const PackageWanted *wanted, Failure *failure)
{
        PackageRun run = mission_package_run(mission);
        PackageResult result = { 0 }, ignored = { 0 };
        Error err = { 0 };

        if (!mission->manager->download)
                return 0;
        if (download(mission, wanted, &result, failure) < 0)
                return -1;
        if (result.trouble == TROUBLE_NOT_FOUND || result.trouble == TROUBLE_DEPENDENCY ||
            result.trouble == TROUBLE_STALE) {
                log_info("refreshing all package lists: %s", result.text);
                mission_say(mission, "reading the distribution's package lists");
                if (mission->manager->refresh(mission->host, &run, NULL, &ignored, &err) < 0)
                        return steps_fail_command(failure, REASON_REPOSITORY_REFRESH, &err);
                if (download(mission, wanted, &result, failure) < 0)
                        return -1;
        }
        return result.trouble == TROUBLE_NONE ? 0 : fail(wanted->package, &result, failure);
}

static int transact(Mission *mission, const PackageWanted *wanted, Failure *failure)
{
        Error err = { 0 };
        _cleanup_close_ int fd = installer_log_open(mission->installer_log, &err);
        PackageRun run = mission_package_run(mission);
        PackageResult result = { 0 };

        if (fd < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        run.archives = PACKAGE_CACHE;
        run.temporary = temporary_choose(&mission->facts);
        run.output_fd = fd;
        mission_say(mission, "installing %s", wanted->package);
        if (mission->manager->install(mission->host, &run, wanted, &result, &err) < 0)
                return steps_fail_command(failure, REASON_REPOSITORY_REFRESH, &err);
        return result.trouble == TROUBLE_NONE ? 0 : fail(wanted->package, &result, failure);
}

static int install(Mission *mission, const char *package, Failure *failure)
{
        const PackageWanted wanted = { .package = package };
        const char *temporary = temporary_choose(&mission->facts);
        Error err = { 0 };

        if (package_cache_prepare(mission->host, &err) < 0 || temporary_prepare(mission->host, temporary, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        if (fetch(mission, &wanted, failure) < 0 || transact(mission, &wanted, failure) < 0)
                return -1;
        outcome_row(mission->outcome, "repository-package", ROW_SUCCESS,
                    "%s was installed, the distribution's own package for the sensor's repository; it stays", package);
        return 0;
}

int repository_package_find(Mission *mission, PackageSource *ret, Failure *failure)
{
        const Packaged packaged = choose(mission);
        bool found = false;

        if (find(mission, &packaged, &found, ret, failure) < 0)
                return -1;
        if (found)
                return 0;
        if (!*ret->file &&
            (install(mission, packaged.package, failure) < 0 || find(mission, &packaged, &found, ret, failure) < 0))
                return -1;
        if (found)
                return 0;
        if (*ret->file)
                return failure_set(failure, REASON_REPOSITORY_NONE,
                                   "%s disables the repository %s, which has the sensor: enable it (enabled=1).",
                                   ret->file, packaged.id);
        return failure_set(failure, REASON_REPOSITORY_NONE,
                           "The package %s is installed, and configures no repository %s: install it again.",
                           packaged.package, packaged.id);
}
