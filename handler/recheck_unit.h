/*
 * recheck_unit: mde-linux-recheck.timer and its service: looks again some minutes after it was put in place and after
 * each boot, and once a day, at a minute of the day that depends on the machine.
 *
 * In /etc/systemd/system, enabled: they outlive a reboot. A timer that somebody masked stays so. No key is needed that
 * systemd 219 does not know (RandomizedDelaySec is ignored there).
 */
#pragma once

#include "agent/guest/places.h"
#include "agent/outcome.h"
#include "platform/host.h"

/* The files are there and the timer is enabled: cheap, asks nobody. */
bool recheck_unit_is_in_place(const Host *host);

/* At the end of a run: it is kept for one that was met, and for one that waits for the end of a hold; for any other it
 * goes, unless it is there for one that was met before. */
void recheck_unit_settle(const Host *host, ReasonId reason, bool fulfilled, Outcome *outcome);

/* In place and running. When it cannot be (a read-only /etc), a row says so. With changes on hold without an end
 * nothing is done. */
void recheck_unit_keep(const Host *host, Outcome *outcome);

/* No look begins any more until it is put in place again; a running one is ended. */
int recheck_unit_remove(const Host *host, Error *err) _must_check_;
