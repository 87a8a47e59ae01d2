/*
 * Packages are downloaded into our own folder, where the transaction after it finds them: it works on the lists and
 * packages that are there and uses no network. Lists that exist are used however old they are: when they turn out to
 * be too old, the caller has all of them refreshed.
 */
#include "platform/packages/dnf_family.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/locks.h"

#define SHOWN_MAX 200
#define AGAIN_MS 250

/* Others that are down do not matter; nothing is taken that was not asked for, nothing is left out silently. */
static const char *const quiet_options[] = {
        "-y", "--setopt=*.skip_if_unavailable=1", "--setopt=localpkg_gpgcheck=1", "--setopt=timeout=30", NULL,
};

static const char *const nobody[] = { "--setopt=proxy_username=", "--setopt=proxy_password=", NULL };

static const char *const verbs[] = {
        [PACKAGE_INSTALL] = "install",
        [PACKAGE_REINSTALL] = "reinstall",
        [PACKAGE_DOWNGRADE] = "downgrade",
};

static PackageCommand make_command(const DnfDialect *dialect)
{
        return (PackageCommand){ .manager = dialect->program,
                                 .words = dialect->words,
                                 .environment = dialect->environment };
}

static void add_setopt(PackageCommand *command, const char *id, const char *option, const char *value)
{
        command_add(command, command_own(command, text_format("--setopt=%s.%s=%s", id, option, value)));
}

static int check_source(const PackageSource *source, Error *err)
{
        if (command_check_source(source, "", err) < 0)
                return -1;
        if (strpbrk(source->index_keys, " ,=\t\n"))
                return error_set(err, ERROR_INPUT, "the path of the key file of repository %s has a blank or a sign",
                                 source->id);
        return 0;
}

/* All of the package is read for it several times, which takes half a second where the sensor is not small. */
static bool is_checked(const DnfDialect *dialect, const PackageSource *source, const PackageRun *run,
                       const PackageCommand *command)
{
        if (command->transaction)
                return !run->judged || !*source->index_keys;
        return !run->judged_later || !dialect->checks_downloads;
}

/*
 * What is trusted for our source, whatever its file says: packages by the keys rpm has already, never by what is in a
 * file of keys that others write to as well.
 */
static int add_source(const DnfDialect *dialect, const PackageSource *source, const PackageRun *run,
                      PackageCommand *command, Error *err)
{
        _cleanup_free_ char *key = NULL;

        if (!source)
                return 0;
        if (check_source(source, err) < 0)
                return -1;
        key = *source->index_keys ? text_format("file://%s", source->index_keys) : text_copy("");
        add_setopt(command, source->id, "skip_if_unavailable", "0");
        add_setopt(command, source->id, "gpgcheck", is_checked(dialect, source, run, command) ? "1" : "0");
        add_setopt(command, source->id, "sslverify", "1");
        add_setopt(command, source->id, "gpgkey", key);
        if (dialect->priority)
                add_setopt(command, source->id, "priority", dialect->priority);
        if (dialect->cost)
                add_setopt(command, source->id, "cost", dialect->cost);
        if (run->proxy) {
                add_setopt(command, source->id, "proxy", run->proxy);
                add_setopt(command, source->id, "proxy_username", "");
                add_setopt(command, source->id, "proxy_password", "");
        }
        return 0;
}

static int start_command(const DnfDialect *dialect, const PackageRun *run, const PackageSource *source,
                         PackageCommand *command, Error *err)
{
        command_add(command, dialect->program);
        command_add_all(command, quiet_options);
        command_add_all(command, dialect->options);
        if (run->proxy) {
                command_add(command, command_own(command, text_format("--setopt=proxy=%s", run->proxy)));
                command_add_all(command, nobody); /* what is configured is meant for another proxy */
        }
        return add_source(dialect, source, run, command, err);
}

int dnf_family_wait_for_locks(const DnfDialect *dialect, const Host *host, const PackageRun *run, Error *err)
{
        PackageCommand command = make_command(dialect);

        command.locks = dialect->locks;
        command.pid_files = dialect->transaction_pid_files;
        return command_wait_for_locks(host, run, &command, err);
}

int dnf_family_refresh(const DnfDialect *dialect, const Host *host, const PackageRun *run, const PackageSource *source,
                       PackageResult *ret, Error *err)
{
        _cleanup_(command_clear) PackageCommand command = make_command(dialect);
        PackageRun here = *run;

        here.archives = NULL;
        command.pid_files = dialect->refresh_pid_files;
        command.warnings_count = true;
        command.doing = source ? "refreshing the package list of one source" : "refreshing all package lists";
        if (start_command(dialect, run, source ? source : run->source, &command, err) < 0)
                return -1;
        if (source) {
                if (command_add_only_source(&command, source, err) < 0)
                        return -1;
                command_add_all(&command, dialect->refresh_one);
        } else {
                command_add_all(&command, dialect->refresh_all);
        }
        if (command_run(host, &here, &command, ret, err) < 0)
                return -1;
        if (!source && !ret->ours && ret->trouble == TROUBLE_NETWORK) {
                ret->trouble = TROUBLE_NONE;
                ret->passing = false;
        }
        return 0;
}

