/*
 * lifecycle: install, update, disable, uninstall: none touches the sensor, its onboarding or the repository.
 */
#pragma once

#include "platform/host.h"

#define LIFECYCLE_UNINSTALLED                                                                                          \
        "/var/lib/mde-linux/uninstalled" /* left for conclude when the worker outlives uninstall */

/* Everything of ours outside BASE, the log folder and /etc/mde-linux; where a package shares STATE, that stays but for
 * what is the extension's alone. */
int lifecycle_remove_ours(const Host *host, Error *err) _must_check_;
