/*
 * Downloading runs without apt's lock: it writes to our folder only, and 160 MB over a slow line must not
 * keep the machine's own updates out. The lock is held by the transaction alone, which finds all it needs
 * on disk. Packages are never removed for ours, and nothing unsigned is taken even where the machine's
 * configuration would.
 */
#include "platform/packages/apt.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/apt_listed.h"
#include "platform/packages/command.h"
#include "platform/proxy.h"

/* unattended-upgrades holds its own from its first to its last moment; old ones let go of dpkg's in between. */
#define UPGRADE_LOCK "/run/unattended-upgrades.lock"

/* apt.systemd.daily, which gives up for a day where apt's locks are taken, waits an hour for its own */
#define DAILY_LOCK "/var/lib/apt/daily_lock"

static const char *const lists_lock[] = { UPGRADE_LOCK, "/var/lib/apt/lists/lock", NULL };
static const char *const dpkg_locks[] = { UPGRADE_LOCK, "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", NULL };
static const char *const all_locks[] = { UPGRADE_LOCK,
                                         "/var/lib/dpkg/lock-frontend",
                                         "/var/lib/dpkg/lock",
                                         "/var/lib/apt/lists/lock",
                                         "/var/cache/apt/archives/lock",
                                         NULL };

/* Nobody is there to answer, and needrestart would restart services that are not ours. */
static const char *const quiet_environment[] = {
        "DEBIAN_FRONTEND=noninteractive",
        "DEBIAN_PRIORITY=critical",
        "NEEDRESTART_SUSPEND=1",
        "APT_LISTCHANGES_FRONTEND=none",
        "APT_LISTBUGS_FRONTEND=none",
        "UCF_FORCE_CONFFOLD=1",
        NULL,
};

static const char *const refresh_argv[] = { "apt-get", "-q", "update", NULL };

/* Only one source: a failure counts even when an old index is there, and nothing but its packages is asked for. */
static const char *const refresh_one_options[] = {
        "-oDir::Etc::sourceparts=-",
        "-oAPT::Get::List-Cleanup=false",
        "-oAPT::Update::Error-Mode=any",
        "-oAcquire::Languages=none",
        "-oAcquire::AllowInsecureRepositories=false",
        "-oAcquire::AllowWeakRepositories=false",
        "-oAcquire::AllowDowngradeToInsecureRepositories=false",
        "-opkgCacheFile::Generate=false",
        NULL,
};

static const char *const fetch_options[] = {
        "-oAcquire::Retries=2",
        "-oAcquire::http::Timeout=30",
        "-oAcquire::https::Timeout=30",
        NULL,
};

static const char *const install_argv[] = {
        "apt-get",
        "-q",
        "-y",
        "install",
        "--no-install-recommends",
        "--no-remove",
        "-oAPT::Get::AutomaticRemove=false",
        "-oAPT::Get::AllowUnauthenticated=false",
        "-oDPkg::Lock::Timeout=0",
        "-oDpkg::Progress-Fancy=false",
        "-oDpkg::Options::=--force-confdef",
        "-oDpkg::Options::=--force-confold",
        NULL,
};

static const char *const configure_argv[] = { "dpkg", "--force-confdef", "--force-confold", "--configure", "-a", NULL };

static const char *const sizes[] = { "Need to get ", NULL };

#define APT_COMMAND(...)                                                                                               \
        {                                                                                                              \
                .manager = "apt", .words = &apt_words, .environment = quiet_environment, .courtesy = DAILY_LOCK,       \
                __VA_ARGS__                                                                                            \
        }

static int apt_wait_for_locks(const Host *host, const PackageRun *run, Error *err)
{
        const PackageCommand command = APT_COMMAND(.locks = all_locks);

        return command_wait_for_locks(host, run, &command, err);
}

/* What is given goes before apt's own configuration, be that of one host, which the environment does not. */
static void add_proxy(const Host *host, PackageCommand *command, const PackageRun *run)
{
        char server[PROXY_SERVER_MAX];

        if (!run->proxy)
                return;
        proxy_server_of(run->url ? run->url : host->packages_url, server);
        command_add(command, command_own(command, text_format("-oAcquire::https::Proxy::%s=%s", server, run->proxy)));
        command_add(command, command_own(command, text_format("-oAcquire::http::Proxy=%s", run->proxy)));
        command_add(command, command_own(command, text_format("-oAcquire::https::Proxy=%s", run->proxy)));
}

static int apt_refresh(const Host *host, const PackageRun *run, const PackageSource *source, PackageResult *ret,
                       Error *err)
{
        _cleanup_(command_clear) PackageCommand command = APT_COMMAND(.locks = lists_lock, .warnings_count = true);
        PackageRun here = *run;

        here.archives = NULL;
        command.doing = source ? "refreshing the package list of one source" : "refreshing all package lists";
        command_add_all(&command, refresh_argv);
        command_add_all(&command, fetch_options);
        add_proxy(host, &command, &here);
        if (source) {
                command_add(&command, command_own(&command, text_format("-oDir::Etc::sourcelist=%s", source->file)));
                command_add_all(&command, refresh_one_options);
        }
        if (command_run(host, &here, &command, ret, err) < 0)
                return -1;
        /* the file of an existing source may hold others too, and what is wrong with them is nothing to us */
        if (!ret->ours &&
            (ret->trouble == TROUBLE_NETWORK || ret->trouble == TROUBLE_SIGNATURE || ret->trouble == TROUBLE_KEY ||
             ret->trouble == TROUBLE_STALE || ret->trouble == TROUBLE_CLOCK || ret->trouble == TROUBLE_EXPIRED)) {
                ret->trouble = TROUBLE_NONE;
                ret->passing = false;
        }
        return 0;
}

