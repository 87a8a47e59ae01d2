/*
 * events: telemetry events for the guest agent: one file an event, named by time in microseconds.
 *
 * Foreign format: an object of eight string members; message at most 3072 characters, all values together at
 * most 6144; the agent deletes everything in the folder every few minutes, read or not. Written elsewhere on
 * the same file system and renamed in. No events folder: nothing is written. Never a reason to fail.
 */
#pragma once

#include "handler/environment.h"
#include "platform/base/log.h"

#define EVENTS_WAITING_MAX 60 /* files in the folder; more are dropped until the agent has collected */

void events_write(const Host *host, const Environment *environment, LogLevel level, const char *task,
                  const char *message);
