/*
 * The transaction runs rpm once a package (or in one go with libzypp >= 17.28), after all of them were downloaded; what
 * is in the folder for packages already is not fetched again, so that a transaction after its download needs no
 * network.
 */
#include "platform/packages/zypper.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/command.h"
#include "platform/packages/rpm.h"

#define ZYPPER_COMMAND(...)                                                                                            \
        {                                                                                                              \
                .manager = "zypper", .pid_files = zypp_pids, __VA_ARGS__                                               \
        }

#define PACKAGES                                                                                                       \
        "packages" /* below our folder: what is not a source's libzypp removes there, its temporary files too */
#define LISTS "/var/cache/zypp/raw" /* a folder for each source, by its alias */
#define ARRIVES "/var/adm/mount"    /* libzypp's own, in ZYPPTMPDIR where that is not there */
#define ALSO_IN_ALIAS " +@/()~=&?%" /* people give addresses as well */

static const char *const sizes[] = { "Overall download size: ", "Package download size: ", NULL };

static const char *const zypp_pids[] = { "/run/zypp.pid", "/run/zypp-rpm.pid", NULL };

/*
 * The locks are waited for natively, with their holder named. libzypp 17.37 and newer would fetch packages ahead of the
 * download proper, twice as much disk with them; of what fails there it says nothing, and --download-only is a success.
 */
#define OWN_ENVIRONMENT "ZYPP_LOCK_TIMEOUT=0", "ZYPP_PCK_PRELOAD=0"

const char *const zypper_environment[] = { OWN_ENVIRONMENT, NULL };

static const char *const refresh_argv[] = { "zypper", "--non-interactive", "refresh", NULL };
static const char *const packages_argv[] = { "zypper", "--non-interactive", "--no-refresh", NULL };

int zypper_wait_for_zypp(const Host *host, const PackageRun *run, Error *err)
{
        const PackageCommand command = ZYPPER_COMMAND(.locks = NULL);

        return command_wait_for_locks(host, run, &command, err);
}

static int zypper_wait_for_locks(const Host *host, const PackageRun *run, Error *err)
{
        const PackageCommand command = ZYPPER_COMMAND(.locks = rpm_locks);

        return command_wait_for_locks(host, run, &command, err);
}

static bool is_about_fetching(PackageTrouble trouble)
{
        return trouble == TROUBLE_NETWORK || trouble == TROUBLE_SIGNATURE || trouble == TROUBLE_KEY ||
               trouble == TROUBLE_STALE || trouble == TROUBLE_CLOCK;
}

/* What it keeps for itself goes with our folder, whatever becomes of it. */
static char *own_temporary(const PackageRun *run)
{
        return run->archives ? text_format("ZYPPTMPDIR=%s", run->archives) : NULL;
}

static int zypper_refresh(const Host *host, const PackageRun *run, const PackageSource *source, PackageResult *ret,
                          Error *err)
{
        _cleanup_free_ char *temporary = own_temporary(run);
        const char *const environment[] = { OWN_ENVIRONMENT, temporary, NULL };
        _cleanup_(command_clear) PackageCommand command = ZYPPER_COMMAND(.environment = environment);
        PackageRun here = *run;

        here.archives = NULL;
        here.source = source ? source : run->source;
        command.words = source ? &zypper_refresh_words : &zypper_refresh_all_words;
        command.doing = source ? "refreshing the package list of one source" : "refreshing all package lists";
        command_add_all(&command, refresh_argv);
        if (source) {
                if (command_check_source(source, ALSO_IN_ALIAS, err) < 0)
                        return -1;
                command_add(&command, "--repo");
                command_add(&command, source->id);
        }
        if (command_run(host, &here, &command, ret, err) < 0)
                return -1;
        if (source && is_about_fetching(ret->trouble))
                ret->ours = true; /* nothing else was asked for */
        if (!source && !ret->ours && is_about_fetching(ret->trouble)) {
                ret->trouble = TROUBLE_NONE;
                ret->passing = false;
        }
        return 0;
}

static bool names_source(const PackageRun *run, const PackageWanted *wanted)
{
        return run->source && *run->source->id && !wanted->file;
}

static void add_what(PackageCommand *command, const PackageRun *run, const PackageWanted *wanted)
{
        if (names_source(run, wanted)) {
                command_add(command, "--from");
                command_add(command, run->source->id);
        }
        command_add(command, "--");
        if (wanted->file)
                command_add(command, wanted->file);
        else if (wanted->version)
                command_add(command, command_own(command, text_format("%s=%s", wanted->package, wanted->version)));
        else
                command_add(command, wanted->package);
}

