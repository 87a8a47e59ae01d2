#include "agent/doctor/signs.h"

#include <string.h>

#include "platform/base/text.h"

static void take_status(const ExtensionStatus *status, ExtensionSigns *ret)
{
        ret->told = status->damaged == TRI_YES ? TRI_UNKNOWN : status->present;
        snprintf(ret->trouble, sizeof(ret->trouble), "%s", status->damaged == TRI_YES ? status->trouble : "");
        snprintf(ret->status, sizeof(ret->status), "%s", status->status);
        snprintf(ret->message, sizeof(ret->message), "%.*s", (int)sizeof(ret->message) - 1, status->message);
        ret->reason = status->reason;
}

/* What history knows of the same end is in plainer words. */
static void take_run(const ExtensionRun *run, ExtensionSigns *ret)
{
        ret->fulfilled = run->fulfilled;
        ret->ended_s = run->ended_s;
        snprintf(ret->tenant, sizeof(ret->tenant), "%s", run->tenant);
        if (!run->failure.reason || (ret->reason && ret->reason != run->failure.reason))
                return;
        ret->reason = run->failure.reason;
        snprintf(ret->message, sizeof(ret->message), "%.*s", (int)sizeof(ret->message) - 1, run->failure.found);
        if (ret->told != TRI_YES && (run->verdict == VERDICT_FAILED || run->verdict == VERDICT_REFUSED)) {
                ret->told = TRI_YES;
                snprintf(ret->status, sizeof(ret->status), "error");
        }
}

static void take_state(const ExtensionState *state, ExtensionSigns *ret)
{
        ret->working = extension_state_is_busy(state) == TRI_YES ? TRI_YES
                       : state->visible == TRI_NO                ? state->worker
                                                                 : TRI_NO;
        ret->worker = state->holder.pid;
        ret->died = state->visible == TRI_NO ? TRI_UNKNOWN
                                             : tri(state->current.present == TRI_YES && state->worked_on == TRI_NO);
        ret->waiting = state->next.present;
}

void signs_extension_take(const Extension *extension, ExtensionSigns *ret)
{
        const ExtensionFolder *folder = extension_folder(extension);
        const ExtensionRun *run = NULL;

        *ret = (ExtensionSigns){ .sequence = -1 };
        if (folder && !text_equal(folder->reported, "Ready"))
                snprintf(ret->reported, sizeof(ret->reported), "%s", folder->reported_message);
        if (folder && folder->unpacked == TRI_NO)
                folder = NULL; /* the guest agent's note of a failure */
        ret->there = folder ? TRI_YES : extension->visible == TRI_NO ? TRI_UNKNOWN : TRI_NO;
        ret->fulfilled = extension->state.visible == TRI_NO ? TRI_UNKNOWN : TRI_NO;
        if (folder) {
                snprintf(ret->folder, sizeof(ret->folder), "%.*s", (int)sizeof(ret->folder) - 1, folder->path);
                snprintf(ret->version, sizeof(ret->version), "%.*s", (int)sizeof(ret->version) - 1, folder->version);
                snprintf(ret->state, sizeof(ret->state), "%s", folder->state);
                ret->sequence = folder->sequence < 0 ? 0 : folder->sequence; /* without settings it is asked as 0 */
                take_status(&folder->status, ret);
                run = extension_run(extension, ret->sequence);
        }
        if (!run && extension->n_runs > 0 && !folder) {
                run = &extension->runs[0];
                ret->sequence = run->sequence;
        }
        if (run)
                take_run(run, ret);
        take_state(&extension->state, ret);
        if (ret->working == TRI_YES && text_equal(ret->status, "transitioning"))
                snprintf(ret->doing, sizeof(ret->doing), "%.*s", (int)sizeof(ret->doing) - 1, ret->message);
}
