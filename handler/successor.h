/*
 * successor: how the uninstall of a version that goes knows that it belongs to an update.
 *
 * Written by the update verb: STATE/successor, the folder of the version that comes and nothing else, as every version
 * of this program reads it; STATE/successor-since, that folder, the id of the boot and the machine's uptime in seconds,
 * a line each. It is good for an hour, which no setting of the clock changes, and for the first hour of a boot after
 * it. Where the second file is not there or is of another folder, as versions before it leave it, the first one's time
 * counts.
 */
#pragma once

#include "agent/state.h"

#define SUCCESSOR_FILE STATE_FOLDER "/successor"
#define SUCCESSOR_SINCE_FILE STATE_FOLDER "/successor-since"

int successor_name(const Host *host, const char *base, Error *err) _must_check_;

/* The folder that was named lately; NULL: none. It is forgotten. Caller frees. */
char *successor_take(const Host *host);

/* Nobody is named any more. */
int successor_forget(const Host *host, Error *err) _must_check_;
