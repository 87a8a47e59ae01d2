/*
 * KillMode=process and SendSIGKILL=no: with KillMode=mixed systemd kills what is left in the control group as soon as
 * the main process is gone, before ExecStopPost. What is left then is a package manager in a transaction.
 */
#include "handler/worker_unit.h"

#include <string.h>
#include <unistd.h>

#include "agent/azure/machine.h"
#include "agent/queue.h"
#include "handler/program.h"
#include "platform/base/text.h"
#include "platform/fs.h"

#define UNIT_FOLDER "/run/systemd/system"
#define UNIT_FILE UNIT_FOLDER "/" WORKER_UNIT

static const char unit_text[] = "# Written by mde-linux (Azure extension MDE.Linux); gone after a reboot.\n"
                                "[Unit]\n"
                                "Description=Onboarding to Microsoft Defender for Endpoint (extension MDE.Linux)\n"
                                "\n"
                                "[Service]\n"
                                "Type=simple\n"
                                "ExecStart=/usr/bin/env " PROGRAM " worker\n"
                                "ExecStopPost=/usr/bin/env " PROGRAM " conclude\n"
                                "KillMode=process\n"
                                "SendSIGKILL=no\n"
                                "TimeoutStopSec=3h\n"
                                "Slice=" WORKER_SLICE "\n"
                                "LimitCORE=0\n";

/* A quarter of the usual weight. systemd's NEWS: IOWeight= came with 230, CPUWeight= with 232, both do with control
 * groups of either version; the old words went with 258, and are complained of before. The first row that is not newer
 * than systemd. */
static const struct {
        unsigned since;
        const char *text;
} weights[] = {
        { 232, "CPUWeight=25\nIOWeight=25\n" },
        { 0, "CPUShares=256\nBlockIOWeight=100\n" },
};

/* What Azure Arc documents for this extension: outside its own unit it does not see to that itself. */
static const char arc_text[] = "CPUQuota=60%\n";

char *worker_unit_text(unsigned systemd_version, bool limited)
{
        size_t i = 0;

        while (systemd_version < weights[i].since)
                i++;
        return text_format("%s%s%s", unit_text, weights[i].text, limited ? arc_text : "");
}

static int write_unit(const Host *host, Systemd *systemd, Error *err)
{
        _cleanup_free_ char *present = NULL, *text = NULL;
        AzureSigns signs;
        size_t length = 0;

        azure_signs_look(host, &signs);
        text = worker_unit_text(systemd_version(systemd), signs.runs_us);
        if (fs_read(host, UNIT_FILE, sizeof(unit_text) * 2, &present, &length, NULL) == 0 && text_equal(present, text))
                return 0;
        return fs_write_volatile(host, UNIT_FILE, text, strlen(text), 0644, err);
}

static int read_state(const Host *host, UnitState *ret, Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;

        return systemd_open(&systemd, err) < 0 ? -1 : systemd_unit_state(systemd, WORKER_UNIT, ret, err);
}

int worker_unit_start(const Host *host, Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState unit = { 0 };

        if (!systemd_is_running(host))
                return error_set(err, ERROR_MISSING, "systemd does not run here");
        if (systemd_open(&systemd, err) < 0 || write_unit(host, systemd, err) < 0 ||
            systemd_reset_failed(systemd, WORKER_UNIT, err) < 0 ||
            systemd_unit_state(systemd, WORKER_UNIT, &unit, err) < 0)
                return -1;
        if ((unit.needs_reload || text_equal(unit.load, "not-found")) && systemd_reload(systemd, err) < 0)
                return -1;
        return systemd_start(systemd, WORKER_UNIT, err);
}

int worker_unit_let_go(const Host *host, int *lock, Error *err)
{
        close(TAKE_FD(*lock));
        if (!queue_has_next(host) || worker_unit_start(host, err) == 0)
                return 0;
        return error_prefix(err, "the extension's worker could not be started");
}

int worker_unit_stop(const Host *host, Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        bool active;

        if (worker_unit_is_active(host, &active, err) < 0)
                return -1;
        if (!active)
                return 0;
        return systemd_open(&systemd, err) < 0 ? -1 : systemd_stop(systemd, WORKER_UNIT, err);
}

int worker_unit_is_active(const Host *host, bool *ret_active, Error *err)
{
        UnitState unit = { 0 };

        if (read_state(host, &unit, err) < 0)
                return -1;
        *ret_active = unit.job_pending || (!text_equal(unit.active, "inactive") && !text_equal(unit.active, "failed"));
        return 0;
}

/* A job that waits for a unit which runs can only be there to end it. */
int worker_unit_is_stopping(const Host *host, bool *ret_stopping, Error *err)
{
        UnitState unit = { 0 };

        if (read_state(host, &unit, err) < 0)
                return -1;
        *ret_stopping = unit.job_pending || text_equal(unit.active, "deactivating");
        return 0;
}

int worker_unit_remove(const Host *host, Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;

        if (fs_remove_leftovers(host, UNIT_FILE, err) < 0)
                return -1;
        if (!fs_exists(host, UNIT_FILE))
                return 0;
        if (fs_remove(host, UNIT_FILE, err) < 0 || systemd_open(&systemd, err) < 0 ||
            systemd_reset_failed(systemd, WORKER_UNIT, err) < 0)
                return -1;
        return systemd_reload(systemd, err);
}

int worker_unit_remove_slice(Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        UnitState slice = { 0 };

        if (systemd_open(&systemd, err) < 0 || systemd_unit_state(systemd, WORKER_SLICE, &slice, err) < 0)
                return -1;
        return text_equal(slice.active, "active") ? systemd_stop(systemd, WORKER_SLICE, err) : 0;
}
