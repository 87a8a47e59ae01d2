/*
 * Download first, killable and bounded; then the transaction, which uses no network and is never signalled.
 * Its success is the commit point.
 */
#include "agent/installer_log.h"
#include "agent/situation.h"
#include "agent/state.h"
#include "agent/steps.h"
#include "agent/machine/temporary.h"
#include "agent/undo.h"

#include <string.h>
#include <sys/stat.h>

#include "platform/apt_policy.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define ARCHIVES STATE_CACHE "/archives"
#define VERSIONS_SHOWN 5

/* What is to be installed. */
typedef struct Wanted {
        char version[64]; /* "": the candidate */
        bool reinstall;
        bool archive; /* without a download there is nothing to install that would help */
} Wanted;

static int prepare_archives(const Host *host, Error *err)
{
        if (undo_remember_folder(host, STATE_CACHE, err) < 0)
                return -1;
        return fs_make_folder(host, STATE_CACHE, 0755, err) < 0 || fs_make_folder(host, ARCHIVES, 0755, err) < 0 ||
                               fs_make_folder(host, ARCHIVES "/partial", 0755, err) < 0
                       ? -1
                       : 0;
}

/* One that is there, wholly or half, is not moved back by a pin. */
static bool keeps_version(const Request *request, const Facts *facts)
{
        bool there = facts->package.state == PACKAGE_BROKEN || facts->package.state == PACKAGE_INSTALLED;

        return there && sensor_compare_versions(request->version, facts->package.version) <= 0;
}

/* Of what the sources offer, each version once. */
static void list_versions(const AptPolicy *policy, Text *text)
{
        const char *last = "";
        size_t i, n = 0;

        for (i = 0; i < policy->n_offers && n < VERSIONS_SHOWN; i++) {
                if (text_equal(policy->offers[i].version, last))
                        continue;
                last = policy->offers[i].version;
                text_append(text, "%s%s", n++ ? ", " : "", last);
        }
        text_append(text, "%s", n ? "" : "none");
}

/* As asked for, or with the suffix of its channel: 101.24092.0002 is 101.24092.0002-insiderfast there. */
static const char *find_version(const AptPolicy *policy, const char *version)
{
        size_t i;

        for (i = 0; i < policy->n_offers; i++)
                if (text_equal(policy->offers[i].version, version))
                        return policy->offers[i].version;
        for (i = 0; i < policy->n_offers; i++)
                if (!strchr(version, '-') && sensor_compare_versions(policy->offers[i].version, version) == 0)
                        return policy->offers[i].version;
        return NULL;
}

