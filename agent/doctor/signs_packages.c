/*
 * The package manager beyond the facts: who holds it, and what is configured for the sensor's repository.
 */
#include "agent/doctor/signs.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define CHANNEL "prod"
#define FILE_MAX (1024 * 1024)

void signs_locks_look(const Host *host, const Facts *facts, LockSigns *ret)
{
        const PackageManager *manager = package_manager(facts->package.manager_id);
        const PackageRun run = { .deadline = deadline_in(0), .output_fd = -1 };
        Error err = { 0 };
        char *waited;

        ret->held = TRI_UNKNOWN;
        if (!manager)
                return;
        if (manager->wait_for_locks(host, &run, &err) == 0) {
                ret->held = TRI_NO;
                return;
        }
        if (err.kind != ERROR_BUSY)
                return;
        ret->held = TRI_YES;
        waited = strstr(err.text, "; we waited");
        snprintf(ret->holder, sizeof(ret->holder), "%.*s",
                 (int)(waited ? (size_t)(waited - err.text) : sizeof(ret->holder) - 1), err.text);
}

static const char *suite_of(const Facts *facts)
{
        const DistroSupport *support = facts->machine.support;

        if (support->manager != MANAGER_APT)
                return "";
        return support->codename ? support->codename : facts->machine.distro.codename;
}

/* Entries that the package manager stumbles over, in the files under the vendor's names. */
static bool look_at_file(const Host *host, const SourceFormat *format, const PackageSource *like, const char *prefix,
                         SourceSigns *ret)
{
        _cleanup_free_ char *file = text_format("%s/%s" CHANNEL ".%s", format->folder, prefix, format->extension);
        _cleanup_(source_mend_clear) SourceMend mend = { 0 };
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        if (!format->mend || fs_read(host, file, FILE_MAX, &text, &length, NULL) < 0 || !text)
                return false;
        format->mend(text, length, like, false, &mend);
        if (mend.dropped == 0)
                return false;
        snprintf(ret->found, sizeof(ret->found), "%s holds what is of no use on this machine: %s.", file, mend.what);
        ret->weak = TRI_YES;
        return true;
}

static bool look_at_keyring(const Host *host, const PackageSource *source, SourceSigns *ret)
{
        if (*source->signed_by != '/' || fs_exists(host, source->signed_by))
                return false;
        snprintf(ret->found, sizeof(ret->found), "%.200s names the keyring %.200s, which is not there.", source->file,
                 source->signed_by);
        ret->weak = TRI_YES;
        ret->reason = REASON_PACKAGE_SOURCES;
        return true;
}

static void look_at_entry(const Host *host, const SourceFormat *format, const PackageSource *like, SourceSigns *ret)
{
        _cleanup_free_ PackageSource *source = text_allocate(sizeof(PackageSource));
        bool found = false, is_unsigned = false;
        Error err = { 0 };

        if (format->find(format, host, like, NULL, &found, source, &err) < 0) {
                ret->weak = TRI_UNKNOWN;
                return;
        }
        if (found && look_at_keyring(host, source, ret))
                return;
        if (format->find_unverified(format, host, like, &is_unsigned, source, &err) < 0)
                ret->weak = TRI_UNKNOWN;
        if (!is_unsigned)
                return;
        snprintf(ret->found, sizeof(ret->found), "The entry in %.200s %s.", source->file,
                 *source->weakness ? source->weakness : format->unverified);
        ret->weak = TRI_YES;
        ret->reason = REASON_REPOSITORY_UNVERIFIED;
}

void signs_sources_look(const Host *host, const Facts *facts, SourceSigns *ret)
{
        const PackageManager *manager = package_manager(facts->package.manager_id);
        _cleanup_free_ PackageSource *like = text_allocate(sizeof(PackageSource));
        const char *const *prefix;

        ret->weak = TRI_UNKNOWN;
        if (!manager || !facts->machine.support)
                return;
        ret->weak = TRI_NO;
        if (!facts->machine.support->path)
                return;
        snprintf(like->uri, sizeof(like->uri), "%s/%s/" CHANNEL, host->packages_url, facts->machine.support->path);
        snprintf(like->suite, sizeof(like->suite), "%s", suite_of(facts));
        for (prefix = manager->sources->prefixes; prefix && *prefix; prefix++)
                if (look_at_file(host, manager->sources, like, *prefix, ret))
                        return;
        look_at_entry(host, manager->sources, like, ret);
}
