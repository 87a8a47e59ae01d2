#include "platform/packages/zypper.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/command.h"
#include "platform/packages/zypper_xml.h"
#include "platform/process.h"

#define SHOWN_MAX 200
#define STATUS_LOCKED 7
#define STATUS_NONE 104
#define STATUS_SKIPPED 106 /* sources that could not be fetched */
#define INSTALLED_ONLY "(System Packages)"
#define AGAIN_MS 250

static const char *const search_argv[] = { "zypper",    "--non-interactive", "--no-refresh", "--xmlout", "search",
                                           "--details", "--match-exact",     "--type",       "package",  NULL };
static const char *const repos_argv[] = { "zypper", "--non-interactive", "--no-refresh", "--xmlout", "repos", NULL };

int zypper_offers_parse(const char *search, size_t length, const char *package, PackageOffers *ret, Error *err)
{
        const char *cursor = search, *end = search + length;
        ZypperElement element;
        char name[128];

        *ret = (PackageOffers){ 0 };
        while (ret->n_offers < PACKAGE_OFFERS_MAX && zypper_xml_next(&cursor, end, "solvable", &element)) {
                PackageOffer *offer = &ret->offers[ret->n_offers];

                *offer = (PackageOffer){ 0 };
                if (zypper_xml_attribute(&element, "name", name, sizeof(name), err) < 0 ||
                    zypper_xml_attribute(&element, "edition", offer->version, sizeof(offer->version), err) < 0 ||
                    zypper_xml_attribute(&element, "repository", offer->id, sizeof(offer->id), err) < 0)
                        return error_prefix(err, "zypper search");
                if (text_equal(name, package) && !text_equal(offer->id, INSTALLED_ONLY))
                        ret->n_offers++;
        }
        if (ret->n_offers > 0)
                memcpy(ret->candidate, ret->offers[0].version, sizeof(ret->candidate));
        return 0;
}

/* *ret "": several sources have this name, or none has. */
static int find_alias(const char *repos, size_t length, const char *wanted, char *ret, size_t size, Error *err)
{
        const char *cursor = repos, *end = repos + length;
        char alias[sizeof(((PackageOffer *)0)->id)], name[sizeof(alias)], enabled[8];
        ZypperElement element;
        size_t n = 0;

        *ret = '\0';
        while (zypper_xml_next(&cursor, end, "repo", &element)) {
                if (zypper_xml_attribute(&element, "alias", alias, sizeof(alias), err) < 0 ||
                    zypper_xml_attribute(&element, "name", name, sizeof(name), err) < 0 ||
                    zypper_xml_attribute(&element, "enabled", enabled, sizeof(enabled), err) < 0)
                        continue; /* one that offers nothing, or whose name is too long for an offer's */
                if (text_equal(enabled, "1") && text_equal(name, wanted) && n++ == 0)
                        snprintf(ret, size, "%s", alias);
        }
        if (n > 1)
                *ret = '\0';
        return 0;
}

int zypper_offers_resolve(const char *repos, size_t length, PackageOffers *offers, Error *err)
{
        char alias[sizeof(offers->offers[0].id)];
        size_t i;

        for (i = 0; i < offers->n_offers; i++) {
                if (find_alias(repos, length, offers->offers[i].id, alias, sizeof(alias), err) < 0)
                        return -1;
                memcpy(offers->offers[i].id, alias, sizeof(alias));
        }
        return 0;
}

static int fail(const char *what, const char *output, size_t length, int status, Error *err)
{
        _cleanup_free_ char *said = zypper_xml_error(output, length, SHOWN_MAX);

        return error_set(err, status == STATUS_LOCKED ? ERROR_BUSY : ERROR_COMMAND,
                         "zypper %s ended with status %d: %s", what, status, said ? said : "it did not say why");
}

/* It reads under its lock: somebody may be quicker after all. */
static int search(const Host *host, const PackageRun *run, const PackageCommand *command, char **ret_output,
                  size_t *ret_length, Error *err)
{
        int status = STATUS_LOCKED;

        for (;;) {
                _cleanup_free_ char *output = NULL;
                Error wait = { 0 };

                if (zypper_wait_for_zypp(host, run, err) < 0 ||
                    command_ask(host, run, command, &output, ret_length, &status, err) < 0)
                        return -1;
                if (status == 0 || status == STATUS_NONE || status == STATUS_SKIPPED) {
                        *ret_output = TAKE_PTR(output);
                        return 0;
                }
                if (status != STATUS_LOCKED || host_wait(host, AGAIN_MS, run->deadline, &wait) < 0)
                        return wait.kind == ERROR_STOPPED ? error_set(err, wait.kind, "%s", wait.text)
                                                          : fail("search", output, *ret_length, status, err);
        }
}

static int resolve(const Host *host, const PackageRun *run, PackageOffers *offers, Error *err)
{
        PackageCommand command = { .environment = zypper_environment };
        _cleanup_free_ char *output = NULL;
        size_t length = 0;
        int status = 0;

        command_add_all(&command, repos_argv);
        if (command_ask(host, run, &command, &output, &length, &status, err) < 0)
                return -1;
        if (status != 0)
                return fail("repos", output, length, status, err);
        return zypper_offers_resolve(output, length, offers, err);
}

/* A source's alias is known where it is asked for, and what others are in the way of is not read then. */
int zypper_offers(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret, Error *err)
{
        PackageCommand command = { .environment = zypper_environment };
        const char *id = run->source ? run->source->id : "";
        _cleanup_free_ char *output = NULL;
        size_t length = 0, i;

        if (command_check_word(package, err) < 0)
                return -1;
        command_add_all(&command, search_argv);
        if (*id) {
                command_add(&command, "--repo");
                command_add(&command, id);
        }
        command_add(&command, "--");
        command_add(&command, package);
        if (search(host, run, &command, &output, &length, err) < 0 ||
            zypper_offers_parse(output, length, package, ret, err) < 0)
                return -1;
        for (i = 0; *id && i < ret->n_offers; i++)
                snprintf(ret->offers[i].id, sizeof(ret->offers[i].id), "%s", id);
        return *id || ret->n_offers == 0 ? 0 : resolve(host, run, ret, err);
}
