/*
 * OnActiveSec and not OnBootSec: the timer starts with the machine, so it is the same at boot; and on a machine that
 * has run for long, OnBootSec would be over before the timer is started.
 */
#include "handler/recheck_unit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/history.h"
#include "agent/hold.h"
#include "handler/program.h"
#include "handler/worker_unit.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/crypto.h"
#include "platform/fs.h"
#include "platform/systemd.h"

#define FOLDER "/etc/systemd/system"
#define SERVICE_FILE FOLDER "/" RECHECK_SERVICE
#define TIMER_FILE FOLDER "/" RECHECK_TIMER
#define TIMER_LINK FOLDER "/timers.target.wants/" RECHECK_TIMER
#define STAMP "/var/lib/systemd/timers/stamp-" RECHECK_TIMER /* systemd's, for Persistent= */
#define UNIT_MAX 4096
#define STOP_MS 5000
#define MINUTES_A_DAY (24 * 60)

static const char service_text[] =
        "# Written by mde-linux (Azure extension MDE.Linux); removed with it.\n"
        "[Unit]\n"
        "Description=A look whether Microsoft Defender for Endpoint is still as asked (extension MDE.Linux)\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        "ExecStart=/usr/bin/env " PROGRAM " recheck\n"
        "TimeoutStartSec=30min\n"
        "KillMode=process\n" /* never what a package manager is in the middle of */
        "SendSIGKILL=no\n"
        "Slice=" WORKER_SLICE "\n"
        "Nice=10\n" /* and no weights: no systemd takes those of another age without a word in the journal */
        "IOSchedulingClass=idle\n"
        "LimitCORE=0\n";

/* Machines that were made together do not look together. */
static unsigned minute_of_day(const Host *host)
{
        _cleanup_free_ char *id = NULL;
        char digest[CRYPTO_SHA256_HEX];
        unsigned number = 0;
        size_t length = 0;

        if (fs_read(host, "/etc/machine-id", 256, &id, &length, NULL) < 0 || !id)
                return 0;
        crypto_sha256_hex(id, length, digest);
        return sscanf(digest, "%8x", &number) == 1 ? number % MINUTES_A_DAY : 0;
}

static char *timer_text(const Host *host)
{
        unsigned minute = minute_of_day(host);

        return text_format("# Written by mde-linux (Azure extension MDE.Linux); removed with it.\n"
                           "[Unit]\n"
                           "Description=Looks whether Microsoft Defender for Endpoint is still as asked\n"
                           "\n"
                           "[Timer]\n"
                           "OnActiveSec=4min\n"
                           "OnCalendar=*-*-* %02u:%02u:00\n"
                           "RandomizedDelaySec=3min\n"
                           "Persistent=true\n"
                           "\n"
                           "[Install]\n"
                           "WantedBy=timers.target\n",
                           minute / 60, minute % 60);
}

static bool holds(const Host *host, const char *path, const char *text)
{
        _cleanup_free_ char *present = NULL;
        size_t length = 0;

        return fs_read(host, path, UNIT_MAX, &present, &length, NULL) == 0 && text_equal(present, text);
}

static bool is_link(const Host *host, const char *path)
{
        _cleanup_free_ char *full = host_path(host, path);
        struct stat st;

        return lstat(full, &st) == 0 && S_ISLNK(st.st_mode);
}

/* A link in the place of a unit file is how units are masked. */
static bool is_masked(const Host *host)
{
        return is_link(host, TIMER_FILE) || is_link(host, SERVICE_FILE);
}

bool recheck_unit_is_in_place(const Host *host)
{
        _cleanup_free_ char *timer = timer_text(host);

        return is_link(host, TIMER_LINK) && holds(host, TIMER_FILE, timer) && holds(host, SERVICE_FILE, service_text);
}

/* Asked to do this, systemd would have all of its units read anew before it believes what it has read: that costs it a
 * tenth of a second. */
static int enable(const Host *host, Error *err)
{
        _cleanup_free_ char *path = host_path(host, TIMER_LINK);

        if (is_link(host, TIMER_LINK))
                return 0;
        if (fs_make_folder(host, FOLDER "/timers.target.wants", 0755, err) < 0)
                return -1;
        return symlink(TIMER_FILE, path) < 0 ? error_errno(err, errno, "link %s", TIMER_LINK) : 0;
}

