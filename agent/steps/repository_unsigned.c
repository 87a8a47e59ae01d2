#include "agent/steps/repository_unsigned.h"

#include <stdio.h>

#include "agent/steps.h"
#include "agent/steps/repository_source.h"
#include "platform/base/log.h"

void repository_unsigned_clear(RepositoryUnsigned *taken)
{
        text_clear(&taken->others);
        text_clear(&taken->ids);
        *taken = (RepositoryUnsigned){ 0 };
}

int repository_unsigned_find(const Mission *mission, const PackageSource *source, bool *ret_found, PackageSource *ret,
                             Error *err)
{
        const SourceFormat *format = mission->manager->sources;

        return format->find_unverified(format, mission->host, source, ret_found, ret, err);
}

int repository_unsigned_refuse(const Mission *mission, const PackageSource *entry, Failure *failure)
{
        _cleanup_free_ char *shown = text_escape(entry->file, 200), *place = text_shown(entry->uri, 200),
                            *id = text_escape(*entry->suite ? entry->suite : entry->id, 128);

        return failure_set(failure, REASON_REPOSITORY_UNVERIFIED, "The entry for %s%s%s in %s %s%s.", place,
                           *place ? " " : "", id, shown, *entry->weakness ? "" : "says ",
                           *entry->weakness ? entry->weakness : mission->manager->sources->unverified);
}

int repository_unsigned_check(const Mission *mission, const PackageSource *source, Failure *failure)
{
        PackageSource found = { 0 };
        bool any = false;
        Error err = { 0 };

        if (repository_unsigned_find(mission, source, &any, &found, &err) < 0)
                return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
        return any ? repository_unsigned_refuse(mission, &found, failure) : 0;
}

static void note(const PackageSource *found, RepositoryUnsigned *taken)
{
        _cleanup_free_ char *shown = text_escape(found->file, 200);

        log_warning("%s has packages used without a signature%s%s: that entry is taken out", shown,
                    *found->weakness ? ", as it " : "", found->weakness);
        text_append(&taken->ids, "%s\n", found->id);
        if (*taken->file) {
                text_append(&taken->others, "; %s did so, too%s%s: that entry was taken out", shown,
                            *found->weakness ? ", as it " : "", found->weakness);
                return;
        }
        snprintf(taken->file, sizeof(taken->file), "%s", found->file);
        snprintf(taken->weakness, sizeof(taken->weakness), "%s", found->weakness);
}

/* What was taken out may have hidden an entry of its id for another place. */
static int check_ids(const Mission *mission, const Text *ids, Failure *failure)
{
        const char *cursor = ids->data, *line;
        size_t length;

        while (ids->length > 0 && text_next_line(&cursor, ids->data + ids->length, &line, &length)) {
                PackageSource like = { 0 };

                snprintf(like.id, sizeof(like.id), "%.*s", (int)length, line);
                if (*like.id && repository_unsigned_check(mission, &like, failure) < 0)
                        return -1;
        }
        return 0;
}

int repository_unsigned_take_out(const Mission *mission, const PackageSource *source, RepositoryUnsigned *ret,
                                 Failure *failure)
{
        PackageSource found = { 0 };
        bool any = false;
        Error err = { 0 };

        for (;;) {
                _cleanup_free_ char *last = text_copy(found.file);

                if (repository_unsigned_find(mission, source, &any, &found, &err) < 0)
                        return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
                if (!any)
                        return check_ids(mission, &ret->ids, failure);
                if (!repository_source_is_vendors(mission, found.file) || text_equal(found.file, last))
                        return repository_unsigned_refuse(mission, &found, failure);
                /* ours may come to stand in the first, by whom that may be read stays so */
                if ((*ret->file ? repository_source_take_out(mission, found.file, source, &err)
                                : repository_source_empty(mission, found.file, source, &err)) < 0)
                        return steps_fail(failure, REASON_REPOSITORY_REFRESH, &err);
                note(&found, ret);
        }
}

void repository_unsigned_tell(Mission *mission, const RepositoryUnsigned *taken, bool anew)
{
        _cleanup_free_ char *shown = text_escape(taken->file, 200);

        if (*taken->file)
                outcome_row(mission->outcome, "repository-key", ROW_WARNING,
                            "%s had packages used without a signature%s%s: %s%s", shown,
                            *taken->weakness ? ", as it " : "", taken->weakness,
                            anew ? "its key and its entry were set up anew" : "that entry was taken out",
                            taken->others.data ? taken->others.data : "");
}
