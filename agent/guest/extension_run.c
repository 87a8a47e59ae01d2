/*
 * The mission lock is looked at in /proc/locks and never taken, not for a moment: an enable that finds it held leaves
 * its request to the holder.
 */
#include "agent/guest/extension_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/guest/places.h"
#include "agent/history.h"
#include "agent/queue.h"
#include "agent/state.h"
#include "agent/state_holder.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/systemd.h"

#define TIMER_FILE "/etc/systemd/system/" RECHECK_TIMER

/* ---- who works --------------------------------------------------------------------------------------------------- */

/* What is not there can be seen not to be there. */
static Tri is_readable(const Host *host, const char *folder)
{
        return tri(host_access_folder(host, folder, R_OK | X_OK) == 0 || errno == ENOENT || errno == ENOTDIR);
}

static void take_request(bool present, const QueueEntry *entry, ExtensionRequest *ret)
{
        _cleanup_free_ char *shown = present ? text_escape(entry->base, sizeof(ret->base) - 8) : text_copy("");

        ret->present = tri(present);
        ret->sequence = present ? entry->sequence : 0;
        snprintf(ret->base, sizeof(ret->base), "%s", shown);
}

/* Inodes are compared without their device: another file may have that number, but not a holder of our name. */
static bool is_ours(const ProcessIdentity *holder)
{
        return text_equal(holder->name, "mde-linux");
}

static void look_at_lock(const Host *host, ExtensionState *state)
{
        ProcessIdentity holder = { 0 };

        state->locked = TRI_UNKNOWN;
        if (!host_is_live(host) || state->visible != TRI_YES)
                return;
        state->locked = tri(state_find_holder(host, &holder) && is_ours(&holder));
        if (state->locked == TRI_YES)
                state->holder = holder;
}

static void look_at_worker(const Host *host, ExtensionState *state)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState unit = { 0 };

        state->worker = TRI_UNKNOWN;
        if (!host_is_live(host) || !systemd_is_running(host) || systemd_open(&systemd, NULL) < 0 ||
            systemd_unit_state(systemd, WORKER_UNIT, &unit, NULL) < 0)
                return;
        state->worker =
                tri(unit.job_pending || (!text_equal(unit.active, "inactive") && !text_equal(unit.active, "failed")));
        if (state->worker == TRI_YES && !state->holder.pid)
                process_identify(host, unit.main_pid, &state->holder);
}

void extension_state_look(const Host *host, ExtensionState *ret)
{
        QueueEntry entry = { 0 };

        *ret = (ExtensionState){ .visible = is_readable(host, STATE_FOLDER), .worked_on = TRI_UNKNOWN };
        ret->current.present = ret->next.present = ret->last.present = TRI_UNKNOWN;
        look_at_lock(host, ret);
        look_at_worker(host, ret);
        if (ret->visible != TRI_YES)
                return;
        take_request(queue_read_next(host, &entry), &entry, &ret->next);
        take_request(queue_read_last(host, &entry), &entry, &ret->last);
        take_request(queue_read_current(host, &entry), &entry, &ret->current);
        if (ret->current.present == TRI_YES && host_is_live(host))
                ret->worked_on = tri(process_is_alive(host, entry.pid, entry.start_time));
}

/* ---- what came of it --------------------------------------------------------------------------------------------- */

/* N of "N.json". */
static bool name_to_sequence(const char *name, int *ret)
{
        _cleanup_free_ char *number = NULL;
        int64_t sequence;

        *ret = EXTENSION_BY_HAND;
        if (text_equal(name, "hand.json"))
                return true;
        if (!text_ends_with(name, ".json"))
                return false;
        number = text_copy_n(name, strlen(name) - strlen(".json"));
        if (!text_to_int64(number, 0, INT32_MAX, &sequence))
                return false;
        *ret = (int)sequence;
        return true;
}

static int64_t written_s(const Host *host, const char *name)
{
        _cleanup_free_ char *path = text_format(HISTORY_FOLDER "/%s", name);
        struct stat st;

        return host_lstat(host, path, &st) == 0 ? (int64_t)st.st_mtime : 0;
}

static void take_run(const Host *host, ExtensionRun *run)
{
        _cleanup_free_ HistoryRecord *record = text_allocate(sizeof(*record));
        size_t i;

        history_read(host, run->sequence, record);
        run->verdict = record->verdict;
        run->failure = record->failure;
        run->offboarded_s = record->offboarded_s;
        run->fulfilled = tri(history_is_fulfilled(record, record->digest));
        snprintf(run->tenant, sizeof(run->tenant), "%s", record->tenant);
        snprintf(run->program, sizeof(run->program), "%s", record->program);
        for (i = 0; i < record->n_notes; i++)
                run->n_warnings += record->notes[i].level == PLAN_WARNING;
}

static int newest_first(const void *a, const void *b)
{
        const ExtensionRun *one = a, *other = b;

        if (one->ended_s != other->ended_s)
                return one->ended_s < other->ended_s ? 1 : -1;
        return one->sequence < other->sequence ? 1 : -1;
}

ExtensionRun *extension_runs_read(const Host *host, size_t max, size_t *ret_n)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        _cleanup_free_ ExtensionRun *runs = NULL;
        size_t n = 0, all = 0, i;

        *ret_n = 0;
        if (fs_list(host, HISTORY_FOLDER, &names, NULL) < 0 || !names)
                return NULL;
        while (names[all])
                all++;
        runs = text_allocate((all + 1) * sizeof(*runs));
        for (i = 0; i < all; i++)
                if (name_to_sequence(names[i], &runs[n].sequence))
                        runs[n++].ended_s = written_s(host, names[i]);
        qsort(runs, n, sizeof(*runs), newest_first);
        n = n < max ? n : max;
        for (i = 0; i < n; i++)
                take_run(host, &runs[i]);
        *ret_n = n;
        return n > 0 ? TAKE_PTR(runs) : NULL;
}

/* ---- the next look ----------------------------------------------------------------------------------------------- */

void extension_recheck_look(const Host *host, ExtensionRecheck *ret)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState unit = { 0 };

        *ret = (ExtensionRecheck){ .present = tri(fs_exists(host, TIMER_FILE)), .active = TRI_UNKNOWN };
        if (!host_is_live(host) || !systemd_is_running(host) || ret->present == TRI_NO ||
            systemd_open(&systemd, NULL) < 0 || systemd_unit_state(systemd, RECHECK_TIMER, &unit, NULL) < 0)
                return;
        ret->active = tri(text_equal(unit.active, "active"));
        if (ret->active == TRI_YES)
                systemd_timer_times(systemd, RECHECK_TIMER, &ret->next_s, &ret->last_s);
}