/* Of our source, when there is one. */
static void choose_candidate(const PackageSource *source, PackageOffers *offers)
{
        size_t i;

        for (i = 0; i < offers->n_offers && !*offers->candidate; i++)
                if (!source || !*source->id || text_equal(offers->offers[i].id, source->id))
                        snprintf(offers->candidate, sizeof(offers->candidate), "%s", offers->offers[i].version);
}

static bool is_locked_out(const PackageCommand *command, const char *output, size_t length, int status)
{
        PackageResult result;

        package_classify(command->words, output, length, status, &(ClassifyOurs){ 0 }, &result);
        return status != 0 && result.trouble == TROUBLE_LOCKED;
}

/* It reads under its lock, and is told not to wait for it: somebody may be quicker after all. */
static int ask(const Host *host, const PackageRun *run, const PackageCommand *command, char **ret_output,
               size_t *ret_length, int *ret_status, Error *err)
{
        for (;;) {
                _cleanup_free_ char *output = NULL, *line = NULL;
                Error wait = { 0 };

                if (command_wait_for_locks(host, run, command, err) < 0 ||
                    command_ask(host, run, command, &output, ret_length, ret_status, err) < 0)
                        return -1;
                if (!is_locked_out(command, output, *ret_length, *ret_status)) {
                        *ret_output = TAKE_PTR(output);
                        return 0;
                }
                line = process_last_line(output, SHOWN_MAX);
                if (host_wait(host, AGAIN_MS, run->deadline, &wait) < 0)
                        return error_set(err, wait.kind == ERROR_STOPPED ? ERROR_STOPPED : ERROR_BUSY, "%s: %s",
                                         command->argv[0], line);
        }
}

/* more: an option besides, or NULL. */
static int ask_offers(const DnfDialect *dialect, const Host *host, const PackageRun *run, const char *package,
                      const char *more, PackageOffers *ret, Error *err)
{
        _cleanup_(command_clear) PackageCommand command = make_command(dialect);
        _cleanup_free_ char *output = NULL, *line = NULL;
        size_t length = 0;
        int status = 0;

        if (command_check_word(package, err) < 0 || start_command(dialect, run, run->source, &command, err) < 0)
                return -1;
        if (!dialect->priority && run->source && command_add_only_source(&command, run->source, err) < 0)
                return -1;
        command.pid_files = dialect->refresh_pid_files;
        command_add(&command, "-C");
        if (more)
                command_add(&command, more);
        command_add_all(&command, dialect->offers);
        command_add(&command, package);
        if (ask(host, run, &command, &output, &length, &status, err) < 0)
                return -1;
        *ret = (PackageOffers){ 0 };
        if (!dialect->parse_offers(output, length, ret) && status != 0) {
                line = process_last_line(output, SHOWN_MAX);
                if (strstr(output, "No matching Packages"))
                        return 0;
                return error_set(err, ERROR_COMMAND, "%s ended with status %d: %s", dialect->program, status, line);
        }
        if (!dialect->priority)
                rpm_keep_offers(ret, run->source);
        choose_candidate(run->source, ret);
        return 0;
}

int dnf_family_offers(const DnfDialect *dialect, const Host *host, const PackageRun *run, const char *package,
                      PackageOffers *ret, Error *err)
{
        PackageOffers hidden = { 0 };
        Error ignored = { 0 };

        if (ask_offers(dialect, host, run, package, NULL, ret, err) < 0)
                return -1;
        if (ret->n_offers > 0 || !dialect->unhidden || !run->source)
                return 0;
        if (ask_offers(dialect, host, run, package, dialect->unhidden, &hidden, &ignored) == 0)
                ret->excluded = *hidden.candidate;
        return 0;
}

static int check_wanted(const PackageWanted *wanted, Error *err)
{
        if (wanted->file && *wanted->file != '/')
                return error_set(err, ERROR_INPUT, "a package's file is named by its whole path");
        return command_check_word(wanted->package, err) < 0 ||
                               (wanted->version && command_check_word(wanted->version, err) < 0)
                       ? -1
                       : 0;
}

static int make_install(const DnfDialect *dialect, const PackageRun *run, const PackageWanted *wanted,
                        PackageCommand *command, Error *err)
{
        if (check_wanted(wanted, err) < 0 || start_command(dialect, run, run->source, command, err) < 0)
                return -1;
        command->package = wanted->package;
        command_add(command, "--setopt=*.metadata_expire=never");
        if (run->refresh && run->source)
                add_setopt(command, run->source->id, "metadata_expire", "0");
        if (run->archives) {
                command_add(command, command_own(command, text_format("%s=%s", dialect->archives, run->archives)));
                command_add(command,
                            "--setopt=keepcache=1"); /* else a transaction takes along what lies there besides */
        }
        command_add(command, verbs[wanted->action]);
        command_add(command, command->transaction ? "-C" : "--downloadonly"); /* dnf 5 knows it there only */
        if (wanted->file)
                command_add(command, wanted->file);
        else if (wanted->version)
                command_add(command, command_own(command, text_format("%s-%s", wanted->package, wanted->version)));
        else
                command_add(command, wanted->package);
        return 0;
}

