/*
 * What is fetched is never written through: the list is parsed and ours is generated from it; of the key file only the
 * pinned primary key is written. An existing source for the same place is used as it is, with its keyring; one under
 * the vendor's own names that does not work is repaired.
 */
#include "agent/steps.h"

#include <string.h>
#include <sys/stat.h>

#include "agent/steps/repository_source.h"
#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/http.h"
#include "platform/openpgp.h"

#define LIST_MAX 65536
#define TRIES 60
#define FUTURE_S 10 /* what apt puts up with (Acquire::Max-FutureTime) */

static void on_http_wait(const char *text, void *userdata)
{
        mission_say(userdata, "%s", text);
}

/* What is signed still has to be valid by our clock; until then it is worth telling only. */
static void look_at_clock(Mission *mission, const HttpResponse *response)
{
        int64_t skew = response->has_date ? response->clock_skew_s : 0;

        mission->clock_told = response->has_date;
        mission->clock_skew_s = skew;
        if (skew > HTTP_CLOCK_SKEW_MAX_S || skew < -HTTP_CLOCK_SKEW_MAX_S)
                outcome_row(
                        mission->outcome, "clock", ROW_WARNING,
                        "The clock of this machine is %lld s %s the package repository's. Set it (chronyc makestep, "
                        "or timedatectl set-ntp true): the sensor's licence and connections depend on it.",
                        (long long)(skew < 0 ? -skew : skew), skew < 0 ? "behind" : "ahead of");
}

static int fetch(Mission *mission, HttpClient *http, const char *path, size_t max, HttpResponse *response,
                 Failure *failure)
{
        _cleanup_free_ char *url = text_format("%s/%s", mission_packages_url(mission), path);
        HttpSpec spec = { .url = url,
                          .max_bytes = max,
                          .deadline = mission->deadline,
                          .tries = TRIES,
                          .on_wait = on_http_wait,
                          .userdata = mission };
        Error err = { 0 };

        if (http_client_get(http, &spec, response, &err) == 0) {
                look_at_clock(mission, response);
                return 0;
        }
        if (response->starts_in_s > 0)
                return failure_set(failure, REASON_CLOCK_WRONG, "It is behind by %lld s at least: %s",
                                   (long long)response->starts_in_s, err.text);
        if (err.kind == ERROR_INPUT)
                return failure_from(failure, REASON_REPOSITORY_NOT_OURS, &err);
        if (err.kind == ERROR_MISSING)
                return failure_from(failure, REASON_TLS_MISSING, &err);
        if (err.kind == ERROR_TRUST)
                return failure_from(failure, REASON_REPOSITORY_CERTIFICATE, &err);
        return steps_fail(failure, REASON_REPOSITORY_UNREACHABLE, &err);
}

static int fetch_source(Mission *mission, HttpClient *http, PackageSource *source, Failure *failure)
{
        const char *channel = mission->request->channel ? mission->request->channel : "prod";
        const SourceFormat *format = mission->manager->sources;
        _cleanup_free_ char *path =
                text_format("config/%s/%s.%s", mission->facts.machine.support->path, channel, format->extension);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        if (fetch(mission, http, path, LIST_MAX, &response, failure) < 0)
                return -1;
        if (format->parse(response.body, response.length, mission_packages_url(mission), source, &err) < 0) {
                error_prefix(&err, "%s/%s", mission_packages_url(mission), path);
                return failure_from(failure, REASON_REPOSITORY_NOT_OURS, &err);
        }
        return 0;
}

/* *ret NULL: none of the keys in the file is pinned. */
static int find_pinned(const Host *host, const OpenpgpFile *file, const OpenpgpKey **ret, Error *err)
{
        const char *const *lists[] = { distro_repository_keys, host->repository_keys };
        size_t i, j;

        *ret = NULL;
        for (i = 0; i < ELEMENTSOF(lists); i++)
                for (j = 0; lists[i] && lists[i][j] && !*ret; j++)
                        if (openpgp_find(file, lists[i][j], ret, err) < 0)
                                return -1;
        return 0;
}

/* As it is; in armor, behind which packets cannot be put: its keys. What is no keyring is nobody's. */
static void append_present(Text *keyring, const char *old, size_t length, const OpenpgpFile *present)
{
        size_t i;

        if (present->n_keys > 0 && (*old & 0x80))
                text_append_bytes(keyring, old, length);
        else
                for (i = 0; i < present->n_keys; i++)
                        text_append_bytes(keyring, (const char *)present->keys[i].packets, present->keys[i].length);
}

/* apt verifies as a user of its own. */
static bool is_readable_by_all(const Host *host, const char *path)
{
        _cleanup_free_ char *full = host_path(host, path);
        struct stat st;

        return stat(full, &st) == 0 && (st.st_mode & S_IROTH);
}