static int choose_version(Mission *mission, Wanted *wanted, Failure *failure)
{
        const char *version = mission->request->version, *found;
        _cleanup_(text_clear) Text offered = { 0 };
        AptPolicy policy = { 0 };
        Error err = { 0 };

        if (!version)
                return 0;
        if (keeps_version(mission->request, &mission->facts)) {
                snprintf(wanted->version, sizeof(wanted->version), "%s", mission->facts.package.version);
                return 0;
        }
        if (apt_policy_read(mission->host, SENSOR_PACKAGE, &policy, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_NOT_FOUND, &err);
        found = find_version(&policy, version);
        list_versions(&policy, &offered);
        if (!found)
                return failure_set(failure, REASON_VERSION_NOT_FOUND,
                                   "The setting version asks for %s %s; the repository has: %s.", SENSOR_PACKAGE,
                                   version, offered.data);
        snprintf(wanted->version, sizeof(wanted->version), "%s", found);
        return 0;
}

static const char *version_of(const Wanted *wanted)
{
        return *wanted->version ? wanted->version : NULL;
}

static int run_download(Mission *mission, const Wanted *wanted, AptResult *result, Failure *failure)
{
        AptRun run = mission_apt_run(mission);
        unsigned tries = 0;
        Error err = { 0 };
        int again;

        run.archives = ARCHIVES;
        run.reinstall = wanted->reinstall;
        do {
                mission_say(mission, "downloading %s", SENSOR_PACKAGE);
                if (apt_download(mission->host, &run, SENSOR_PACKAGE, version_of(wanted), result, &err) < 0)
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

static int download(Mission *mission, const Wanted *wanted, Failure *failure)
{
        AptRun run = mission_apt_run(mission);
        AptResult result = { 0 }, ignored = { 0 };
        Error err = { 0 };

        if (run_download(mission, wanted, &result, failure) < 0)
                return -1;
        if (is_worth_refresh(&result)) {
                log_info("refreshing all package lists: %s", result.text);
                mission_say(mission, "reading the distribution's package lists");
                if (apt_refresh(mission->host, &run, NULL, &ignored, &err) < 0)
                        return steps_fail(failure, REASON_DEPENDENCY, &err);
                if (run_download(mission, wanted, &result, failure) < 0)
                        return -1;
        }
        return result.trouble == APT_OK ? 0 : steps_fail_apt(failure, &result, REASON_PACKAGE_DOWNLOAD);
}

static bool has_archive(const Host *host)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        char **name;

        if (fs_list(host, ARCHIVES, &names, NULL) < 0)
                return true;
        for (name = names; *name; name++)
                if (text_starts_with(*name, SENSOR_PACKAGE "_"))
                        return true;
        return false;
}

/* Before the transaction, so that all is as it was. */
static int check_archive(Mission *mission, const Wanted *wanted, Failure *failure)
{
        const Facts *facts = &mission->facts;
        char when[TEXT_TIME_MAX];

        if (!wanted->archive || has_archive(mission->host))
                return 0;
        if (wanted->reinstall)
                return failure_set(failure, REASON_PACKAGE_NOT_FOUND,
                                   "%s %s is installed without its program, and no repository has that version.",
                                   SENSOR_PACKAGE, facts->package.version);
        return failure_set(failure, REASON_SENSOR_EXPIRED,
                           "Version %s expired at %s; the repository has nothing newer.", facts->package.version,
                           facts->sensor.health.expires_s > 0 ? text_time(facts->sensor.health.expires_s, when)
                                                              : "a time that it does not tell");
}

static int transact(Mission *mission, const Wanted *wanted, Failure *failure)
{
        Error err = { 0 };
        _cleanup_close_ int fd = installer_log_open(mission->installer_log, &err);
        AptRun run = mission_apt_run(mission);
        AptResult result = { 0 };

        if (fd < 0)
                return steps_fail(failure, REASON_INSTALL_FAILED, &err);
        run.archives = ARCHIVES;
        run.temporary = temporary_choose(&mission->facts);
        run.reinstall = wanted->reinstall;
        run.output_fd = fd;
        mission_say(mission, "installing %s", SENSOR_PACKAGE);
        if (apt_install(mission->host, &run, SENSOR_PACKAGE, version_of(wanted), &result, &err) < 0)
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
        const Facts *facts = &mission->facts;
        const char *temporary = temporary_choose(&mission->facts);
        Wanted wanted = { .archive = facts->package.state == PACKAGE_INSTALLED };
        Error err = { 0 };

        wanted.reinstall = wanted.archive && facts->sensor.files == TRI_NO;
        if (steps_wait_for_first_boot(mission, failure) < 0)
                return -1;
        if (prepare_archives(mission->host, &err) < 0 || temporary_prepare(mission->host, temporary, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_DOWNLOAD, &err);
        if (mission->facts.package.interrupted == TRI_YES && repair(mission, failure) < 0)
                return -1;
        if (choose_version(mission, &wanted, failure) < 0 || download(mission, &wanted, failure) < 0 ||
            check_archive(mission, &wanted, failure) < 0 || transact(mission, &wanted, failure) < 0)
                return -1;
        if (undo_commit(mission->host, &err) < 0 || fs_remove_tree(mission->host, STATE_CACHE, &err) < 0 ||
            temporary_remove(mission->host, &err) < 0)
                return steps_fail(failure, REASON_INTERNAL, &err);
        steps_announce_managed(mission);
        return 0;
}
