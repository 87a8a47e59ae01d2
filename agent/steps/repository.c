/*
 * What is fetched is never written through: the list is parsed and ours is generated from it. An existing source for
 * the same place is used as it is, with its keys; one under the vendor's own names that does not work is repaired.
 */
#include "agent/steps.h"

#include <stdio.h>
#include <string.h>

#include "agent/situation.h"
#include "agent/sensor/sensor.h"
#include "agent/steps/package_cache.h"
#include "agent/steps/package_work.h"
#include "agent/steps/repository_fail.h"
#include "agent/steps/repository_fetch.h"
#include "agent/steps/repository_key.h"
#include "agent/steps/repository_offer.h"
#include "agent/steps/repository_others.h"
#include "agent/steps/repository_package.h"
#include "agent/steps/repository_source.h"
#include "agent/steps/repository_unsigned.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/packages/package.h"

/* What came of both at once counts when they came, or may come right by itself; else the list by itself tells why. */
static int read_list(Mission *mission, const PackageRun *run, bool first, PackageResult *result, Failure *failure)
{
        bool tried = false;
        Error err = { 0 };

        mission_say(mission, "reading the package list");
        if (first && package_download_early(mission, run, &tried, result, failure) < 0)
                return -1;
        if (tried && (result->trouble == TROUBLE_NONE || result->passing))
                return 0;
        if (mission->manager->refresh(mission->host, run, run->source, result, &err) < 0)
                return steps_fail_command(failure, REASON_REPOSITORY_REFRESH, &err);
        return 0;
}