static int make_install(PackageCommand *command, const PackageRun *run, const PackageWanted *wanted, Error *err)
{
        if (command_check_word(wanted->package, err) < 0 ||
            (wanted->version && command_check_word(wanted->version, err) < 0))
                return -1;
        if (names_source(run, wanted) && command_check_source(run->source, ALSO_IN_ALIAS, err) < 0)
                return -1;
        command->package = wanted->package;
        command_add_all(command, packages_argv);
        if (run->archives) {
                command_add(command, "--pkg-cache-dir");
                command_add(command, command_own(command, text_format("%s/" PACKAGES, run->archives)));
        }
        command_add(command, "install");
        command_add(command, "--no-recommends");
        if (!command->transaction)
                command_add(command, "--download-only");
        if (wanted->action == PACKAGE_REINSTALL)
                command_add(command, "--force");
        if (wanted->action == PACKAGE_DOWNGRADE)
                command_add(command, "--oldpackage");
        add_what(command, run, wanted);
        return 0;
}

/* Another package's failing %post is told, but everything is in place: for zypper that is success as well. */
static void forgive_others_script(PackageResult *result)
{
        if (result->trouble == TROUBLE_SCRIPT && !result->ours && strstr(result->text, "warning: %"))
                result->trouble = TROUBLE_NONE;
}

static int run_install(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageCommand *command,
                       PackageResult *ret, Error *err)
{
        _cleanup_free_ char *temporary = own_temporary(run);
        const char *const environment[] = { OWN_ENVIRONMENT, temporary, NULL };

        if (make_install(command, run, wanted, err) < 0)
                return -1;
        command->environment = environment;
        command->words = &zypper_words;
        command->doing = command_own(
                command, text_format("%s %s", command->transaction ? "installing" : "downloading", wanted->package));
        if (command_run(host, run, command, ret, err) < 0)
                return -1;
        forgive_others_script(ret);
        return 0;
}

static bool has_list(const Host *host, const PackageSource *source)
{
        _cleanup_free_ char *list = text_format(LISTS "/%s", source->id);

        return fs_exists(host, list);
}

/* A list that is there is taken as it is when nothing is to be refreshed; one that is not has to be fetched. */
static bool zypper_reads_list(const Host *host, const PackageSource *source)
{
        return !strchr(source->id, '/') && !has_list(host, source);
}

/* It may keep its lists elsewhere (zypp.conf): then nobody knows how old the one is that it took. */
static void check_list(const Host *host, const PackageSource *source, PackageResult *ret)
{
        if (ret->trouble != TROUBLE_NONE || has_list(host, source))
                return;
        ret->trouble = TROUBLE_STALE;
        ret->passing = false;
        snprintf(ret->text, sizeof(ret->text), "the package list of %s was not read into " LISTS, source->id);
}

static int zypper_download(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                           Error *err)
{
        _cleanup_(command_clear) PackageCommand command = ZYPPER_COMMAND(.sizes = sizes, .arrives = ARRIVES);

        if (run_install(host, run, wanted, &command, ret, err) < 0)
                return -1;
        if (run->refresh && run->source)
                check_list(host, run->source, ret);
        return 0;
}

static int zypper_install(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                          Error *err)
{
        _cleanup_(command_clear) PackageCommand command = ZYPPER_COMMAND(.locks = rpm_locks, .transaction = true);

        return run_install(host, run, wanted, &command, ret, err);
}

static int zypper_repair(const Host *host, const PackageRun *run, const char *package, PackageResult *ret, Error *err)
{
        return rpm_repair(zypper_download, zypper_install, host, run, package, ret, err);
}

const PackageManager manager_zypper = {
        .id = MANAGER_ZYPPER,
        .sources = &source_format_zypper,
        .files = &package_file_rpm,
        .files_cache = "/var/cache/zypper/RPMS",
        .unsynced = true,
        .silent = true,
        .state = rpm_state,
        .is_registered = rpm_is_registered,
        .is_broken = rpm_is_broken,
        .wait_for_locks = zypper_wait_for_locks,
        .reads_list = zypper_reads_list,
        .refresh = zypper_refresh,
        .offers = zypper_offers,
        .download = zypper_download,
        .install = zypper_install,
        .repair = zypper_repair,
        .has_key = rpm_has_key,
        .import_key = rpm_import_key,
        .forget_key = rpm_forget_key,
};
