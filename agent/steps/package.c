/*
 * Download first, killable and bounded; then the transaction, which uses no network and is never signalled.
 * Its success is the commit point.
 */
#include "agent/installer_log.h"
#include "agent/situation.h"
#include "agent/state.h"
#include "agent/steps.h"
#include "agent/steps/package_cache.h"
#include "agent/steps/package_choice.h"
#include "agent/steps/package_gate.h"
#include "agent/steps/package_keys.h"
#include "agent/steps/repository_key.h"
#include "agent/steps/repository_source.h"
#include "agent/steps/package_work.h"
#include "agent/machine/temporary.h"
#include "agent/undo.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

int package_prepare(Mission *mission, Failure *failure)
{
        Error err = { 0 };

        if (package_cache_prepare(mission->host, &err) < 0 ||
            temporary_prepare(mission->host, temporary_choose(&mission->facts), &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_DOWNLOAD, &err);
        return 0;
}

static bool can_download_early(const Mission *mission, const PackageSource *source)
{
        const PackageManager *manager = mission->manager;

        return manager->reads_list && plan_has(&mission->plan, STEP_PACKAGE) &&
               mission->facts.package.broken != TRI_YES && package_choice_is_plain(mission) && *source->id &&
               manager->reads_list(mission->host, source);
}

int package_clean(const Host *host, Error *err)
{
        return fs_remove_tree(host, STATE_CACHE, err) < 0 ? -1 : temporary_remove(host, err);
}

static PackageWanted make_wanted(const Mission *mission, const PackageChoice *choice)
{
        return (PackageWanted){ .package = SENSOR_PACKAGE,
                                .version = *choice->version ? choice->version : NULL,
                                .file = *mission->file.path ? mission->file.path : NULL,
                                .action = choice->action };
}

int package_download_early(Mission *mission, const PackageRun *run, bool *ret_tried, PackageResult *ret,
                           Failure *failure)
{
        const PackageChoice choice = { .action = PACKAGE_INSTALL };
        const PackageWanted wanted = make_wanted(mission, &choice);
        PackageRun early = *run;
        Error err = { 0 };

        *ret_tried = can_download_early(mission, run->source);
        if (!*ret_tried)
                return 0;
        if (package_prepare(mission, failure) < 0)
                return -1;
        early.archives = PACKAGE_CACHE;
        early.refresh = true;
        early.judged_later = package_gate_applies(mission, run->source);
        if (package_keys_before(mission, &err) < 0 ||
            mission->manager->download(mission->host, &early, &wanted, ret, &err) < 0 ||
            package_keys_after(mission, &err) < 0)
                return steps_fail_command(failure, REASON_PACKAGE_DOWNLOAD, &err);
        mission->downloaded = ret->trouble == TROUBLE_NONE;
        return 0;
}

static int run_download(Mission *mission, const PackageChoice *choice, PackageResult *result, Failure *failure)
{
        const PackageWanted asked = make_wanted(mission, choice);
        PackageRun run = mission_package_run(mission);
        unsigned tries = 0;
        Error err = { 0 };
        int again;

        run.archives = PACKAGE_CACHE;
        run.judged_later = package_gate_applies(mission, &mission->source);
        do {
                mission_say(mission, "downloading %s", SENSOR_PACKAGE);
                if (package_keys_before(mission, &err) < 0 ||
                    mission->manager->download(mission->host, &run, &asked, result, &err) < 0 ||
                    package_keys_after(mission, &err) < 0)
                        return steps_fail_command(failure, REASON_PACKAGE_DOWNLOAD, &err);
                again = steps_again(mission, result, &tries, failure);
        } while (again > 0);
        return again;
}

/* The distribution's own lists may be missing or older than its archive: worth one full refresh. */
static bool is_worth_refresh(const PackageResult *result)
{
        return result->trouble == TROUBLE_DEPENDENCY || result->trouble == TROUBLE_STALE ||
               (result->trouble == TROUBLE_NOT_FOUND && !result->ours);
}

/* Signed by a key that was not known: 1 when one of the vendor's others was added, so that it may be by now. */
static int add_key(Mission *mission, const PackageResult *result, Failure *failure)
{
        _cleanup_(http_client_freep) HttpClient *http = NULL;
        bool added = false;

        if ((result->trouble != TROUBLE_SIGNATURE && result->trouble != TROUBLE_KEY) || !mission->manager->import_key ||
            !*mission->source.signed_by || mission->request->use_existing_repo)
                return 0;
        http = http_client_new(mission->host);
        return repository_key_extend(mission, http, mission->source.signed_by, &added, failure) < 0 ? -1 : added;
}

/* With all of the vendor's keys that it takes. */
static int download_with_keys(Mission *mission, const PackageChoice *choice, PackageResult *result, Failure *failure)
{
        int tries = 0, more;

        do {
                if (run_download(mission, choice, result, failure) < 0)
                        return -1;
                more = add_key(mission, result, failure);
        } while (more > 0 && ++tries);
        if (tries > 0 && result->trouble == TROUBLE_NONE)
                repository_key_tell(mission, "the package", mission->source.signed_by);
        return more;
}

/* What it said may not tell how it is taken back. */
static int fail_kept(const Mission *mission, Failure *failure)
{
        const char *how = package_manager_words(mission->manager->id)->kept;
        size_t length = strlen(failure->found), room = sizeof(failure->found);
        bool ended = text_ends_with(failure->found, ".");

        if (length + strlen(how) + 3 < room)
                snprintf(failure->found + length, room - length, "%s %s", ended ? "" : ".", how);
        return -1;
}

static int fail(const Mission *mission, const PackageResult *result, ReasonId otherwise, Failure *failure)
{
        const char *file = mission->source.file;

        steps_fail_packages(failure, result, steps_is_of_others(result) ? REASON_DEPENDENCY : otherwise);
        if (result->trouble == TROUBLE_KEPT)
                return fail_kept(mission, failure);
        if (result->trouble == TROUBLE_KEY && *file && !repository_source_is_vendors(mission, file))
                return repository_source_blame(file, result, failure);
        return -1;
}

/* Of whatever the lists name as the newest: what came is what is installed then. */
static void keep_to_what_came(PackageChoice *choice, const PackageResult *result)
{
        if (*choice->version || result->trouble != TROUBLE_NONE || !*result->version)
                return;
        snprintf(choice->version, sizeof(choice->version), "%s", result->version);
        choice->newest = true;
}

static int fetch(Mission *mission, PackageChoice *choice, Failure *failure)
{
        PackageRun run = mission_package_run(mission);
        PackageResult result = { 0 }, ignored = { 0 };
        Error err = { 0 };

        if (download_with_keys(mission, choice, &result, failure) < 0)
                return -1;
        if (is_worth_refresh(&result)) {
                log_info("refreshing all package lists: %s", result.text);
                mission_say(mission, "reading the distribution's package lists");
                if (mission->manager->refresh(mission->host, &run, NULL, &ignored, &err) < 0)
                        return steps_fail_command(failure, REASON_DEPENDENCY, &err);
                if (download_with_keys(mission, choice, &result, failure) < 0)
                        return -1;
        }
        if (result.trouble == TROUBLE_ELSEWHERE && !*choice->version) {
                log_info("%s", result.text);
                if (package_choice_bind(mission, choice, failure) < 0 ||
                    download_with_keys(mission, choice, &result, failure) < 0)
                        return -1;
        }
        keep_to_what_came(choice, &result);
        if (result.trouble == TROUBLE_NOT_FOUND && package_choice_fail_kept(mission, failure) < 0)
                return -1;
        return result.trouble == TROUBLE_NONE ? 0 : fail(mission, &result, REASON_PACKAGE_DOWNLOAD, failure);
}

int package_download(Mission *mission, PackageChoice *choice, Failure *failure)
{
        if (!mission->manager->download)
                return 0;
        if (!mission->downloaded && fetch(mission, choice, failure) < 0)
                return -1;
        return package_gate(mission, choice->version, failure);
}

/* Where packages and their managers write. */
static Flush *flush_written(const Mission *mission)
{
        const char *const places[] = { "/",
                                       "/usr",
                                       "/etc",
                                       "/var",
                                       "/var/lib",
                                       "/opt",
                                       "/boot",
                                       "/usr/lib/sysimage/rpm",
                                       "/var/lib/rpm",
                                       SENSOR_HOME,
                                       mission->facts.sensor.folder };

        return flush_start(mission->host, places, ELEMENTSOF(places));
}

/* One that crashed until systemd would not start it any more: the package's own script starts it, and would fail. */
static void let_it_start(void)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        Error err = { 0 };

        if (systemd_open(&systemd, &err) < 0 || systemd_reset_failed(systemd, SENSOR_UNIT, &err) < 0)
                log_warning("%s: %s", SENSOR_UNIT, err.text);
}

