/*
 * Download first, killable and bounded; then the transaction, which uses no network and is never signalled.
 * Its success is the commit point.
 */
#include "agent/installer_log.h"
#include "agent/state.h"
#include "agent/steps.h"
#include "agent/temporary.h"
#include "agent/undo.h"

#include <sys/stat.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define ARCHIVES STATE_CACHE "/archives"

static int prepare_archives(const Host *host, Error *err)
{
        if (undo_remember_folder(host, STATE_CACHE, err) < 0)
                return -1;
        return fs_make_folder(host, STATE_CACHE, 0755, err) < 0 || fs_make_folder(host, ARCHIVES, 0755, err) < 0 ||
                               fs_make_folder(host, ARCHIVES "/partial", 0755, err) < 0
                       ? -1
                       : 0;
}

static int run_download(Mission *mission, AptResult *result, Failure *failure)
{
        AptRun run = mission_apt_run(mission);
        unsigned tries = 0;
        Error err = { 0 };
        int again;

        run.archives = ARCHIVES;
        do {
                mission_say(mission, "downloading %s", SENSOR_PACKAGE);
                if (apt_download(mission->host, &run, SENSOR_PACKAGE, NULL, result, &err) < 0)
                        return steps_fail(failure, REASON_PACKAGE_DOWNLOAD, &err);
                again = steps_again(mission, result, &tries, failure);
        } while (again > 0);
        return again;
}

/* The distribution's own lists may be missing or older than its archive: worth one full refresh. */
static bool is_worth_refresh(const AptResult *result)
{
        return result->trouble == APT_DEPENDENCY || result->trouble == APT_STALE ||
               (result->trouble == APT_NOT_FOUND && !result->ours);
}

static int download(Mission *mission, Failure *failure)
{
        AptRun run = mission_apt_run(mission);
        AptResult result = { 0 }, ignored = { 0 };
        Error err = { 0 };

        if (run_download(mission, &result, failure) < 0)
                return -1;
        if (is_worth_refresh(&result)) {
                log_info("refreshing all package lists: %s", result.text);
                mission_say(mission, "reading the distribution's package lists");
                if (apt_refresh(mission->host, &run, NULL, &ignored, &err) < 0)
                        return steps_fail(failure, REASON_DEPENDENCY, &err);
                if (run_download(mission, &result, failure) < 0)
                        return -1;
        }
        return result.trouble == APT_OK ? 0 : steps_fail_apt(failure, &result, REASON_PACKAGE_DOWNLOAD);
}

static int transact(Mission *mission, Failure *failure)
{
        Error err = { 0 };
        _cleanup_close_ int fd = installer_log_open(mission->installer_log, &err);
        AptRun run = mission_apt_run(mission);
        AptResult result = { 0 };

        if (fd < 0)
                return steps_fail(failure, REASON_INSTALL_FAILED, &err);
        run.archives = ARCHIVES;
        run.temporary = temporary_choose(&mission->facts);
        run.output_fd = fd;
        mission_say(mission, "installing %s", SENSOR_PACKAGE);
        if (apt_install(mission->host, &run, SENSOR_PACKAGE, NULL, &result, &err) < 0)
                return steps_fail(failure, REASON_INSTALL_FAILED, &err);
        return result.trouble == APT_OK ? 0 : steps_fail_apt(failure, &result, REASON_INSTALL_FAILED);
}

static int repair(Mission *mission, Failure *failure)
{
        Error err = { 0 };
        _cleanup_close_ int fd = installer_log_open(mission->installer_log, &err);
        AptRun run = mission_apt_run(mission);
        AptResult result = { 0 };

        if (fd < 0)
                return steps_fail(failure, REASON_PACKAGE_MANAGER_BROKEN, &err);
        log_info("dpkg was interrupted%s%s: dpkg --configure -a", *mission->facts.package.foreign_names ? " at " : "",
                 mission->facts.package.foreign_names);
        run.output_fd = fd;
        run.temporary = temporary_choose(&mission->facts);
        mission_say(mission, "repairing the package manager");
        if (apt_configure_pending(mission->host, &run, &result, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_MANAGER_BROKEN, &err);
        outcome_row(mission->outcome, "package-repair", ROW_WARNING, "dpkg was interrupted at %s: it was finished",
                    *mission->facts.package.foreign_names ? mission->facts.package.foreign_names : SENSOR_PACKAGE);
        return result.trouble == APT_OK ? 0 : steps_fail_apt(failure, &result, REASON_PACKAGE_MANAGER_BROKEN);
}

int step_package(Mission *mission, Failure *failure)
{
        const char *temporary = temporary_choose(&mission->facts);
        Error err = { 0 };

        if (steps_wait_for_first_boot(mission, failure) < 0)
                return -1;
        if (prepare_archives(mission->host, &err) < 0 || temporary_prepare(mission->host, temporary, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_DOWNLOAD, &err);
        if (mission->facts.package.interrupted == TRI_YES && repair(mission, failure) < 0)
                return -1;
        if (download(mission, failure) < 0 || transact(mission, failure) < 0)
                return -1;
        if (undo_commit(mission->host, &err) < 0 || fs_remove_tree(mission->host, STATE_CACHE, &err) < 0 ||
            temporary_remove(mission->host, &err) < 0)
                return steps_fail(failure, REASON_INTERNAL, &err);
        steps_announce_managed(mission);
        return 0;
}
