#include "agent/steps/repository_source.h"

#include <stdio.h>
#include <string.h>

#include "agent/undo.h"
#include "platform/apt_source_mend.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define FILE_MAX (1024 * 1024)

static const char *const vendors_files[] = {
        REPOSITORY_SOURCES "/microsoft-prod.list",
        REPOSITORY_SOURCES "/microsoft-insiders-fast.list",
        REPOSITORY_SOURCES "/microsoft-insiders-slow.list",
};

bool repository_source_is_vendors(const char *file)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(vendors_files); i++)
                if (text_equal(file, vendors_files[i]))
                        return true;
        return false;
}

/* The site configures the same place elsewhere, with another keyring. */
static int is_contradicted(const Host *host, const char *file, const AptSource *wanted, AptSource *other, bool *ret,
                           Error *err)
{
        AptSource here = { 0 };
        bool found = false;

        *ret = false;
        if (!apt_source_find_in(host, file, wanted->uri, wanted->suite, &here))
                return 0;
        if (apt_source_find(host, wanted->uri, wanted->suite, file, &found, other, err) < 0)
                return -1;
        *ret = found && !text_equal(here.signed_by, other->signed_by);
        return 0;
}

static int replace(const Host *host, const char *file, const char *text, Error *err)
{
        if (*text)
                return undo_write(host, file, text, strlen(text), 0644, err);
        return undo_remember_file(host, file, err) < 0 ? -1 : fs_remove(host, file, err);
}

static int mend_file(const Host *host, const char *file, const AptSource *wanted, Text *told, Error *err)
{
        _cleanup_(apt_mend_clear) AptMend mend = { 0 };
        _cleanup_free_ char *text = NULL, *why = NULL;
        bool contradicted = false;
        AptSource other = { 0 };
        size_t length = 0;

        if (fs_read(host, file, FILE_MAX, &text, &length, NULL) < 0 || !text)
                return 0; /* what is no file of a list's size is not the installer's */
        if (is_contradicted(host, file, wanted, &other, &contradicted, err) < 0)
                return -1;
        apt_source_mend(text, length, host->packages_url, wanted, contradicted, &mend);
        if (mend.dropped == 0)
                return 0;
        why = contradicted ? text_format("; %s configures the same with another keyring", other.file) : text_copy("");
        log_warning("%s holds what is of no use here, %s%s: taken out", file, mend.what, why);
        text_append(told, "%s%s held what is of no use here, %s%s: taken out", told->length > 0 ? "; " : "", file,
                    mend.what, why);
        return replace(host, file, mend.text, err);
}

int repository_source_mend(Mission *mission, const AptSource *wanted, Error *err)
{
        _cleanup_(text_clear) Text told = { 0 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(vendors_files); i++)
                if (mend_file(mission->host, vendors_files[i], wanted, &told, err) < 0)
                        return -1;
        if (told.length > 0)
                outcome_row(mission->outcome, "repository-repair", ROW_WARNING, "%s", told.data);
        return 0;
}

int repository_source_write(Mission *mission, AptSource *source, const char *file, Error *err)
{
        const char *architecture = distro_debian_architecture(&mission->facts.machine.distro);
        _cleanup_free_ char *line = NULL, *old = NULL, *text = NULL;
        _cleanup_(apt_mend_clear) AptMend mend = { 0 };
        size_t length = 0;

        snprintf(source->signed_by, sizeof(source->signed_by), "%s", REPOSITORY_KEYRING);
        line = apt_source_format(source, architecture ? architecture : "amd64");
        if (fs_read(mission->host, file, FILE_MAX, &old, &length, NULL) == 0 && old)
                apt_source_mend(old, length, mission->host->packages_url, source, true, &mend);
        text = text_format("%s%s", mend.text ? mend.text : "", line);
        return replace(mission->host, file, text, err);
}
