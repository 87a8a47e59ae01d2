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
#include "platform/apt_policy.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/http.h"
#include "platform/openpgp.h"

#define LIST_MAX 65536
#define KEYRING REPOSITORY_KEYRING
#define LISTS "/var/lib/apt/lists"
#define TRIES 60
#define APT_FUTURE_S 10 /* what apt puts up with (Acquire::Max-FutureTime) */

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
        _cleanup_free_ char *url = text_format("%s/%s", mission->host->packages_url, path);
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

static int fetch_source(Mission *mission, HttpClient *http, AptSource *source, Failure *failure)
{
        const char *channel = mission->request->channel ? mission->request->channel : "prod";
        _cleanup_free_ char *path = text_format("config/%s/%s.list", mission->facts.machine.support->path, channel);
        _cleanup_(http_response_clear) HttpResponse response = { 0 };
        Error err = { 0 };

        if (fetch(mission, http, path, LIST_MAX, &response, failure) < 0)
                return -1;
        if (apt_source_parse_list(response.body, response.length, mission->host->packages_url, source, &err) < 0) {
                error_prefix(&err, "%s/%s", mission->host->packages_url, path);
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
static int install_key(const Host *host, const OpenpgpKey *key, Error *err)
{
        _cleanup_(openpgp_file_clear) OpenpgpFile present = { 0 };
        _cleanup_(text_clear) Text keyring = { 0 };
        _cleanup_free_ char *old = NULL;
        const OpenpgpKey *known = NULL;
        size_t length = 0;

        if (fs_read(host, KEYRING, OPENPGP_FILE_MAX, &old, &length, err) < 0)
                return -1;
        if (old && openpgp_read(old, length, &present, NULL) == 0 &&
            openpgp_find(&present, key->fingerprint, &known, NULL) == 0 && known && is_readable_by_all(host, KEYRING))
                return 0;
        append_present(&keyring, old, length, &present);
        if (!known)
                text_append_bytes(&keyring, key->packets, key->length);
        return undo_write(host, KEYRING, keyring.data, keyring.length, 0644, err);
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
                error_prefix(&err, "%s/%s", mission->host->packages_url, path);
                return failure_from(failure, REASON_REPOSITORY_KEY, &err);
        }
        if (find_pinned(mission->host, &file, &key, &err) < 0)
                return failure_from(failure, REASON_REPOSITORY_KEY, &err);
        if (!key)
                return failure_set(failure, REASON_REPOSITORY_KEY, "%s/%s holds %s%s, which is not pinned.",
                                   mission->host->packages_url, path, file.keys[0].fingerprint,
                                   file.n_keys > 1 ? " and others" : "");
        log_info("repository key %s", key->fingerprint);
        if (install_key(mission->host, key, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_KEY, &err);
        return 0;
}

/* How apt names the files of a source in its lists folder: the URI without its scheme, slashes as underscores. */
static char *list_prefix(const AptSource *source)
{
        char *name = text_format("%s_dists_%s_", strstr(source->uri, "://") + 3, source->suite), *p;

        for (p = name; *p; p++)
                if (*p == '/')
                        *p = '_';
        return name;
}

static bool has_lists(const Host *host, const char *prefix)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        char **name;

        if (fs_list(host, LISTS, &names, NULL) < 0)
                return true;
        for (name = names; *name; name++)
                if (text_starts_with(*name, prefix))
                        return true;
        return false;
}

/* What apt is about to fetch for the source, whole or in part. Lists that are there already are somebody's: kept. */
static int remember_lists(const Host *host, const AptSource *source, Error *err)
{
        _cleanup_free_ char *prefix = list_prefix(source);

        if (undo_remember_prefix(host, LISTS "/partial", prefix, err) < 0)
                return -1;
        return has_lists(host, prefix) ? 0 : undo_remember_prefix(host, LISTS, prefix, err);
}

/* Dates of the repository's signature: is our own clock to blame, or are they wrong themselves? */
static bool is_clock_to_blame(const Mission *mission, const AptResult *result)
{
        int64_t skew = mission->clock_skew_s;

        if (result->trouble == APT_CLOCK)
                return !mission->clock_told || skew < -APT_FUTURE_S;
        return result->trouble == APT_SIGNATURE && mission->clock_told && skew > HTTP_CLOCK_SKEW_MAX_S &&
               strstr(result->text, "is expired (invalid since");
}

static int fail_refresh(const Mission *mission, const AptResult *result, Failure *failure)
{
        int64_t skew = mission->clock_skew_s;
        AptResult other = *result;

        if (is_clock_to_blame(mission, result) && mission->clock_told)
                return failure_set(
                        failure, REASON_CLOCK_WRONG, "It is %lld s %s the repository's. The package manager said: %s",
                        (long long)(skew < 0 ? -skew : skew), skew < 0 ? "behind" : "ahead of", result->text);
        if (result->trouble == APT_CLOCK && !is_clock_to_blame(mission, result))
                other.trouble = APT_SIGNATURE;
        return steps_fail_apt(failure, &other, REASON_REPOSITORY_REFRESH);
}

static int refresh(Mission *mission, const AptSource *source, const char *file, AptResult *result, Failure *failure)
{
        AptRun run = mission_apt_run(mission);
        unsigned tries = 0;
        int again;
        Error err = { 0 };

        run.url = source->uri;
        do {
                mission_say(mission, "reading the package list");
                if (apt_refresh(mission->host, &run, file, result, &err) < 0)
                        return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
                again = steps_again(mission, result, &tries, failure);
        } while (again > 0);
        if (again < 0)
                return -1;
        return result->trouble == APT_OK ? 0 : fail_refresh(mission, result, failure);
}

static int add_source(Mission *mission, HttpClient *http, AptSource *source, const char *file, Failure *failure)
{
        AptResult result = { 0 };
        Error err = { 0 };

        if (fetch_key(mission, http, failure) < 0)
                return -1;
        if (repository_source_write(mission, source, file, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return refresh(mission, source, file, &result, failure);
}

static int name_file(Failure *failure, const char *file)
{
        Failure found = *failure;
        _cleanup_free_ char *shown = text_escape(file, sizeof(found.found) / 4);

        return failure_set(failure, found.reason, "%s (the source is that of %s)", found.found, shown);
}

static int refuse_unverified(const AptSource *existing, Failure *failure)
{
        _cleanup_free_ char *shown = text_escape(existing->file, 200);

        return failure_set(failure, REASON_REPOSITORY_UNVERIFIED,
                           "The entry for %s %s in %s says trusted or allow-insecure.", existing->uri, existing->suite,
                           shown);
}

/* The vendor signs: an entry that has apt do without is a mistake, or somebody's way onto this machine. */
static int verify_source(Mission *mission, HttpClient *http, AptSource *source, const AptSource *existing,
                         Failure *failure)
{
        _cleanup_free_ char *shown = text_escape(existing->file, 200);

        if (!repository_source_is_vendors(existing->file))
                return refuse_unverified(existing, failure);
        outcome_row(mission->outcome, "repository-key", ROW_WARNING,
                    "%s had apt use packages without a signature: its key and its entry were set up anew", shown);
        return add_source(mission, http, source, existing->file, failure);
}

/* One under the vendor's own name whose key is missing or wrong gets the right one; another is the site's. */
static int use_source(Mission *mission, HttpClient *http, AptSource *source, const AptSource *existing,
                      Failure *failure)
{
        AptResult result = { 0 };

        if (existing->unverified)
                return verify_source(mission, http, source, existing, failure);
        log_info("using the source that %s configures", existing->file);
        if (refresh(mission, source, existing->file, &result, failure) == 0)
                return 0;
        if (!repository_source_is_vendors(existing->file))
                return name_file(failure, existing->file);
        if (result.trouble != APT_SIGNATURE || failure->reason == REASON_CLOCK_WRONG)
                return -1;
        outcome_row(mission->outcome, "repository-key", ROW_WARNING,
                    "%s did not work (%s): its key and its entry were set up anew", existing->file, result.text);
        *failure = (Failure){ 0 };
        return add_source(mission, http, source, existing->file, failure);
}

static int refresh_present(Mission *mission, const AptOffer *offer, bool *ret_used, Failure *failure)
{
        AptSource source = { 0 };
        AptResult result = { 0 };
        bool found = false;
        Error err = { 0 };

        if (apt_source_find(mission->host, offer->uri, offer->suite, NULL, &found, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        *ret_used = !found || !source.unverified;
        if (!*ret_used)
                return repository_source_is_vendors(source.file) ? 0 : refuse_unverified(&source, failure);
        outcome_row(mission->outcome, "package-source", ROW_SUCCESS, "%s comes from %s %s, which %s configures",
                    SENSOR_PACKAGE, offer->uri, offer->suite, found ? source.file : "this machine");
        log_info("using %s %s, which offers %s already", offer->uri, offer->suite, SENSOR_PACKAGE);
        if (!found)
                return 0;
        if (strstr(source.uri, "://") && remember_lists(mission->host, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return refresh(mission, &source, source.file, &result, failure);
}

/* A package that was here before comes from where it came from, be that a mirror of the customer's: nothing is added.
 */
static int use_present(Mission *mission, bool *ret_used, Failure *failure)
{
        AptPolicy policy = { 0 };
        Error err = { 0 };

        *ret_used = false;
        if (mission->facts.package.state == PACKAGE_ABSENT)
                return 0;
        /* a new one after all: it comes from the channel that is asked for */
        if (mission->facts.package.state == PACKAGE_CONFIG_FILES && mission->request->channel)
                return 0;
        if (apt_policy_read(mission->host, SENSOR_PACKAGE, &policy, &err) < 0) {
                if (err.kind == ERROR_STOPPED)
                        return steps_fail(failure, REASON_STOPPED, &err);
                log_warning("%s", err.text);
                return 0;
        }
        return policy.n_offers > 0 ? refresh_present(mission, &policy.offers[0], ret_used, failure) : 0;
}

int step_repository(Mission *mission, Failure *failure)
{
        const char *channel = mission->request->channel ? mission->request->channel : "prod";
        _cleanup_free_ char *file = text_format(REPOSITORY_SOURCES "/microsoft-%s.list", channel);
        _cleanup_(http_client_freep) HttpClient *http =
                http_client_new(mission->host); /* one: reading the bundle takes 65 ms */
        AptSource source = { 0 }, existing = { 0 };
        bool found = false;
        Error err = { 0 };

        if (steps_wait_for_first_boot(mission, failure) < 0 || use_present(mission, &found, failure) < 0)
                return -1;
        if (found)
                return 0;
        mission_say(mission, "looking up the package repository for %s", mission->facts.machine.distro.name);
        if (fetch_source(mission, http, &source, failure) < 0)
                return -1;
        if (repository_source_mend(mission, &source, &err) < 0 ||
            apt_source_find(mission->host, source.uri, source.suite, NULL, &found, &existing, &err) < 0 ||
            remember_lists(mission->host, &source, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return found ? use_source(mission, http, &source, &existing, failure)
                     : add_source(mission, http, &source, file, failure);
}
