/*
 * pass_on: what a person mended by hand is told to Azure by the extension, whose last run had ended badly.
 */
#pragma once

#include "platform/host.h"

/* Queues the request that the extension ended last, when it ended badly, is not disabled and nothing waits: its worker
 * finds what was mended. For who holds the mission lock; letting it go starts the worker. */
void pass_on(const Host *host);