static int run_install(Mission *mission, const PackageRun *run, const PackageWanted *asked, PackageResult *result,
                       Failure *failure)
{
        Error err = { 0 };

        mission_say(mission, "installing %s", SENSOR_PACKAGE);
        if (package_keys_before(mission, &err) < 0 ||
            mission->manager->install(mission->host, run, asked, result, &err) < 0)
                return steps_fail_command(failure, REASON_INSTALL_FAILED, &err);
        if (package_keys_after(mission, &err) < 0)
                log_warning("%s", err.text);
        return 0;
}

/* A key of the vendor's may lie in a file, where we know it by, and be new to the package manager. */
static int install_with_keys(Mission *mission, const PackageRun *run, const PackageWanted *asked, PackageResult *result,
                             Failure *failure)
{
        int more;

        do {
                if (run_install(mission, run, asked, result, failure) < 0)
                        return -1;
                more = add_key(mission, result, failure);
                if (more > 0)
                        repository_key_tell(mission, "the package", mission->source.signed_by);
        } while (more > 0);
        return more;
}

/* Somebody read the lists anew after the download: what they name now was not fetched, and nothing was unpacked. */
static int install_anew(Mission *mission, const PackageRun *run, const PackageChoice *choice, PackageResult *result,
                        Failure *failure)
{
        PackageChoice again = *choice;
        PackageWanted asked;

        log_info("downloading once more: %s", result->text);
        *result = (PackageResult){ 0 };
        mission->downloaded = mission->judged = false;
        if (again.newest)
                again.version[0] = '\0';
        if (package_choice_bind(mission, &again, failure) < 0 || package_download(mission, &again, failure) < 0)
                return -1;
        asked = make_wanted(mission, &again);
        return install_with_keys(mission, run, &asked, result, failure);
}