/* All of them would go back to an older version without a word. *ret NONE: no. */
static int refuse_downgrade(const Host *host, const PackageWanted *wanted, PackageResult *ret, Error *err)
{
        char present[PACKAGE_VERSION_MAX] = "", version[PACKAGE_VERSION_MAX] = "";
        PackageState state;

        *ret = (PackageResult){ .trouble = TROUBLE_NONE };
        if (wanted->action != PACKAGE_INSTALL || (!wanted->version && !wanted->file))
                return 0;
        if (rpm_state(host, wanted->package, &state, present, err) < 0)
                return -1;
        if (state != PACKAGE_INSTALLED)
                return 0;
        if (wanted->file && rpm_file_version(host, wanted->file, version, err) < 0)
                return -1;
        if (!wanted->file)
                snprintf(version, sizeof(version), "%s", wanted->version);
        if (rpm_compare_versions(version, present) >= 0)
                return 0;
        *ret = (PackageResult){ .trouble = TROUBLE_NEWER, .ours = true, .own_words = true };
        snprintf(ret->text, sizeof(ret->text), "%s %s is installed, which is newer than %s", wanted->package, present,
                 version);
        return 0;
}

int dnf_family_download(const DnfDialect *dialect, const Host *host, const PackageRun *run, const PackageWanted *wanted,
                        PackageResult *ret, Error *err)
{
        _cleanup_(command_clear) PackageCommand command = make_command(dialect);

        command.locks = dialect->download_locks;
        command.pid_files = dialect->download_pid_files;
        command.sizes = dialect->sizes;
        if (make_install(dialect, run, wanted, &command, err) < 0 || refuse_downgrade(host, wanted, ret, err) < 0)
                return -1;
        if (ret->trouble != TROUBLE_NONE)
                return 0;
        command.doing = command_own(&command, text_format("downloading %s", wanted->package));
        return command_run(host, run, &command, ret, err);
}

bool dnf_family_reads_list(const Host *host, const PackageSource *source)
{
        return true;
}

/* It ends with success when it found nothing to do, too. */
static int check_done(const DnfDialect *dialect, const Host *host, const PackageWanted *wanted, PackageResult *ret,
                      Error *err)
{
        char version[PACKAGE_VERSION_MAX] = "";
        PackageState state;

        if (rpm_state(host, wanted->package, &state, version, err) < 0)
                return -1;
        if (state == PACKAGE_INSTALLED &&
            (!wanted->version || wanted->file || rpm_compare_versions(version, wanted->version) == 0)) {
                ret->trouble = TROUBLE_NONE;
                return 0;
        }
        if (ret->trouble != TROUBLE_NONE)
                return 0;
        *ret = (PackageResult){ .trouble = TROUBLE_OTHER, .ours = true, .own_words = true };
        snprintf(ret->text, sizeof(ret->text), "%s ended well, but rpm has %s%s%s", dialect->program, wanted->package,
                 *version ? " " : " not installed", version);
        return 0;
}

static bool is_held(const DnfDialect *dialect, const Host *host)
{
        LockHolder holder;
        bool held;

        return locks_look(host, dialect->locks, &held, &holder, NULL) == 0 && held;
}

/* Somebody was quicker, and it did not say so. */
static bool was_locked(const DnfDialect *dialect, const Host *host, const PackageResult *result)
{
        return dialect->locked_unsaid && result->trouble == TROUBLE_OTHER &&
               text_equal(result->text, dialect->locked_unsaid) && is_held(dialect, host);
}

/* Another package's script failed that rpm runs when that is there: dnf 4 calls it a success. */
static bool is_installed_but(const DnfDialect *dialect, const PackageResult *result)
{
        return result->trouble == TROUBLE_SCRIPT && !result->ours && dialect->installed_but &&
               strstr(result->text, dialect->installed_but) && !strstr(result->text, "%pre");
}

int dnf_family_install(const DnfDialect *dialect, const Host *host, const PackageRun *run, const PackageWanted *wanted,
                       PackageResult *ret, Error *err)
{
        _cleanup_(command_clear) PackageCommand command = make_command(dialect);

        command.locks = dialect->locks;
        command.pid_files = dialect->transaction_pid_files;
        command.transaction = true;
        if (make_install(dialect, run, wanted, &command, err) < 0 || refuse_downgrade(host, wanted, ret, err) < 0)
                return -1;
        if (ret->trouble != TROUBLE_NONE)
                return 0;
        command.doing = command_own(&command, text_format("installing %s", wanted->package));
        do {
                if (command_run(host, run, &command, ret, err) < 0)
                        return -1;
        } while (was_locked(dialect, host, ret));
        if (ret->trouble == TROUBLE_NONE || is_installed_but(dialect, ret))
                return check_done(dialect, host, wanted, ret, err);
        return 0;
}
