#include "agent/steps/repository_source.h"

#include <stdio.h>
#include <string.h>

#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define FILE_MAX (1024 * 1024)

static const char *const channels[] = { "prod", "insiders-fast", "insiders-slow" };

static char *make_path(const Mission *mission, const char *prefix, const char *channel)
{
        const SourceFormat *format = mission->manager->sources;
        _cleanup_free_ char *folder = format->place ? format->place(format, mission->host) : text_copy(format->folder);

        return text_format("%s/%s%s.%s", folder, prefix, channel, format->extension);
}

char *repository_source_file(const Mission *mission, const char *channel)
{
        const SourceFormat *format = mission->manager->sources;

        return make_path(mission, format->prefixes[0], channel);
}

char **repository_source_files(const Mission *mission)
{
        const SourceFormat *format = mission->manager->sources;
        const char *const *prefix;
        size_t i, n = 0;
        char **files;

        for (prefix = format->prefixes; *prefix; prefix++)
                n += ELEMENTSOF(channels);
        files = text_allocate((n + 1) * sizeof(char *));
        n = 0;
        for (prefix = format->prefixes; *prefix; prefix++)
                for (i = 0; i < ELEMENTSOF(channels); i++)
                        files[n++] = make_path(mission, *prefix, channels[i]);
        return files;
}

bool repository_source_is_vendors(const Mission *mission, const char *file)
{
        _cleanup_(fs_names_freep) char **files = repository_source_files(mission);
        char **vendors;

        for (vendors = files; *vendors; vendors++)
                if (text_equal(file, *vendors))
                        return true;
        return false;
}

int repository_source_blame(const char *file, const PackageResult *result, Failure *failure)
{
        Failure found = *failure;
        _cleanup_free_ char *shown = text_escape(file, sizeof(found.found) / 4);

        if (result->trouble == TROUBLE_KEY && found.reason == REASON_PACKAGE_SIGNATURE)
                found.reason = REASON_REPOSITORY_KEY_UNKNOWN;
        failure_set(failure, found.reason, "%s (the source is that of %s)", found.found, shown);
        failure->by_manager = found.by_manager;
        return -1;
}

/* The site configures the same place elsewhere, with another keyring. */
static int is_contradicted(const Mission *mission, const char *file, const PackageSource *wanted, PackageSource *other,
                           bool *ret, Error *err)
{
        const SourceFormat *format = mission->manager->sources;
        PackageSource here = { 0 };
        bool found = false;

        *ret = false;
        if (!format->one_keyring || !format->find_in(mission->host, file, wanted, &here))
                return 0;
        if (format->find(format, mission->host, wanted, file, &found, other, err) < 0)
                return -1;
        *ret = (found || other->enabled) && !text_equal(here.signed_by, other->signed_by);
        return 0;
}

static int replace(const Host *host, const char *file, const char *text, Error *err)
{
        if (*text)
                return undo_rewrite(host, file, text, strlen(text), 0644, 0, err);
        return undo_remember_file(host, file, err) < 0 ? -1 : fs_remove(host, file, err);
}

static int mend_file(const Mission *mission, const char *file, const PackageSource *wanted, Text *told, Error *err)
{
        _cleanup_(source_mend_clear) SourceMend mend = { 0 };
        _cleanup_free_ char *text = NULL, *why = NULL;
        bool contradicted = false;
        PackageSource other = { 0 };
        size_t length = 0;

        if (fs_read(mission->host, file, FILE_MAX, &text, &length, NULL) < 0 || !text)
                return 0; /* what is no file of a list's size is not the installer's */
        if (is_contradicted(mission, file, wanted, &other, &contradicted, err) < 0)
                return -1;
        mission->manager->sources->mend(text, length, wanted, contradicted, &mend);
        if (mend.dropped == 0)
                return 0;
        why = contradicted ? text_format("; %s configures the same with another keyring", other.file) : text_copy("");
        log_warning("%s holds what is of no use here, %s%s: taken out", file, mend.what, why);
        text_append(told, "%s%s held what is of no use here, %s%s: taken out", told->length > 0 ? "; " : "", file,
                    mend.what, why);
        return replace(mission->host, file, mend.text, err);
}