/* option: one more; or NULL. */
static int make_install(const Host *host, PackageCommand *command, const PackageRun *run, const PackageWanted *wanted,
                        const char *option, Error *err)
{
        if (command_check_word(wanted->package, err) < 0 ||
            (wanted->version && command_check_word(wanted->version, err) < 0))
                return -1;
        command->package = wanted->package;
        command_add_all(command, install_argv);
        command_add(command, command_own(command, text_format("-oDir::Cache::archives=%s/", run->archives)));
        if (wanted->action == PACKAGE_REINSTALL)
                command_add(command, "--reinstall");
        if (wanted->action == PACKAGE_DOWNGRADE)
                command_add(command, "--allow-downgrades");
        if (command->transaction) {
                /* with a file apt cannot tell where it is without "fetching" it; all else is there from the download */
                if (!wanted->file)
                        command_add(command, "--no-download");
        } else {
                command_add(command, "--download-only");
                command_add(command, "-oDebug::NoLocking=true");
                command_add_all(command, fetch_options);
                add_proxy(host, command, run);
        }
        if (option)
                command_add(command, option);
        command_add(command, "--");
        if (wanted->file)
                command_add(command, wanted->file);
        else
                command_add(command, wanted->version ? command_own(command, text_format("%s=%s", wanted->package,
                                                                                        wanted->version))
                                                     : wanted->package);
        return 0;
}

/* Nothing came to our folder: is it there already, or does apt read it where it lies? *ret_file: that one, NULL: there
 * is nothing to do, "": somewhere else. */
static int find_in_place(const Host *host, const PackageRun *run, const PackageWanted *wanted, char **ret_file,
                         Error *err)
{
        _cleanup_(command_clear) PackageCommand command = APT_COMMAND();
        _cleanup_free_ char *output = NULL;
        size_t length = 0;
        int status = 0;

        if (make_install(host, &command, run, wanted, "--print-uris", err) < 0 ||
            command_ask(host, run, &command, &output, &length, &status, err) < 0)
                return -1;
        if (status != 0 || apt_listed_parse_uris(output, length, wanted->package, ret_file) == APT_PLACE_OTHER)
                *ret_file = text_copy("");
        return 0;
}

/* With what our source lists, always: what the lists of all others say may change at any time. */
static int compare(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret, Error *err)
{
        _cleanup_free_ char *file = apt_listed_find(host, run, wanted);

        if (!run->source || !*run->source->uri)
                return error_set(err, ERROR_INPUT, "apt is not told which source %s has to come from", wanted->package);
        if (!file && find_in_place(host, run, wanted, &file, err) < 0)
                return -1;
        return file ? apt_listed_check(host, run, wanted, file, ret, err) : 0;
}

static int apt_download(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                        Error *err)
{
        _cleanup_(command_clear) PackageCommand command = APT_COMMAND(.locks = dpkg_locks, .sizes = sizes);

        if (make_install(host, &command, run, wanted, NULL, err) < 0)
                return -1;
        command.doing = command_own(&command, text_format("downloading %s", wanted->package));
        if (command_run(host, run, &command, ret, err) < 0)
                return -1;
        return ret->trouble == TROUBLE_NONE && !run->any_source && !wanted->file ? compare(host, run, wanted, ret, err)
                                                                                 : 0;
}

/* It ends with success when it found nothing to do, too. */
static int check_done(const Host *host, const PackageWanted *wanted, PackageResult *ret, Error *err)
{
        char version[PACKAGE_VERSION_MAX] = "";
        PackageState state;

        if (dpkg_state(host, wanted->package, &state, version, err) < 0)
                return -1;
        if (state == PACKAGE_INSTALLED && (!wanted->version || wanted->file || text_equal(version, wanted->version)))
                return 0;
        *ret = (PackageResult){ .trouble = TROUBLE_OTHER, .ours = true, .own_words = true };
        snprintf(ret->text, sizeof(ret->text), "apt ended well, but dpkg has %s%s%s", wanted->package,
                 *version ? " " : " not installed", version);
        return 0;
}

static int apt_install(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                       Error *err)
{
        _cleanup_(command_clear) PackageCommand command = APT_COMMAND(.locks = dpkg_locks, .transaction = true);

        if (make_install(host, &command, run, wanted, NULL, err) < 0)
                return -1;
        command.doing = command_own(&command, text_format("installing %s", wanted->package));
        if (command_run(host, run, &command, ret, err) < 0)
                return -1;
        return ret->trouble == TROUBLE_NONE ? check_done(host, wanted, ret, err) : 0;
}

/* Whatever is half there: a package alone cannot be finished when what it needs is not. */
static int dpkg_configure_all(const Host *host, const PackageRun *run, const char *package, PackageResult *ret,
                              Error *err)
{
        _cleanup_(command_clear) PackageCommand command =
                APT_COMMAND(.locks = dpkg_locks, .transaction = true, .doing = "finishing an interrupted installation");

        command_add_all(&command, configure_argv);
        return command_run(host, run, &command, ret, err);
}

const PackageManager manager_apt = {
        .id = MANAGER_APT,
        .unbound = true,
        .compares = true,
        .sources = &source_format_apt,
        .files = &package_file_deb,
        .state = dpkg_state,
        .is_registered = dpkg_is_registered,
        .is_broken = dpkg_is_broken,
        .broken_others = dpkg_broken_others,
        .wait_for_locks = apt_wait_for_locks,
        .refresh = apt_refresh,
        .offers = apt_offers,
        .download = apt_download,
        .install = apt_install,
        .repair = dpkg_configure_all,
};
