#include "handler/people/pass_on.h"

#include "agent/guest/extension_status.h"
#include "agent/history.h"
#include "agent/queue.h"
#include "handler/environment.h"
#include "handler/status.h"
#include "platform/base/log.h"
#include "platform/base/text.h"

static bool ended_badly(const Host *host, int sequence)
{
        HistoryRecord record;

        history_read(host, sequence, &record);
        return record.verdict == VERDICT_REFUSED || record.verdict == VERDICT_FAILED;
}

static bool is_disabled(const Host *host, const Environment *environment, int sequence)
{
        _cleanup_free_ char *path = status_path(environment, sequence);
        _cleanup_free_ ExtensionStatus *status = text_allocate(sizeof(*status));

        extension_status_read(host, path, status);
        return text_equal(status->operation, "Disable");
}

void pass_on(const Host *host)
{
        _cleanup_(environment_clear) Environment environment = { 0 };
        QueueEntry last, entry;
        Error err = { 0 };

        if (queue_has_next(host) || !queue_read_last(host, &last) || !ended_badly(host, last.sequence) ||
            environment_read(host, last.base, &environment, &err) < 0 || is_disabled(host, &environment, last.sequence))
                return;
        /* what came in meanwhile is newer, and stays */
        if (queue_make_entry(host, last.base, environment.config_folder, last.sequence, &entry, &err) < 0 ||
            queue_hand_over(host, &entry, "", &err) < 0)
                log_warning("the extension does not look again by itself: %s", err.text);
        else
                log_info("the extension looks again, as its last run had ended badly: sequence %d", last.sequence);
}
