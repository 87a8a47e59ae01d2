#include "agent/steps/repository_others.h"

#include <stdio.h>

#include "agent/steps.h"
#include "agent/steps/repository_source.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define FILE_MAX (1024 * 1024)
#define OTHERS_MAX 4 /* of a file; each costs a refresh */

/* Does every refresh fail by it? What time may mend says nothing. */
static int try(Mission *mission, const PackageSource *other, PackageResult *result, bool *ret_broken, Error *err)
{
        PackageRun run = mission_package_run(mission);

        *ret_broken = false;
        run.url = other->uri;
        run.source = other;
        mission_say(mission, "reading what else %s lists", other->file);
        if (repository_source_remember_lists(mission, other, err) < 0 ||
            mission->manager->refresh(mission->host, &run, other, result, err) < 0)
                return -1;
        *ret_broken = result->ours && (result->trouble == TROUBLE_KEY || result->trouble == TROUBLE_SIGNATURE ||
                                       (result->trouble == TROUBLE_NETWORK && !result->passing));
        return 0;
}

static void tell(Mission *mission, const PackageSource *other, const PackageResult *result, bool broken)
{
        _cleanup_free_ char *place = text_shown(other->uri, 200), *suite = text_escape(other->suite, 60);

        log_info("%s: %s %s is for another release and %s", other->file, place, suite, broken ? "fails" : "stays");
        if (broken)
                outcome_row(mission->outcome, "repository-other", ROW_WARNING,
                            "%s held %s %s, which made every refresh of this machine's lists fail: taken out. The "
                            "package manager said: %s",
                            other->file, place, suite, result->text);
        else
                outcome_row(mission->outcome, "repository-other", ROW_SUCCESS,
                            "%s configures %s %s besides, which is for another release: it stays", other->file, place,
                            suite);
}

static int mend_file(Mission *mission, const char *file, Error *err)
{
        const SourceFormat *format = mission->manager->sources;
        _cleanup_free_ char *text = NULL;
        PackageSource other = { 0 };
        size_t length = 0, n;

        if (fs_read(mission->host, file, FILE_MAX, &text, &length, NULL) < 0 || !text)
                return 0;
        for (n = 0; n < OTHERS_MAX &&
                    format->misplaced(text, length, mission_packages_url(mission), &mission->source, n, &other);
             n++) {
                PackageResult result = { 0 };
                bool broken = false;

                snprintf(other.file, sizeof(other.file), "%s", file);
                if (try(mission, &other, &result, &broken, err) < 0 ||
                    (broken && repository_source_take_out(mission, file, &other, err) < 0))
                        return -1;
                tell(mission, &other, &result, broken);
        }
        return 0;
}

int repository_others_mend(Mission *mission, Failure *failure)
{
        _cleanup_(fs_names_freep) char **files = NULL;
        Error err = { 0 };
        char **file;

        if (!mission->manager->sources->misplaced)
                return 0;
        files = repository_source_files(mission);
        for (file = files; *file; file++)
                if (mend_file(mission, *file, &err) < 0)
                        return steps_fail_command(failure, REASON_REPOSITORY_REFRESH, &err);
        return 0;
}
