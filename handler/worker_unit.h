/*
 * worker_unit: mde-linux-worker.service: one way to run long work for every systemd since 219.
 *
 * The unit file lives in /run/systemd/system and is the same for every request; what is to be done stands in the
 * queue. PID 1 runs us through /usr/bin/env, so it never has to execute a file with a foreign SELinux label.
 */
#pragma once

#include "agent/guest/places.h"
#include "platform/host.h"
#include "platform/systemd.h"

/* What the unit file holds, in words that this release of systemd (0: not known) takes without a complaint in the
 * journal; limited: as Azure Arc documents it. The caller's. Pure. */
char *worker_unit_text(unsigned systemd_version, bool limited);

/* The worker's exit code when its request has ended, history says how, and the status file could not be written. */
#define WORKER_UNTOLD 75
#define WORKER_UNTOLD_TEXT "75"

int worker_unit_start(const Host *host, Error *err) _must_check_;
/* Lets the mission lock go: what an enable left in the queue while it was held is for the worker. */
int worker_unit_let_go(const Host *host, int *lock, Error *err) _must_check_;

int worker_unit_stop(const Host *host, Error *err) _must_check_; /* asks; does not wait */
int worker_unit_is_active(const Host *host, bool *ret_active, Error *err) _must_check_;
int worker_unit_is_stopping(const Host *host, bool *ret_stopping, Error *err) _must_check_;
int worker_unit_remove(const Host *host, Error *err) _must_check_;

/* The slice was made by systemd for our units, and would stay. */
int worker_unit_remove_slice(Error *err) _must_check_;
