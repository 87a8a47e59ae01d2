#include "handler/people/by_hand_scope.h"

#include <unistd.h>

#include "handler/strays.h"
#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/process.h"
#include "platform/systemd.h"

#define MOVE_MS 5000
#define LOOK_MS 10
#define STOP_S (3 * 60 * 60)
#define DESCRIPTION "mde-linux by hand (Microsoft Defender for Endpoint)"

/* Caller frees. */
static char *scope_name(void)
{
        return text_format("mde-linux-by-hand-%d.scope", (int)getpid());
}

static bool is_of_a_login(const char *unit)
{
        return (text_starts_with(unit, "session-") && text_ends_with(unit, ".scope")) ||
               text_starts_with(unit, "user@");
}

static bool is_there(const Host *host, const char *scope)
{
        ProcessIdentity self;

        return process_identify(host, getpid(), &self) && text_equal(self.unit, scope);
}

/* A job of systemd's: what we start before it is done would stay behind. */
static int wait_for_move(const Host *host, const char *scope, Error *err)
{
        Deadline deadline = deadline_in(MOVE_MS);
        Error wait = { 0 };

        while (!is_there(host, scope))
                if (host_wait(host, LOOK_MS, deadline, &wait) < 0)
                        return error_set(err, wait.kind, "%s while systemd was to move us", wait.text);
        return 0;
}

static int move(const Host *host, const char *scope, Error *err)
{
        _cleanup_(systemd_closep) Systemd *systemd = NULL;
        const SystemdScope wanted = { .name = scope,
                                      .slice = "system.slice",
                                      .description = DESCRIPTION,
                                      .pid = getpid(),
                                      .stop_signal = BY_HAND_SCOPE_STOP,
                                      .stop_s = STOP_S };

        return systemd_open(&systemd, err) < 0 || systemd_start_scope(systemd, &wanted, err) < 0
                       ? -1
                       : wait_for_move(host, scope, err);
}

void by_hand_scope_enter(const Host *host)
{
        _cleanup_free_ char *scope = scope_name();
        ProcessIdentity self;
        Error err = { 0 };

        if (!systemd_is_running(host) || !process_identify(host, getpid(), &self) || !is_of_a_login(self.unit))
                return;
        if (move(host, scope, &err) == 0)
                log_info("runs in %s from now on: the end of %s does not end it", scope, self.unit);
        else
                log_warning("stays in %s, with which logind may end it: %s", self.unit, err.text);
}

void by_hand_scope_end(const Host *host)
{
        _cleanup_free_ char *scope = scope_name();

        if (is_there(host, scope))
                strays_end(host, scope, "this run");
}
