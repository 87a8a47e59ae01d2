/*
 * Two sources may offer one version with other bytes: apt takes those of the one it read first, be that one without a
 * signature. What our source says they are is asked of apt with nothing but that source, whatever its lists are packed
 * with.
 */
#include "platform/packages/apt_listed.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/fs_digest.h"
#include "platform/packages/package_file.h"
#include "platform/process.h"

#define QUERY_MS 30000
#define DIGEST "SHA256: "
#define SHOWN_MAX 200

/* "mdatp_101.24092.0002_amd64.deb", its epoch's colon as %3a. NULL: not there. Caller frees. */
static char *find_file(const Host *host, const PackageRun *run, const PackageWanted *wanted)
{
        const char *asked = wanted->version ? wanted->version : "", *colon = strchr(asked, ':');
        _cleanup_free_ char *start = text_format("%s_", wanted->package),
                            *number = text_format("%s_", colon ? colon + 1 : asked);
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i;

        if (fs_list(host, run->archives, &names, NULL) < 0)
                return NULL;
        for (i = 0; names[i]; i++)
                if (text_starts_with(names[i], start) && text_ends_with(names[i], ".deb") && strstr(names[i], number))
                        return text_format("%s/%s", run->archives, names[i]);
        return NULL;
}

static int ask(const Host *host, const char *list, const PackageWanted *wanted, ProcessResult *ret, Error *err)
{
        _cleanup_free_ char *sources = text_format("-oDir::Etc::sourcelist=%s", list);
        _cleanup_free_ char *package =
                wanted->version ? text_format("%s=%s", wanted->package, wanted->version) : text_copy(wanted->package);
        const char *const argv[] = { "apt-cache",
                                     "-oDir::Cache::pkgcache=",
                                     "-oDir::Cache::srcpkgcache=",
                                     "-oDir::State::status=/dev/null",
                                     "-oDir::Etc::sourceparts=-",
                                     sources,
                                     "show",
                                     "--",
                                     package,
                                     NULL };
        const ProcessSpec spec = {
                .argv = argv, .deadline = deadline_in(QUERY_MS), .output_fd = -1, .stoppable = true
        };

        return process_run(host, &spec, ret, err);
}

AptListed apt_listed_parse(const char *text, size_t length, const char *digest)
{
        const char *cursor = text, *line;
        AptListed listed = APT_LISTED_UNKNOWN;
        size_t n;

        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);

                if (!text_starts_with(copy, DIGEST))
                        continue;
                if (text_equal_nocase(text_trim(copy + strlen(DIGEST)), digest))
                        return APT_LISTED_YES;
                listed = APT_LISTED_NO;
        }
        return listed;
}

static int look(const Host *host, const PackageRun *run, const PackageWanted *wanted, const char *file, AptListed *ret,
                Error *err)
{
        _cleanup_free_ char *list = text_format("%s/" APT_LISTED_SOURCE, run->archives);
        _cleanup_free_ char *line =
                text_format("deb %s %s %s\n", run->source->uri, run->source->suite, run->source->component);
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        char digest[CRYPTO_SHA256_HEX];

        if (fs_write_volatile(host, list, line, strlen(line), 0600, err) < 0)
                return -1;
        if (ask(host, list, wanted, &result, err) < 0 || fs_remove(host, list, err) < 0 ||
            fs_sha256_hex(host, file, PACKAGE_FILE_MAX, digest, err) < 0)
                return -1;
        *ret = result.exit_status == 0 ? apt_listed_parse(result.output, result.output_length, digest)
                                       : APT_LISTED_UNKNOWN;
        return 0;
}

static void refuse(const PackageRun *run, const PackageWanted *wanted, const char *what, PackageResult *ret)
{
        _cleanup_free_ char *place = text_shown(run->source->uri, SHOWN_MAX);

        *ret = (PackageResult){ .trouble = TROUBLE_ELSEWHERE, .ours = true, .own_words = true };
        snprintf(ret->text, sizeof(ret->text),
                 "%s%s%s %s that %s lists: another source of this machine offers it, too, and apt prefers that one",
                 wanted->package, wanted->version ? " " : "", wanted->version ? wanted->version : "", what, place);
}

int apt_listed_check(const Host *host, const PackageRun *run, const PackageWanted *wanted, PackageResult *ret,
                     Error *err)
{
        _cleanup_free_ char *file = find_file(host, run, wanted);
        AptListed listed = APT_LISTED_UNKNOWN;

        if (!file && text_starts_with(run->source->uri, "http"))
                refuse(run, wanted, "was not downloaded from the place", ret);
        if (!file)
                return 0;
        if (look(host, run, wanted, file, &listed, err) < 0)
                return -1;
        if (listed == APT_LISTED_NO || (listed == APT_LISTED_UNKNOWN && !wanted->version))
                refuse(run, wanted, "as it was downloaded is not the one", ret);
        else if (listed == APT_LISTED_UNKNOWN)
                log_info("apt does not tell which %s %s its source lists", wanted->package, wanted->version);
        return 0;
}
