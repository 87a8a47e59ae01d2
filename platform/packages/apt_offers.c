#include "platform/packages/apt.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/process.h"

#define QUERY_MS 30000
#define SHOWN_MAX 200
#define CANDIDATE "  Candidate: "
#define VERSION_COLUMN 5 /* before it " *** " marks the installed one; sources stand further right */

static void read_candidate(const char *line, PackageOffers *ret)
{
        const char *version = line + strlen(CANDIDATE);

        if (*version != '(')
                snprintf(ret->candidate, sizeof(ret->candidate), "%s", version);
}

/* dpkg's own status is a path, no source. */
static void read_source(const char *line, const char *version, PackageOffers *ret)
{
        char uri[256] = "", place[128] = "", *slash;
        PackageOffer *offer = &ret->offers[ret->n_offers];

        if (ret->n_offers == PACKAGE_OFFERS_MAX || sscanf(line, " %*d %255s %127s", uri, place) != 2 || *uri == '/')
                return;
        slash = strrchr(place, '/');
        if (slash)
                *slash = '\0';
        if (text_ends_with(uri, "/"))
                uri[strlen(uri) - 1] = '\0';
        snprintf(offer->version, sizeof(offer->version), "%s", version);
        snprintf(offer->uri, sizeof(offer->uri), "%s", uri);
        snprintf(offer->suite, sizeof(offer->suite), "%.63s", place);
        ret->n_offers++;
}

void apt_offers_parse(const char *text, size_t length, PackageOffers *ret)
{
        const char *cursor = text, *line;
        char version[64] = "";
        bool table = false;
        size_t n;

        *ret = (PackageOffers){ 0 };
        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);

                if (text_starts_with(copy, CANDIDATE))
                        read_candidate(copy, ret);
                else if (text_equal(copy, "  Version table:"))
                        table = true;
                else if (table && n > VERSION_COLUMN && copy[VERSION_COLUMN] != ' ')
                        sscanf(copy + VERSION_COLUMN, "%63s", version);
                else if (table && *version)
                        read_source(copy, version, ret);
        }
}

int apt_offers(const Host *host, const PackageRun *run, const char *package, PackageOffers *ret, Error *err)
{
        const char *const argv[] = {
                "apt-cache", "-oDir::Cache::pkgcache=", "-oDir::Cache::srcpkgcache=", "policy", "--", package, NULL
        };
        const ProcessSpec spec = {
                .argv = argv, .deadline = deadline_in(QUERY_MS), .output_fd = -1, .stoppable = true
        };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *line = NULL;

        if (process_run(host, &spec, &result, err) < 0)
                return -1;
        if (result.exit_status != 0) {
                line = process_last_line(result.output, SHOWN_MAX);
                return error_set(err, ERROR_COMMAND, "apt-cache policy ended with status %d: %s", result.exit_status,
                                 line);
        }
        apt_offers_parse(result.output, result.output_length, ret);
        return 0;
}