/* What the lists name by now is another one, also in place of the newest of then. */
static bool is_worth_another(const Mission *mission, const PackageChoice *choice, const PackageResult *result)
{
        return mission->manager->download &&
               (result->trouble == TROUBLE_STALE || (result->trouble == TROUBLE_NOT_FOUND && choice->newest));
}

int package_transact(Mission *mission, const PackageChoice *choice, Failure *failure)
{
        const PackageWanted asked = make_wanted(mission, choice);
        Error err = { 0 };
        _cleanup_close_ int fd = installer_log_open(mission->installer_log, &err);
        PackageRun run = mission_package_run(mission);
        PackageResult result = { 0 };

        if (fd < 0)
                return steps_fail(failure, REASON_INSTALL_FAILED, &err);
        run.archives = PACKAGE_CACHE;
        run.temporary = temporary_choose(&mission->facts);
        run.output_fd = fd;
        let_it_start();
        if (install_with_keys(mission, &run, &asked, &result, failure) < 0 ||
            (is_worth_another(mission, choice, &result) && install_anew(mission, &run, choice, &result, failure) < 0))
                return -1;
        if (result.trouble != TROUBLE_NONE)
                return fail(mission, &result, REASON_INSTALL_FAILED, failure);
        if (mission->manager->unsynced) {
                if (undo_remember_end(mission->host, &err) < 0)
                        log_warning("the end of the installation: %s", err.text);
                mission->flush = flush_written(mission);
        }
        return 0;
}

/* What the journal stands for has to last before it is forgotten. */
int package_commit(Mission *mission, Failure *failure)
{
        Error err = { 0 };

        flush_end(TAKE_PTR(mission->flush));
        return undo_commit(mission->host, &err) < 0 ? steps_fail(failure, REASON_INTERNAL, &err) : 0;
}

int package_end(Mission *mission, Failure *failure)
{
        Error err = { 0 };

        if (package_commit(mission, failure) < 0)
                return -1;
        return package_clean(mission->host, &err) < 0 ? steps_fail(failure, REASON_INTERNAL, &err) : 0;
}

int package_settle(Mission *mission, bool wait, Failure *failure)
{
        return mission->flush && (wait || flush_is_done(mission->flush)) ? package_end(mission, failure) : 0;
}

static int repair(Mission *mission, Failure *failure)
{
        Error err = { 0 };
        _cleanup_close_ int fd = installer_log_open(mission->installer_log, &err);
        PackageRun run = mission_package_run(mission);
        PackageResult result = { 0 };

        if (fd < 0)
                return steps_fail(failure, REASON_PACKAGE_MANAGER_BROKEN, &err);
        log_info("%s was interrupted%s%s: finishing that", package_manager_words(mission->manager->id)->database,
                 *mission->facts.package.foreign_names ? " at " : "", mission->facts.package.foreign_names);
        run.output_fd = fd;
        run.temporary = temporary_choose(&mission->facts);
        mission_say(mission, "repairing the package manager");
        if (mission->manager->repair(mission->host, &run, SENSOR_PACKAGE, &result, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_MANAGER_BROKEN, &err);
        if (result.trouble != TROUBLE_NONE)
                return steps_fail_packages(failure, &result, REASON_PACKAGE_MANAGER_BROKEN);
        outcome_row(mission->outcome, "package-repair", ROW_WARNING, "%s was interrupted at %s: it was finished",
                    package_manager_words(mission->manager->id)->database,
                    *mission->facts.package.foreign_names ? mission->facts.package.foreign_names : SENSOR_PACKAGE);
        return 0;
}

int step_package(Mission *mission, Failure *failure)
{
        PackageChoice choice = { 0 };

        if (steps_wait_for_turn(mission, failure) < 0 || package_prepare(mission, failure) < 0)
                return -1;
        if (mission->facts.package.broken == TRI_YES && repair(mission, failure) < 0)
                return -1;
        if (package_choice_make(mission, &choice, failure) < 0 || package_download(mission, &choice, failure) < 0 ||
            steps_wait_for_turn(mission, failure) < 0 || package_transact(mission, &choice, failure) < 0)
                return -1;
        package_keys_tell(mission);
        if (!mission->flush && package_end(mission, failure) < 0)
                return -1;
        steps_announce_managed(mission);
        return 0;
}
