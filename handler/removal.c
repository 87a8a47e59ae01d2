#include "handler/removal.h"

#include <unistd.h>

#include "agent/history.h"
#include "agent/queue.h"
#include "agent/recover.h"
#include "agent/state.h"
#include "handler/program.h"
#include "handler/recheck_unit.h"
#include "handler/successor.h"
#include "handler/worker_unit.h"
#include "platform/base/cleanup.h"
#include "platform/base/log.h"
#include "platform/fs.h"

#define REPAIR_MS (5 * 60 * 1000)

bool removal_is_owed(const Host *host)
{
        return fs_exists(host, REMOVAL_MARK);
}

void removal_leave(const Host *host, const char *why)
{
        Outcome outcome = { 0 };

        log_warning("what is ours stays for now, and goes when that is over: %s", why);
        recheck_unit_keep(host, &outcome);
}

/* Beside a package only what guest agents have asked for goes: the rest is its own as well. */
static int remove_state(const Host *host, Error *err)
{
        static const char *const asked[] = { QUEUE_NEXT,     QUEUE_CURRENT,        QUEUE_LAST,
                                             SUCCESSOR_FILE, SUCCESSOR_SINCE_FILE, REMOVAL_MARK };
        size_t i;

        if (!program_is_packaged(host))
                return fs_remove_tree(host, STATE_FOLDER, err);
        for (i = 0; i < ELEMENTSOF(asked); i++)
                if (fs_remove(host, asked[i], err) < 0)
                        return -1;
        return fs_remove_tree(host, HISTORY_FOLDER, err);
}

int removal_of_ours(const Host *host, Error *err)
{
        int r = recheck_unit_remove(host, err); /* a read-only /etc keeps nothing else here */

        if (worker_unit_remove(host, err) < 0 || fs_remove_tree(host, STATE_CACHE, err) < 0 ||
            remove_state(host, err) < 0 || program_remove(host, err) < 0)
                return -1;
        if (!systemd_is_running(host))
                return r; /* it made no slice */
        return worker_unit_remove_slice(err) < 0 ? -1 : r;
}

/* An installation that came meanwhile has taken the mark away; where none could be left, its request tells. */
static bool is_called_off(const Host *host, bool was_owed)
{
        return was_owed ? !removal_is_owed(host) : queue_has_next(host);
}

/* 0: all is gone; 1: everything stays. */
static int finish(const Host *host, const char *installer_log, Deadline deadline, Error *err)
{
        PackageRun repair = { .deadline = deadline };
        bool was_owed = removal_is_owed(host);
        Error why = { 0 };
        int r = recover_run(host, &repair, installer_log, NULL, &why);

        if (is_called_off(host, was_owed)) {
                log_info("the extension was installed anew meanwhile: what is its stays");
                return 1;
        }
        if (r == 0)
                return removal_of_ours(host, err);
        removal_leave(host, why.text);
        return 1;
}

int removal_carry_out(const Host *host, const char *installer_log, Deadline deadline, int *lock, Error *err)
{
        int r = finish(host, installer_log, deadline, err);

        if (r == 1 && !removal_is_owed(host))
                return worker_unit_let_go(host, lock, err) < 0 ? -1 : 1;
        close(TAKE_FD(*lock));
        return r;
}

int removal_let_go(const Host *host, const char *installer_log, int *lock, Error *err)
{
        int r;

        if (!removal_is_owed(host))
                return worker_unit_let_go(host, lock, err);
        log_info("the extension was uninstalled meanwhile: what is its goes now, the sensor stays");
        r = removal_carry_out(host, installer_log, deadline_in(REPAIR_MS), lock, err);
        return r < 0 ? error_prefix(err, "what is the extension's could not be removed") : 0;
}