static int put_in_place(const Host *host, Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        _cleanup_free_ char *text = timer_text(host);
        UnitState timer = { 0 }, service = { 0 };

        if (fs_write(host, SERVICE_FILE, service_text, strlen(service_text), 0644, err) < 0 ||
            fs_write(host, TIMER_FILE, text, strlen(text), 0644, err) < 0 || systemd_open(&systemd, err) < 0)
                return -1;
        if (enable(host, err) < 0 || systemd_unit_state(systemd, RECHECK_TIMER, &timer, err) < 0 ||
            systemd_unit_state(systemd, RECHECK_SERVICE, &service, err) < 0)
                return -1;
        /* what systemd has just read for the first time it need not read again: that costs it a tenth of a second */
        if ((timer.needs_reload || service.needs_reload || text_equal(timer.load, "not-found")) &&
            systemd_reload(systemd, err) < 0)
                return -1;
        return systemd_start(systemd, RECHECK_TIMER, err);
}

/* One that ends by itself needs somebody who looks afterwards. */
static bool is_held_without_end(const Host *host)
{
        Hold hold;

        hold_read(host, (int64_t)time(NULL), &hold);
        return hold.held == TRI_YES && !hold.until_s;
}

void recheck_unit_keep(const Host *host, Outcome *outcome)
{
        Error err = { 0 };

        if (is_held_without_end(host) || is_masked(host) || recheck_unit_is_in_place(host) ||
            put_in_place(host, &err) == 0)
                return;
        log_warning("no regular looks: %s", err.text);
        outcome_row(outcome, "recheck", ROW_WARNING,
                    "The timer that looks once a day whether all is still as asked cannot be put in place, so drift is "
                    "noticed at the next enable only: %s. Make " FOLDER " writable.",
                    err.text);
}

static int forget_file(const Host *host, const char *path, Error *err)
{
        if (fs_remove_leftovers(host, path, err) < 0)
                return -1;
        return is_link(host, path) ? 0 : fs_remove(host, path, err);
}

static bool is_active(const UnitState *unit)
{
        return text_equal(unit->active, "active") || text_equal(unit->active, "activating");
}

static int stop(Systemd *systemd, const char *unit, Error *err)
{
        UnitState state = { 0 };

        if (systemd_unit_state(systemd, unit, &state, err) < 0)
                return -1;
        return is_active(&state) ? systemd_stop(systemd, unit, err) : systemd_reset_failed(systemd, unit, err);
}

/* Its job is queued only; a timer whose file goes before it has ended ends as failed, and stays so. */
static int stop_timer(const Host *host, Systemd *systemd, Error *err)
{
        Deadline deadline = deadline_in(STOP_MS);
        UnitState state = { 0 };

        if (stop(systemd, RECHECK_TIMER, err) < 0)
                return -1;
        for (;;) {
                if (systemd_unit_state(systemd, RECHECK_TIMER, &state, err) < 0)
                        return -1;
                if (!is_active(&state) || deadline_passed(deadline))
                        return 0;
                if (host_wait(host, 10, deadline, err) < 0 && err->kind != ERROR_TIMEOUT)
                        return -1;
        }
}

static bool is_present(const Host *host)
{
        return fs_exists(host, TIMER_FILE) || fs_exists(host, SERVICE_FILE) || is_link(host, TIMER_LINK);
}

/* A look that is going on ends by itself. */
static int take_away(const Host *host, Systemd *systemd, Error *err)
{
        if (stop_timer(host, systemd, err) < 0 ||
            (!is_masked(host) && systemd_disable(systemd, RECHECK_TIMER, err) < 0))
                return -1;
        if (forget_file(host, TIMER_FILE, err) < 0 || forget_file(host, SERVICE_FILE, err) < 0 ||
            fs_remove(host, STAMP, err) < 0)
                return -1;
        return systemd_reload(systemd, err);
}

int recheck_unit_remove(const Host *host, Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;

        if (!is_present(host))
                return 0;
        if (systemd_open(&systemd, err) < 0 || take_away(host, systemd, err) < 0)
                return -1;
        return stop(systemd, RECHECK_SERVICE, err);
}

static bool is_needless(const Host *host)
{
        return is_present(host) && !is_masked(host) && !history_is_any_met(host);
}

void recheck_unit_settle(const Host *host, ReasonId reason, bool fulfilled, Outcome *outcome)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        Error err = { 0 };

        if (outcome->verdict == VERDICT_SUCCEEDED || fulfilled || reason == REASON_HELD)
                recheck_unit_keep(host, outcome);
        else if (is_needless(host) && (systemd_open(&systemd, &err) < 0 || take_away(host, systemd, &err) < 0))
                log_warning("the regular looks go on: %s", err.text);
}
