/*
 * What is in its cache already is not fetched again, so that a transaction after its download needs no network.
 */
#include "platform/packages/tdnf.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/json.h"
#include "platform/packages/command.h"
#include "platform/packages/rpm.h"
#include "platform/process.h"

#define INSTALLED "@System"
#define SHOWN_MAX 200
#define TDNF_COMMAND(...)                                                                                              \
        {                                                                                                              \
                .manager = "tdnf", .words = &tdnf_words, __VA_ARGS__                                                   \
        }

static const char *const tdnf_locks[] = { "/run/.tdnf-instance-lockfile", NULL };
static const char *const all_locks[] = { "/run/.tdnf-instance-lockfile", "/var/lib/rpm/.rpm.lock",
                                         "/usr/lib/sysimage/rpm/.rpm.lock", NULL };

static const char *const actions[] = {
        [PACKAGE_INSTALL] = "install",
        [PACKAGE_REINSTALL] = "reinstall",
        [PACKAGE_DOWNGRADE] = "downgrade",
};

static int tdnf_wait_for_locks(const Host *host, const PackageRun *run, Error *err)
{
        const PackageCommand command = TDNF_COMMAND(.locks = all_locks);

        return command_wait_for_locks(host, run, &command, err);
}

static int tdnf_refresh(const Host *host, const PackageRun *run, const PackageSource *source, PackageResult *ret,
                        Error *err)
{
        _cleanup_(command_clear) PackageCommand command = TDNF_COMMAND(.locks = tdnf_locks);
        PackageRun here = *run;

        here.archives = NULL;
        here.source = source ? source : run->source;
        command.doing = source ? "refreshing the package list of one source" : "refreshing all package lists";
        command_add(&command, "tdnf");
        command_add(&command, "-y");
        if (source && command_add_only_source(&command, source, err) < 0)
                return -1;
        command_add(&command, "makecache");
        if (command_run(host, &here, &command, ret, err) < 0)
                return -1;
        if (source && ret->trouble != TROUBLE_NONE && ret->trouble != TROUBLE_LOCKED)
                ret->ours = true; /* nothing else was asked for */
        if (!source && !ret->ours &&
            (ret->trouble == TROUBLE_NETWORK || ret->trouble == TROUBLE_SIGNATURE || ret->trouble == TROUBLE_KEY)) {
                ret->trouble = TROUBLE_NONE;
                ret->passing = false;
        }
        return 0;
}

static int make_install(PackageCommand *command, const PackageWanted *wanted, Error *err)
{
        if (command_check_word(wanted->package, err) < 0 ||
            (wanted->version && command_check_word(wanted->version, err) < 0))
                return -1;
        command->package = wanted->package;
        command_add(command, "tdnf");
        command_add(command, "-y");
        command_add(command, "--noautoremove");
        command_add(command, command->transaction ? "--cacheonly" : "--downloadonly");
        command_add(command, actions[wanted->action]);
        if (wanted->file)
                command_add(command, wanted->file);
        else if (wanted->version)
                command_add(command, command_own(command, text_format("%s-%s", wanted->package, wanted->version)));
        else
                command_add(command, wanted->package);
        command->doing = command_own(
                command, text_format("%s %s", command->transaction ? "installing" : "downloading", wanted->package));
        return 0;
}

static int tdnf_download(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                         Error *err)
{
        _cleanup_(command_clear) PackageCommand command = TDNF_COMMAND(.locks = tdnf_locks);

        return make_install(&command, wanted, err) < 0 ? -1 : command_run(host, run, &command, ret, err);
}

static int tdnf_install(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                        Error *err)
{
        _cleanup_(command_clear) PackageCommand command = TDNF_COMMAND(.locks = all_locks, .transaction = true);

        return make_install(&command, wanted, err) < 0 ? -1 : command_run(host, run, &command, ret, err);
}

static int tdnf_repair(const Host *host, const PackageRun *run, const char *package, PackageResult *ret, Error *err)
{
        return rpm_repair(tdnf_download, tdnf_install, host, run, package, ret, err);
}

