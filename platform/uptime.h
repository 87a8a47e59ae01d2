/*
 * uptime: how long this machine, or container, has been up: a clock that nobody sets.
 *
 * Foreign format (Linux, /proc/uptime): "SECONDS.HUNDREDTHS IDLE"; time asleep counts.
 */
#pragma once

#include "platform/host.h"

/* Seconds; -1: not known. */
int64_t uptime_s(const Host *host);