int repository_source_mend(Mission *mission, const PackageSource *wanted, Error *err)
{
        _cleanup_(fs_names_freep) char **files = repository_source_files(mission);
        _cleanup_(text_clear) Text told = { 0 };
        char **file;

        for (file = files; *file; file++)
                if (mend_file(mission, *file, wanted, &told, err) < 0)
                        return -1;
        if (told.length > 0)
                outcome_row(mission->outcome, "repository-repair", ROW_WARNING, "%s", told.data);
        return 0;
}

int repository_source_empty(const Mission *mission, const char *file, const PackageSource *source, Error *err)
{
        _cleanup_(source_mend_clear) SourceMend mend = { 0 };
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        if (fs_read(mission->host, file, FILE_MAX, &text, &length, err) < 0)
                return -1;
        if (!text)
                return 0;
        mission->manager->sources->mend(text, length, source, true, &mend);
        return mend.dropped > 0 ? undo_rewrite(mission->host, file, mend.text, strlen(mend.text), 0644, 0, err) : 0;
}

int repository_source_drop(const Mission *mission, const char *file, Error *err)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        if (fs_read(mission->host, file, FILE_MAX, &text, &length, err) < 0)
                return -1;
        return text && length == 0 ? replace(mission->host, file, "", err) : 0;
}

int repository_source_take_out(const Mission *mission, const char *file, const PackageSource *source, Error *err)
{
        return repository_source_empty(mission, file, source, err) < 0 ? -1
                                                                       : repository_source_drop(mission, file, err);
}

/* Two keyrings for one place would stop everything. */
static int take_out_other_keyrings(const Mission *mission, const PackageSource *source, const char *file, Error *err)
{
        _cleanup_(fs_names_freep) char **files = repository_source_files(mission);
        const SourceFormat *format = mission->manager->sources;
        char **other;

        for (other = files; format->one_keyring && *other; other++) {
                PackageSource found = { 0 };

                if (text_equal(*other, file) || !format->find_in(mission->host, *other, source, &found) ||
                    text_equal(found.signed_by, source->signed_by))
                        continue;
                log_warning("%s configures the same with another keyring: taken out", *other);
                if (repository_source_take_out(mission, *other, source, err) < 0)
                        return -1;
        }
        return 0;
}

int repository_source_write(Mission *mission, PackageSource *source, const char *file, Error *err)
{
        const SourceFormat *format = mission->manager->sources;
        _cleanup_free_ char *old = NULL, *text = NULL;
        size_t length = 0;

        if (format->claim && format->claim(format, mission->host, file, source, err) < 0)
                return -1;
        if (fs_read(mission->host, file, FILE_MAX, &old, &length, NULL) < 0)
                free(TAKE_PTR(old));
        text = format->format(source, mission->facts.machine.distro.architecture, old, length);
        if (replace(mission->host, file, text, err) < 0 || take_out_other_keyrings(mission, source, file, err) < 0)
                return -1;
        snprintf(source->file, sizeof(source->file), "%s", file);
        return 0;
}

static bool is_trace(const SourceTrace *trace, const char *name)
{
        if (trace->temporary)
                return fs_is_temporary(name, trace->prefix);
        return trace->whole ? text_equal(name, trace->prefix) : text_starts_with(name, trace->prefix);
}

static bool has_any(const Host *host, const SourceTrace *trace)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        char **name;

        if (fs_list(host, trace->folder, &names, NULL) < 0)
                return true;
        for (name = names; *name; name++)
                if (is_trace(trace, *name))
                        return true;
        return false;
}

static int remember_trace(const Host *host, const SourceTrace *trace, Error *err)
{
        _cleanup_free_ char *path = text_format("%s/%s", trace->folder, trace->prefix);

        if (trace->temporary)
                return has_any(host, trace) ? 0 : undo_remember_temporary(host, trace->folder, trace->prefix, err);
        if (has_any(host, trace))
                return undo_remember_fetched(host, trace->folder, trace->prefix, trace->whole, err);
        return trace->whole ? undo_remember_trace(host, path, err)
                            : undo_remember_prefix(host, trace->folder, trace->prefix, err);
}

int repository_source_remember_lists(Mission *mission, const PackageSource *source, Error *err)
{
        SourceTrace traces[SOURCE_TRACES_MAX] = { 0 };
        size_t i, n = mission->manager->sources->traces(source, traces);

        for (i = 0; i < n; i++)
                if (remember_trace(mission->host, &traces[i], err) < 0)
                        return -1;
        return 0;
}
