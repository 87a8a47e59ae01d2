#include "platform/packages/apt_source.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

static char *format(const PackageSource *source, const char *architecture, const char *old, size_t length)
{
        _cleanup_(source_mend_clear) SourceMend mend = { 0 };
        _cleanup_free_ char *line = apt_source_line(source, architecture);

        if (old)
                apt_source_mend(old, length, source, true, &mend);
        return text_format("%s%s", mend.text ? mend.text : "", line);
}

/* How apt names the files of a source in its lists folder: the URI without its scheme and login, slashes as
 * underscores. */
static size_t traces(const PackageSource *source, SourceTrace ret[SOURCE_TRACES_MAX])
{
        static const char *const folders[] = { "/var/lib/apt/lists/partial", "/var/lib/apt/lists" };
        const char *place = strstr(source->uri, "://");
        const char *login = place ? memchr(place + 3, '@', strcspn(place + 3, "/")) : NULL;
        const char *name = login ? login + 1 : place ? place + 3 : "";
        size_t i;
        char *p;

        for (i = 0; i < ELEMENTSOF(folders) && place; i++) {
                ret[i].whole = false;
                snprintf(ret[i].folder, sizeof(ret[i].folder), "%s", folders[i]);
                snprintf(ret[i].prefix, sizeof(ret[i].prefix), "%.200s_dists_%.60s_", name, source->suite);
                for (p = ret[i].prefix; *p; p++)
                        if (*p == '/')
                                *p = '_';
        }
        return place ? ELEMENTSOF(folders) : 0;
}

static const char *const prefixes[] = { "microsoft-", NULL };

const SourceFormat source_format_apt = {
        .extension = "list",
        .folder = "/etc/apt/sources.list.d",
        .prefixes = prefixes,
        .key_file = "/usr/share/keyrings/microsoft-prod.gpg",
        .one_keyring = true,
        .unverified = "trusted=yes or allow-insecure=yes",
        .parse = apt_source_parse,
        .format = format,
        .find = apt_source_find,
        .find_unverified = apt_source_find_unverified,
        .find_in = apt_source_find_in,
        .mend = apt_source_mend,
        .misplaced = apt_source_misplaced,
        .traces = traces,
};
