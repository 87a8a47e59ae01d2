/*
 * removal: what is ours goes, once nobody is at work with it and what a run had begun is put right.
 *
 * An uninstall that cannot have that leaves a mark and the timer of recheck; whoever holds the mission
 * lock carries it out when letting go, and recheck, some minutes later, after each boot and once a day, until it is
 * done.
 */
#pragma once

#include "platform/host.h"

#define REMOVAL_MARK "/var/lib/mde-linux/uninstalled"

/* Everything of ours outside BASE, the log folder and /etc/mde-linux, at once; where a package shares STATE, that stays
 * but for what is the extension's alone. */
int removal_of_ours(const Host *host, Error *err) _must_check_;

/* An uninstall waits for its turn. */
bool removal_is_owed(const Host *host);

/* With the mission lock held, which is let go. 0: all is gone, the lock's file too; 1: everything stays, which the log
 * says: for later, as what a run had begun could not be put right by the deadline, or as the extension was installed
 * anew meanwhile, and what the queue holds of that is the worker's. */
int removal_carry_out(const Host *host, const char *installer_log, Deadline deadline, int *lock,
                      Error *err) _must_check_;

/* It is for later: recheck's timer is put in place. why: what the log says. */
void removal_leave(const Host *host, const char *why);

/* For runs by hand, instead of worker_unit_let_go(): a removal that is owed comes before what the queue holds. */
int removal_let_go(const Host *host, const char *installer_log, int *lock, Error *err) _must_check_;