/* The keyring may be shared with other products of the vendor: extended, never replaced. */
static int install_key(Mission *mission, const OpenpgpKey *key, Error *err)
{
        const char *keyring_file = mission->manager->sources->key_file;
        _cleanup_(openpgp_file_clear) OpenpgpFile present = { 0 };
        _cleanup_(text_clear) Text keyring = { 0 };
        _cleanup_free_ char *old = NULL;
        const OpenpgpKey *known = NULL;
        size_t length = 0;

        if (fs_read(mission->host, keyring_file, OPENPGP_FILE_MAX, &old, &length, err) < 0)
                return -1;
        if (old && openpgp_read(old, length, &present, NULL) == 0 &&
            openpgp_find(&present, key->fingerprint, &known, NULL) == 0 && known &&
            is_readable_by_all(mission->host, keyring_file))
                return 0;
        append_present(&keyring, old, length, &present);
        if (!known)
                text_append_bytes(&keyring, key->packets, key->length);
        return undo_write(mission->host, keyring_file, keyring.data, keyring.length, 0644, err);
}

static int fetch_key(Mission *mission, HttpClient *http, Failure *failure)
{
        _cleanup_free_ char *path = text_format("keys/%s", mission->facts.machine.support->key_file);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        const OpenpgpKey *key;
        Error err = { 0 };

        if (fetch(mission, http, path, OPENPGP_FILE_MAX, &response, failure) < 0)
                return -1;
        if (openpgp_read(response.body, response.length, &file, &err) < 0) {
                error_prefix(&err, "%s/%s", mission_packages_url(mission), path);
                return failure_from(failure, REASON_REPOSITORY_KEY, &err);
        }
        if (find_pinned(mission->host, &file, &key, &err) < 0)
                return failure_from(failure, REASON_REPOSITORY_KEY, &err);
        if (!key)
                return failure_set(failure, REASON_REPOSITORY_KEY, "%s/%s holds %s%s, which is not pinned.",
                                   mission_packages_url(mission), path, file.keys[0].fingerprint,
                                   file.n_keys > 1 ? " and others" : "");
        log_info("repository key %s", key->fingerprint);
        if (install_key(mission, key, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_KEY, &err);
        return 0;
}

/* Dates of the repository's signature: is our own clock to blame, or are they wrong themselves? */
static bool is_clock_to_blame(const Mission *mission, const PackageResult *result)
{
        int64_t skew = mission->clock_skew_s;

        if (result->trouble == TROUBLE_CLOCK)
                return !mission->clock_told || skew < -FUTURE_S;
        return result->trouble == TROUBLE_SIGNATURE && mission->clock_told && skew > HTTP_CLOCK_SKEW_MAX_S &&
               strstr(result->text, "is expired (invalid since");
}

static int fail_refresh(const Mission *mission, const PackageResult *result, Failure *failure)
{
        int64_t skew = mission->clock_skew_s;
        PackageResult other = *result;

        if (is_clock_to_blame(mission, result) && mission->clock_told)
                return failure_set(
                        failure, REASON_CLOCK_WRONG, "It is %lld s %s the repository's. The package manager said: %s",
                        (long long)(skew < 0 ? -skew : skew), skew < 0 ? "behind" : "ahead of", result->text);
        if (result->trouble == TROUBLE_CLOCK && !is_clock_to_blame(mission, result))
                other.trouble = TROUBLE_SIGNATURE;
        return steps_fail_packages(failure, &other, REASON_REPOSITORY_REFRESH);
}

static int refresh(Mission *mission, const PackageSource *source, PackageResult *result, Failure *failure)
{
        PackageRun run = mission_package_run(mission);
        unsigned tries = 0;
        int again;
        Error err = { 0 };

        if (*source->uri)
                run.url = source->uri;
        run.source = source;
        do {
                mission_say(mission, "reading the package list");
                if (mission->manager->refresh(mission->host, &run, source, result, &err) < 0)
                        return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
                again = steps_again(mission, result, &tries, failure);
        } while (again > 0);
        if (again < 0)
                return -1;
        if (result->trouble != TROUBLE_NONE)
                return fail_refresh(mission, result, failure);
        mission->source = *source;
        return 0;
}

static int add_source(Mission *mission, HttpClient *http, PackageSource *source, const char *file, Failure *failure)
{
        PackageResult result = { 0 };
        Error err = { 0 };

        if (fetch_key(mission, http, failure) < 0)
                return -1;
        if (repository_source_write(mission, source, file, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return refresh(mission, source, &result, failure);
}

static int name_file(Failure *failure, const char *file)
{
        Failure found = *failure;
        _cleanup_free_ char *shown = text_escape(file, sizeof(found.found) / 4);

        return failure_set(failure, found.reason, "%s (the source is that of %s)", found.found, shown);
}

static int refuse_unverified(const Mission *mission, const PackageSource *existing, Failure *failure)
{
        _cleanup_free_ char *shown = text_escape(existing->file, 200);

        return failure_set(failure, REASON_REPOSITORY_UNVERIFIED, "The entry for %s %s in %s says %s.", existing->uri,
                           *existing->suite ? existing->suite : existing->id, shown,
                           mission->manager->sources->unverified);
}

/* The vendor signs: an entry that has apt do without is a mistake, or somebody's way onto this machine. */
static int verify_source(Mission *mission, HttpClient *http, PackageSource *source, const PackageSource *existing,
                         Failure *failure)
{
        _cleanup_free_ char *shown = text_escape(existing->file, 200);

        if (!repository_source_is_vendors(mission, existing->file))
                return refuse_unverified(mission, existing, failure);
        outcome_row(mission->outcome, "repository-key", ROW_WARNING,
                    "%s had packages used without a signature: its key and its entry were set up anew", shown);
        return add_source(mission, http, source, existing->file, failure);
}

/* One under the vendor's own name whose key is missing or wrong gets the right one; another is the site's. */
static int use_source(Mission *mission, HttpClient *http, PackageSource *source, const PackageSource *existing,
                      Failure *failure)
{
        PackageResult result = { 0 };

        if (existing->unverified)
                return verify_source(mission, http, source, existing, failure);
        log_info("using the source that %s configures", existing->file);
        if (refresh(mission, existing, &result, failure) == 0)
                return 0;
        if (!repository_source_is_vendors(mission, existing->file))
                return name_file(failure, existing->file);
        if (result.trouble != TROUBLE_SIGNATURE || failure->reason == REASON_CLOCK_WRONG)
                return -1;
        outcome_row(mission->outcome, "repository-key", ROW_WARNING,
                    "%s did not work (%s): its key and its entry were set up anew", existing->file, result.text);
        *failure = (Failure){ 0 };
        return add_source(mission, http, source, existing->file, failure);
}

static int refresh_present(Mission *mission, const PackageOffer *offer, bool *ret_used, Failure *failure)
{
        const SourceFormat *format = mission->manager->sources;
        PackageSource like = { 0 }, source = { 0 };
        PackageResult result = { 0 };
        bool found = false;
        Error err = { 0 };

        snprintf(like.id, sizeof(like.id), "%s", offer->id);
        snprintf(like.uri, sizeof(like.uri), "%s", offer->uri);
        snprintf(like.suite, sizeof(like.suite), "%s", offer->suite);
        if (format->find(format, mission->host, &like, NULL, &found, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        *ret_used = !found || !source.unverified;
        if (!*ret_used)
                return repository_source_is_vendors(mission, source.file)
                               ? 0
                               : refuse_unverified(mission, &source, failure);
        outcome_row(mission->outcome, "package-source", ROW_SUCCESS, "%s comes from %s %s, which %s configures",
                    SENSOR_PACKAGE, offer->uri, *offer->suite ? offer->suite : offer->id,
                    found ? source.file : "this machine");
        log_info("using %s %s%s, which offers %s already", offer->uri, offer->suite, offer->id, SENSOR_PACKAGE);
        if (!found)
                return 0;
        if (repository_source_remember_lists(mission, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return refresh(mission, &source, &result, failure);
}

/* A package that was here before comes from where it came from, be that a mirror of the customer's: nothing is added.
 */
static int use_present(Mission *mission, bool *ret_used, Failure *failure)
{
        const PackageRun run = mission_package_run(mission);
        PackageOffers offers = { 0 };
        Error err = { 0 };

        *ret_used = false;
        if (mission->facts.package.state == PACKAGE_ABSENT)
                return 0;
        /* a new one after all: it comes from the channel that is asked for */
        if (mission->facts.package.state == PACKAGE_CONFIG_FILES && mission->request->channel)
                return 0;
        if (mission->manager->offers(mission->host, &run, SENSOR_PACKAGE, &offers, &err) < 0) {
                if (err.kind == ERROR_STOPPED)
                        return steps_fail(failure, REASON_STOPPED, &err);
                log_warning("%s", err.text);
                return 0;
        }
        return offers.n_offers > 0 ? refresh_present(mission, &offers.offers[0], ret_used, failure) : 0;
}

int step_repository(Mission *mission, Failure *failure)
{
        const char *channel = mission->request->channel ? mission->request->channel : "prod";
        const SourceFormat *format = mission->manager->sources;
        _cleanup_free_ char *file = repository_source_file(mission, channel);
        _cleanup_(http_client_freep) HttpClient *http =
                http_client_new(mission->host); /* one: reading the bundle takes 65 ms */
        PackageSource source = { 0 }, existing = { 0 };
        bool found = false;
        Error err = { 0 };

        if (steps_wait_for_turn(mission, failure) < 0 || use_present(mission, &found, failure) < 0)
                return -1;
        if (found)
                return 0;
        mission_say(mission, "looking up the package repository for %s", mission->facts.machine.distro.name);
        if (fetch_source(mission, http, &source, failure) < 0)
                return -1;
        if (repository_source_mend(mission, &source, &err) < 0 ||
            format->find(format, mission->host, &source, NULL, &found, &existing, &err) < 0 ||
            repository_source_remember_lists(mission, found ? &existing : &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return found ? use_source(mission, http, &source, &existing, failure)
                     : add_source(mission, http, &source, file, failure);
}
