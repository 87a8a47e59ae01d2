/*
 * Two sources may offer one version with other bytes: apt takes those of the one it read first, be that one without a
 * signature; and of a package that nobody asked a version of the newest, whoever has it. What our source says they are
 * is asked of apt with nothing but that source, whatever its lists are packed with.
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
#define LOCAL "'file:/"
#define SHOWN_MAX 200

/* How the names of "mdatp_101.24092.0002_amd64.deb" begin; its epoch's colon is %3a. Caller frees. */
static char *name_start(const PackageWanted *wanted)
{
        _cleanup_(text_clear) Text start = { 0 };
        const char *c;

        text_append(&start, "%s_", wanted->package);
        for (c = wanted->version ? wanted->version : ""; *c; c++)
                if (*c == ':')
                        text_append(&start, "%%3a");
                else
                        text_append(&start, "%c", *c);
        if (wanted->version)
                text_append(&start, "_");
        return text_take(&start);
}

char *apt_listed_find(const Host *host, const PackageRun *run, const PackageWanted *wanted)
{
        _cleanup_free_ char *start = name_start(wanted), *found = NULL;
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i;

        if (fs_list(host, run->archives, &names, NULL) < 0)
                return NULL;
        for (i = 0; names[i]; i++) {
                if (!text_starts_with(names[i], start) || !text_ends_with(names[i], ".deb"))
                        continue;
                if (found)
                        return text_copy(APT_LISTED_SEVERAL);
                found = text_format("%s/%s", run->archives, names[i]);
        }
        return TAKE_PTR(found);
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

/* What follows a field's name; NULL: another field. */
static const char *field(char *line, const char *name)
{
        return text_starts_with(line, name) ? text_trim(line + strlen(name)) : NULL;
}

AptListed apt_listed_parse(const char *text, size_t length, const char *digest, char version[PACKAGE_VERSION_MAX])
{
        const char *cursor = text, *line, *value;
        AptListed listed = APT_LISTED_UNKNOWN;
        bool is_it = false;
        size_t n;

        version[0] = '\0';
        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);

                if (n == 0 && is_it)
                        break;
                if (n == 0)
                        version[0] = '\0';
                if ((value = field(copy, "Version: ")))
                        snprintf(version, PACKAGE_VERSION_MAX, "%s", value);
                if (!(value = field(copy, "SHA256: ")))
                        continue;
                is_it = text_equal_nocase(value, digest);
                listed = APT_LISTED_NO;
        }
        return is_it && *version ? APT_LISTED_YES : listed;
}

AptPlace apt_listed_parse_uris(const char *text, size_t length, const char *package, char **ret_path)
{
        _cleanup_free_ char *name = text_format("' %s_", package);
        const char *cursor = text, *line;
        size_t n;

        *ret_path = NULL;
        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);
                char *end = strstr(copy, name), *path = copy + strlen(LOCAL);

                if (*copy != '\'' || !end)
                        continue;
                *end = '\0';
                if (!text_starts_with(copy, LOCAL) || strchr(path, '%')) /* what it escapes is not read */
                        return APT_PLACE_OTHER;
                *ret_path = text_format("/%s", path + strspn(path, "/"));
                return APT_PLACE_LOCAL;
        }
        return APT_PLACE_NONE;
}

static int look(const Host *host, const PackageRun *run, const PackageWanted *wanted, const char *file, AptListed *ret,
                char version[PACKAGE_VERSION_MAX], Error *err)
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
        *ret = result.exit_status == 0 && !result.truncated
                       ? apt_listed_parse(result.output, result.output_length, digest, version)
                       : APT_LISTED_UNKNOWN;
        return 0;
}

static void refuse(const PackageRun *run, const PackageWanted *wanted, AptListed listed, PackageResult *ret)
{
        _cleanup_free_ char *place = text_shown(run->source->uri, SHOWN_MAX);

        *ret = (PackageResult){ .trouble = TROUBLE_ELSEWHERE, .ours = true, .own_words = true };
        snprintf(ret->text, sizeof(ret->text), "%s%s%s, as apt prefers it, is not %s %s %s", wanted->package,
                 wanted->version ? " " : "", wanted->version ? wanted->version : "",
                 listed == APT_LISTED_NO ? "the one that" : "known to be of what", place,
                 listed == APT_LISTED_NO ? "lists: another source of this machine offers it, too"
                                         : "lists, so it may be another source's");
}

int apt_listed_check(const Host *host, const PackageRun *run, const PackageWanted *wanted, const char *file,
                     PackageResult *ret, Error *err)
{
        char version[PACKAGE_VERSION_MAX] = "";
        AptListed listed = APT_LISTED_UNKNOWN;

        if (*file == '/' && look(host, run, wanted, file, &listed, version, err) < 0)
                return -1;
        if (listed != APT_LISTED_YES)
                refuse(run, wanted, listed, ret);
        else
                snprintf(ret->version, sizeof(ret->version), "%s", version);
        return 0;
}