static int refresh(Mission *mission, const PackageSource *present, PackageResult *result, Failure *failure)
{
        PackageRun run = mission_package_run(mission);
        PackageSource source = *present;
        unsigned tries = 0;
        int again;
        Error err = { 0 };

        if (package_cache_prepare(mission->host, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        if (repository_key_pin_index(mission, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_KEY, &err);
        run.archives = PACKAGE_CACHE;
        if (*source.uri)
                run.url = source.uri;
        run.source = &source;
        do {
                if (read_list(mission, &run, tries == 0, result, failure) < 0)
                        return -1;
                again = steps_again(mission, result, &tries, failure);
        } while (again > 0);
        if (again < 0)
                return -1;
        if (result->trouble != TROUBLE_NONE)
                return repository_fail_refresh(mission, result, failure);
        mission->source = source;
        return 0;
}

static bool is_by_unknown_key(const PackageResult *result, const Failure *failure)
{
        return (result->trouble == TROUBLE_SIGNATURE || result->trouble == TROUBLE_KEY) &&
               failure->reason != REASON_CLOCK_WRONG;
}

/* It failed for its signature, and the keys are not all that the vendor signs with: with one more, until that does it.
 */
static int refresh_with_more_keys(Mission *mission, HttpClient *http, const PackageSource *source,
                                  PackageResult *result, Failure *failure)
{
        Failure ignored = { 0 };
        bool added = false;

        while (is_by_unknown_key(result, failure)) {
                if (!*source->signed_by ||
                    repository_key_extend(mission, http, source->signed_by, &added, &ignored) < 0 || !added)
                        return -1;
                *failure = (Failure){ 0 };
                *result = (PackageResult){ 0 };
                if (refresh(mission, source, result, failure) < 0)
                        continue;
                repository_key_tell(mission, "the repository", source->signed_by);
                return 0;
        }
        return -1;
}

static int add_source(Mission *mission, HttpClient *http, PackageSource *source, const char *file, Failure *failure)
{
        PackageResult result = { 0 };
        Error err = { 0 };

        if (repository_key_install(mission, http, failure) < 0)
                return -1;
        snprintf(source->signed_by, sizeof(source->signed_by), "%s", mission->manager->sources->key_file);
        if (repository_source_write(mission, source, file, &err) < 0 ||
            repository_source_remember_lists(mission, source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        if (refresh(mission, source, &result, failure) == 0)
                return 0;
        return refresh_with_more_keys(mission, http, source, &result, failure);
}

/* Without the login that may stand in it. */
static char *show_place(const char *uri)
{
        return text_shown(uri, 200);
}

/* What our look at the files does not explain, the package manager may use without a signature. */
static int refuse_unseen(const PackageSource *offered, Failure *failure)
{
        const char *where = *offered->id ? offered->id : offered->uri;
        _cleanup_free_ char *shown = show_place(where);

        return failure_set(failure, REASON_REPOSITORY_UNVERIFIED,
                           "%s %s offers " SENSOR_PACKAGE ", and no file of this machine that can be read here "
                           "configures it.",
                           shown, offered->suite);
}

/* One under the vendor's own name whose key is missing or wrong gets the right one; another is the site's. */
static int use_source(Mission *mission, HttpClient *http, PackageSource *source, PackageSource *existing,
                      Failure *failure)
{
        _cleanup_free_ char *shown = NULL;
        PackageResult result = { 0 };
        Error err = { 0 };

        if (existing->unverified)
                return repository_unsigned_refuse(mission, existing, failure);
        log_info("using the source that %s configures", existing->file);
        if (repository_source_remember_lists(mission, existing, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        if (repository_key_prepare(mission, http, existing, failure) < 0)
                return -1;
        if (refresh(mission, existing, &result, failure) == 0)
                return 0;
        if (!repository_source_is_vendors(mission, existing->file))
                return refresh_with_more_keys(mission, http, existing, &result, failure) == 0
                               ? 0
                               : repository_source_blame(existing->file, &result, failure);
        if (!is_by_unknown_key(&result, failure))
                return -1;
        *failure = (Failure){ 0 };
        if (add_source(mission, http, source, existing->file, failure) < 0)
                return -1;
        shown = text_escape(existing->file, 200);
        outcome_row(mission->outcome, "repository-key", ROW_WARNING,
                    "%s did not work (%s): its key and its entry were set up anew", shown, result.text);
        return 0;
}

/* *ret_used: false when it is one to be set up anew. */
static int refresh_present(Mission *mission, HttpClient *http, const PackageOffer *offer, bool *ret_used,
                           Failure *failure)
{
        bool found = false, sites = mission->request->use_existing_repo;
        _cleanup_free_ char *place = show_place(offer->uri);
        PackageSource like = { 0 }, source = { 0 };
        PackageResult result = { 0 };
        Error err = { 0 };

        if (repository_offer_find(mission, offer, &like, &found, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        *ret_used = found && !source.unverified;
        if (!found)
                return sites ? refuse_unseen(&like, failure) : 0;
        if (!*ret_used)
                return repository_source_is_vendors(mission, source.file) && !sites
                               ? 0
                               : repository_unsigned_refuse(mission, &source, failure);
        outcome_row(mission->outcome, "package-source", ROW_SUCCESS, "%s comes from %s %s, which %s configures",
                    SENSOR_PACKAGE, place, *offer->suite ? offer->suite : offer->id, source.file);
        log_info("using %s %s%s, which offers %s already", place, offer->suite, offer->id, SENSOR_PACKAGE);
        if (repository_source_remember_lists(mission, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        if (!sites && repository_key_prepare(mission, http, &source, failure) < 0)
                return -1;
        if (refresh(mission, &source, &result, failure) == 0)
                return 0;
        if (!sites && refresh_with_more_keys(mission, http, &source, &result, failure) == 0)
                return 0;
        return repository_source_is_vendors(mission, source.file) && !sites
                       ? -1
                       : repository_source_blame(source.file, &result, failure);
}

/* A package that was here before comes from where it came from, be that a mirror of the customer's: nothing is added.
 */
static int use_present(Mission *mission, HttpClient *http, bool *ret_used, Failure *failure)
{
        const PackageRun run = mission_package_run(mission);
        const PackageOffer *chosen = NULL;
        PackageOffers offers = { 0 };
        Error err = { 0 };

        *ret_used = false;
        if (mission->facts.package.state == PACKAGE_ABSENT)
                return 0;
        /* a new one after all: it comes from the channel that is asked for */
        if (mission->facts.package.state == PACKAGE_CONFIG_FILES && mission->request->channel)
                return 0;
        if (mission->manager->offers(mission->host, &run, SENSOR_PACKAGE, &offers, &err) < 0) {
                if (err.kind == ERROR_STOPPED || err.kind == ERROR_BUSY)
                        return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
                log_warning("%s", err.text);
                return 0;
        }
        if (repository_offer_choose(mission, &offers, &chosen, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return chosen ? refresh_present(mission, http, chosen, ret_used, failure) : 0;
}

/* Which of the versions asked for is offered, and where. NULL: none. */
static const PackageOffer *choose_offer(const Mission *mission, const PackageOffers *offers)
{
        const char *version = mission->request->version;
        size_t i;

        for (i = 0; version && i < offers->n_offers; i++)
                if (text_equal(offers->offers[i].version, version) ||
                    (!strchr(version, '-') && sensor_compare_versions(offers->offers[i].version, version) == 0))
                        return &offers->offers[i];
        return offers->n_offers > 0 ? &offers->offers[0] : NULL;
}

/* What the sources of this machine offer; their lists may be missing, as cloud images ship them. */
static int look_for_offers(Mission *mission, PackageOffers *offers, Failure *failure)
{
        const PackageRun run = mission_package_run(mission);
        PackageResult result = { 0 };
        Error err = { 0 };

        if (mission->manager->offers(mission->host, &run, SENSOR_PACKAGE, offers, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        if (offers->n_offers > 0)
                return 0;
        mission_say(mission, "reading the package lists of this machine's repositories");
        if (mission->manager->refresh(mission->host, &run, NULL, &result, &err) < 0 ||
            mission->manager->offers(mission->host, &run, SENSOR_PACKAGE, offers, &err) < 0)
                return steps_fail_command(failure, REASON_REPOSITORY_REFRESH, &err);
        if (offers->n_offers > 0)
                return 0;
        return failure_set(failure, REASON_REPOSITORY_NONE,
                           "The setting useExistingRepo allows only what this machine has configured, and none of that "
                           "offers %s%s%s",
                           SENSOR_PACKAGE, *result.text ? ". The package manager said: " : ".", result.text);
}

/* As the setting useExistingRepo asks: nothing is added, neither source nor key, and nothing fetched by ourselves. */
static int use_configured(Mission *mission, Failure *failure)
{
        PackageOffers offers = { 0 };
        bool used;

        if (look_for_offers(mission, &offers, failure) < 0)
                return -1;
        return refresh_present(mission, NULL, choose_offer(mission, &offers), &used, failure);
}

/* Somebody may have meant it so, for all that uses this entry: it is not for us to use or enable. */
static void tell_disabled(Mission *mission, const PackageSource *existing)
{
        _cleanup_free_ char *shown = text_escape(existing->file, 200), *place = show_place(existing->uri);

        outcome_row(mission->outcome, "package-source", ROW_WARNING,
                    "%s configures %s too, and disables it: that entry stays as it is, and one of our own is added",
                    shown, place);
}

/* One for other architectures only: ours has its keyring, as the package manager refuses two that differ. */
static int add_beside(Mission *mission, HttpClient *http, PackageSource *source, const PackageSource *other,
                      const char *file, Failure *failure)
{
        PackageResult result = { 0 };
        Error err = { 0 };

        if (text_equal(other->signed_by, mission->manager->sources->key_file) ||
            repository_source_is_vendors(mission, other->file))
                return add_source(mission, http, source, file, failure);
        snprintf(source->signed_by, sizeof(source->signed_by), "%s", other->signed_by);
        if (repository_source_write(mission, source, file, &err) < 0 ||
            repository_source_remember_lists(mission, source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        if (refresh(mission, source, &result, failure) == 0 ||
            refresh_with_more_keys(mission, http, source, &result, failure) == 0)
                return 0;
        return repository_source_blame(other->file, &result, failure);
}

/* Its keys are the distribution's, and where it is configured is none of ours. */
static int use_packaged(Mission *mission, HttpClient *http, Failure *failure)
{
        PackageResult result = { 0 };
        PackageSource source = { 0 };
        Error err = { 0 };

        if (repository_package_find(mission, &source, failure) < 0)
                return -1;
        if (source.unverified)
                return repository_unsigned_refuse(mission, &source, failure);
        if (repository_unsigned_check(mission, &source, failure) < 0)
                return -1;
        if (repository_source_remember_lists(mission, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        if (*source.signed_by && repository_key_prepare(mission, http, &source, failure) < 0)
                return -1;
        return refresh(mission, &source, &result, failure) == 0
                       ? 0
                       : repository_source_blame(source.file, &result, failure);
}

static int add(Mission *mission, HttpClient *http, PackageSource *source, const PackageSource *other, const char *file,
               Failure *failure)
{
        if ((other->enabled ? add_beside(mission, http, source, other, file, failure)
                            : add_source(mission, http, source, file, failure)) < 0)
                return -1;
        outcome_row(mission->outcome, "repository-added", ROW_SUCCESS, "%s configures the vendor's repository %s %s",
                    file, source->uri, *source->suite ? source->suite : source->id);
        return 0;
}

/* What has no signatures asked for goes first; what came into force by all of this is looked at at the end. */
static int use_or_add(Mission *mission, HttpClient *http, PackageSource *source, const char *file, Failure *failure)
{
        _cleanup_(repository_unsigned_clear) RepositoryUnsigned taken = { 0 };
        const SourceFormat *format = mission->manager->sources;
        PackageSource existing = { 0 }, place = *source;
        bool found = false;
        Error err = { 0 };

        if (repository_unsigned_take_out(mission, source, &taken, failure) < 0)
                return -1;
        if (format->find(format, mission->host, source, NULL, &found, &existing, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        if (!found && *existing.file && !existing.enabled)
                tell_disabled(mission, &existing);
        if ((found         ? use_source(mission, http, source, &existing, failure)
             : *taken.file ? add_source(mission, http, source, taken.file, failure)
                           : add(mission, http, source, &existing, file, failure)) < 0 ||
            repository_unsigned_check(mission, &place, failure) < 0)
                return -1;
        if (*taken.file && repository_source_drop(mission, taken.file, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        repository_unsigned_tell(mission, &taken, !found);
        return 0;
}

/* As the package server says where it comes from: used where it is configured already, else added. */
static int set_up(Mission *mission, HttpClient *http, Failure *failure)
{
        const char *channel = mission->request->channel ? mission->request->channel : "prod";
        _cleanup_free_ char *file = repository_source_file(mission, channel);
        const DistroSupport *support = situation_support(mission->request, &mission->facts);
        PackageSource source = { 0 };
        Error err = { 0 };

        mission_say(mission, "looking up the package repository for %s", mission->facts.machine.distro.name);
        if (support && support->repository_package)
                return use_packaged(mission, http, failure);
        if (repository_fetch_source(mission, http, &source, failure) < 0)
                return -1;
        if (repository_source_mend(mission, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return use_or_add(mission, http, &source, file, failure);
}

int step_repository(Mission *mission, Failure *failure)
{
        _cleanup_(http_client_freep) HttpClient *http = NULL;
        bool found = false;

        if (steps_wait_for_turn(mission, failure) < 0)
                return -1;
        if (mission->request->use_existing_repo)
                return use_configured(mission, failure);
        http = http_client_new(mission->host); /* one: reading the bundle takes 65 ms */
        if (use_present(mission, http, &found, failure) < 0)
                return -1;
        if (found)
                return 0;
        return set_up(mission, http, failure) < 0 ? -1 : repository_others_mend(mission, failure);
}