static int read_offer(Json *item, const char *package, PackageOffers *ret, Error *err)
{
        const char *name = json_string(item, "Name"), *evr = json_string(item, "Evr"), *id = json_string(item, "Repo");
        PackageOffer offer = { 0 };

        if (!name || !evr || !id || strlen(evr) >= sizeof(offer.version) || strlen(id) >= sizeof(offer.id))
                return error_set(err, ERROR_INPUT, "tdnf list: an entry without Name, Evr or Repo, or with a long one");
        if (!text_equal(name, package) || text_equal(id, INSTALLED))
                return 0;
        snprintf(offer.version, sizeof(offer.version), "%s", evr);
        snprintf(offer.id, sizeof(offer.id), "%s", id);
        rpm_insert_offer(ret, &offer);
        return 0;
}

int tdnf_offers_parse(const char *text, size_t length, const char *package, PackageOffers *ret, Error *err)
{
        const char *end = text + length, *at = text;
        _cleanup_json_ Json *list = NULL;
        size_t i;

        *ret = (PackageOffers){ 0 };
        while (at < end && *at != '[') {
                at = memchr(at, '\n', (size_t)(end - at));
                at = at ? at + 1 : end;
        }
        if (json_parse(at, (size_t)(end - at), &list, err) < 0)
                return error_prefix(err, "tdnf list");
        if (!json_object_is_type(list, json_type_array))
                return error_set(err, ERROR_INPUT, "tdnf list: no list");
        for (i = 0; i < json_object_array_length(list); i++)
                if (read_offer(json_object_array_get_idx(list, i), package, ret, err) < 0)
                        return -1;
        return 0;
}

/* As its lists are; asked under its lock. */
static int tdnf_offers(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret, Error *err)
{
        _cleanup_(command_clear) PackageCommand command = TDNF_COMMAND(.locks = tdnf_locks);
        _cleanup_free_ char *output = NULL, *line = NULL;
        size_t length = 0;
        int status = 0;

        if (command_check_word(package, err) < 0)
                return -1;
        command_add(&command, "tdnf");
        command_add(&command, "--cacheonly");
        if (run->source && command_add_only_source(&command, run->source, err) < 0)
                return -1; /* the lists of others may not be there */
        command_add(&command, "--json");
        command_add(&command, "list");
        command_add(&command, package);
        if (command_wait_for_locks(host, run, &command, err) < 0 ||
            command_ask(host, run, &command, &output, &length, &status, err) < 0)
                return -1;
        if (status == 0) {
                if (tdnf_offers_parse(output, length, package, ret, err) < 0)
                        return -1;
                rpm_keep_offers(ret, run->source);
                snprintf(ret->candidate, sizeof(ret->candidate), "%s", ret->n_offers > 0 ? ret->offers[0].version : "");
                return 0;
        }
        line = process_last_line(output, SHOWN_MAX);
        return error_set(err, ERROR_COMMAND, "tdnf list ended with status %d: %s", status, line);
}

const PackageManager manager_tdnf = {
        .id = MANAGER_TDNF,
        .sources = &source_format_tdnf,
        .files = &package_file_rpm,
        .packages_folder = "/var/cache/tdnf",
        .unbound = true,
        .unsynced = true,
        .silent = true,
        .state = rpm_state,
        .is_registered = rpm_is_registered,
        .is_broken = rpm_is_broken,
        .wait_for_locks = tdnf_wait_for_locks,
        .refresh = tdnf_refresh,
        .offers = tdnf_offers,
        .download = tdnf_download,
        .install = tdnf_install,
        .repair = tdnf_repair,
        .has_key = rpm_has_key,
        .import_key = rpm_import_key,
        .forget_key = rpm_forget_key,
        .list_keys = rpm_list_keys,
        .drop_key = rpm_drop_key,
        .drop_key_words = rpm_drop_key_words,
};
