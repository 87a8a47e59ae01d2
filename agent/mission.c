#include "agent/mission.h"

#include <stdarg.h>
#include <stdio.h>

#include "agent/undo.h"
#include "platform/base/text.h"
#include "platform/process.h"

void mission_tell(Mission *mission)
{
        if (mission->on_progress)
                mission->on_progress(mission->outcome, mission->userdata);
}

void mission_clear(Mission *mission)
{
        facts_clear(&mission->facts);
        onboarding_package_clear(&mission->completed.onboarding);
        flush_end(TAKE_PTR(mission->flush));
}

static void put_words(Mission *mission, const char *words)
{
        outcome_row(mission->outcome, mission->stage, ROW_WORKING, "%s", words);
        if (!mission->overdue)
                outcome_say(mission->outcome, "%s", words);
}

void mission_say(Mission *mission, const char *format, ...)
{
        char words[OUTCOME_TEXT_MAX];
        va_list ap;

        va_start(ap, format);
        vsnprintf(words, sizeof(words), format, ap);
        va_end(ap);
        put_words(mission, words);
        mission_tell(mission);
}

bool mission_is_to_end(const Mission *mission, Failure *failure, const char *format, ...)
{
        ReasonId reason = mission->why_stop ? mission->why_stop(mission->userdata) : REASON_NONE;
        _cleanup_free_ char *where = NULL;
        va_list ap;

        if (!reason && host_stopping(mission->host))
                reason = REASON_STOPPED;
        if (!reason)
                return false;
        va_start(ap, format);
        where = text_format_list(format, ap);
        va_end(ap);
        failure_set(failure, reason, "It ended %s%s", where, text_ends_with(where, ".") ? "" : ".");
        return true;
}

void mission_far(Mission *mission, int64_t done, int64_t total)
{
        outcome_far(mission->outcome, mission->stage, done, total);
        mission_tell(mission);
}

void mission_changed(Mission *mission, const char *what, const char *before, const char *after)
{
        if (mission->on_change)
                mission->on_change(what, before, after, mission->userdata);
}

void mission_say_overdue(Mission *mission, const char *found)
{
        mission->overdue = true;
        mission->outcome->verdict = VERDICT_FAILED;
        failure_set(&mission->outcome->failure, REASON_INSTALL_STILL_RUNNING, "It is %s.", found);
        outcome_row(mission->outcome, mission->stage, ROW_WORKING, "%s", found);
        mission_tell(mission);
}

const char *mission_packages_url(const Mission *mission)
{
        const char *mirror = mission->request->mirror_url;

        return *mirror ? mirror : mission->host->packages_url;
}

static void on_package_progress(const PackageProgress *now, void *userdata)
{
        Mission *mission = userdata;
        _cleanup_free_ char *overdue = NULL;

        if (now->pid == 0 || !deadline_passed(mission->deadline)) {
                put_words(mission, now->text);
                mission_far(mission, now->done, now->total);
                return;
        }
        overdue = text_format("still %s (pid %d)", now->text, (int)now->pid);
        mission_say_overdue(mission, overdue);
}

static int on_package_start(pid_t pid, void *userdata, Error *err)
{
        Mission *mission = userdata;
        const char *before = mission->facts.package.state == PACKAGE_INSTALLED ? mission->facts.package.version : "";
        UndoState transaction = { .pid = pid,
                                  .pinned = *mission->file.path || mission->judged,
                                  .source = mission->source };
        ProcessIdentity identity = { 0 };

        if (pid != 0 && !process_identify(mission->host, pid, &identity))
                return 0; /* ended already */
        transaction.start_time = identity.start_time;
        snprintf(transaction.before, sizeof(transaction.before), "%s", before);
        if (undo_remember_transaction(mission->host, &transaction, err) < 0)
                return error_prefix(err, "remember the transaction across a crash");
        return 0;
}

PackageRun mission_package_run(Mission *mission)
{
        return (PackageRun){ .deadline = mission->deadline,
                             .output_fd = -1,
                             .url = mission_packages_url(mission),
                             .source = *mission->source.file ? &mission->source : NULL,
                             .any_source = mission->request->use_existing_repo,
                             .judged = mission->judged && mission->judged_by_sole && !mission->source.packaged,
                             .proxy = mission->proxy.manager_url,
                             .no_proxy = mission->proxy.exceptions,
                             .on_progress = on_package_progress,
                             .on_start = on_package_start,
                             .userdata = mission };
}
