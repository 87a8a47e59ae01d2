/*
 * by_hand_scope: a run in a login session leaves it for a scope of its own in system.slice. Else the end of the session
 * would end, where logind has KillUserProcesses=yes or by `loginctl terminate-session`, the package manager in the
 * middle of its work. Who runs elsewhere (a service, cron) stays there: that unit's end is meant for what it started.
 *
 * Foreign names: logind's session-ID.scope, systemd's user@UID.service.
 */
#pragma once

#include <signal.h>

#include "platform/host.h"

/*
 * What systemd sends to all in the scope when it is stopped, as at a shutdown, in place of SIGTERM: whoever does not
 * ask for it does not notice, and systemd waits for the end of what runs, for up to three hours.
 */
#define BY_HAND_SCOPE_STOP SIGURG

/* Tells in the log what came of it; where systemd does not answer all is as it was. */
void by_hand_scope_enter(const Host *host);

/* At the end of a run, while it has the mission lock: in a scope of its own it ends what it leaves behind (strays.h),
 * for which a shutdown would wait. */
void by_hand_scope_end(const Host *host);
