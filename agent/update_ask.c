/*
 * The daily look asks before it hands over, so that a week in which nothing new came is not seen from outside.
 */
#include "agent/update_ask.h"

#include <stdio.h>

#include "agent/azure/azure_tags.h"
#include "agent/mission.h"
#include "agent/situation.h"
#include "agent/steps/update.h"
#include "agent/undo.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define TAG "ExcludeMdeAutoUpdate"
#define ASK_MS (2 * 60 * 1000)
#define DAY_S 86400

static void remember(const Host *host, const UpdateRecord *record)
{
        Error err = { 0 };

        if (update_record_write(host, record, &err) < 0)
                log_warning("autoUpdate: %s", err.text);
}

static bool is_time(const Host *host, const Facts *facts)
{
        _cleanup_free_ char *id = NULL;
        size_t length = 0;

        if (fs_read(host, "/etc/machine-id", 256, &id, &length, NULL) < 0 || !id)
                return false;
        return update_record_is_due(&facts->update.record, text_trim(id), facts->now_s);
}

/* But for what Azure says. */
static bool is_free(const Request *request, const Facts *facts)
{
        Facts unasked = *facts; /* borrowed: not cleared */

        unasked.update.record.opted_out = TRI_NO;
        return situation_may_update(request, &unasked);
}

static void ask_azure(const Host *host, int64_t today, UpdateRecord *record)
{
        record->trouble[0] = '\0';
        record->opted_out = azure_tags_look(host, TAG, record->trouble, sizeof(record->trouble));
        if (record->opted_out == TRI_YES)
                record->looked = today;
}

void update_ask(const Host *host, const Request *request, Facts *facts)
{
        UpdateRecord *record = &facts->update.record;
        int64_t today = facts->now_s / DAY_S;
        bool time;

        if (facts->update.due == TRI_YES)
                return; /* it was found before, and nobody came to it */
        facts->update.due = TRI_NO;
        if (!is_free(request, facts))
                return;
        time = is_time(host, facts);
        if (record->looked == 0 || record->looked > today)
                record->looked = today - time; /* so that a day that is missed from now on is seen as such */
        if (time)
                ask_azure(host, today, record);
        facts->update.due = tri(time && record->opted_out == TRI_NO);
        remember(host, record);
}

static bool ask(Mission *mission, Failure *failure)
{
        char version[PACKAGE_VERSION_MAX];
        Error err = { 0 };
        bool newer = update_find(mission, version, failure) == 0 && *version;

        if (undo_roll_back(mission->host, &err) < 0)
                log_warning("autoUpdate: %s", err.text);
        return newer;
}

bool update_is_there(const Host *host, const Request *request, const char *installer_log, Facts *facts)
{
        _cleanup_free_ Outcome *outcome = text_allocate(sizeof(Outcome));
        UpdateRecord *record = &facts->update.record;
        Failure failure = { 0 };
        Mission mission = { .host = host,
                            .request = request,
                            .deadline = deadline_in(ASK_MS),
                            .installer_log = installer_log,
                            .stage = "update",
                            .outcome = outcome,
                            .manager = package_manager(facts->package.manager_id),
                            .facts = *facts }; /* borrowed: not cleared */

        proxy_use_make(request, &mission.facts, &mission.proxy);
        record->due = ask(&mission, &failure);
        record->trouble[0] = '\0';
        if (failure.reason)
                snprintf(record->trouble, sizeof(record->trouble), "%.*s", (int)sizeof(record->trouble) - 1,
                         failure.found);
        else if (!record->due)
                record->looked = facts->now_s / DAY_S;
        remember(host, record);
        facts->update.due = tri(record->due);
        return record->due;
}
