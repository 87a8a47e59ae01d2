/*
 * facts_image: facts of the image of a machine (Host.root): what its files tell. What only a running machine could
 * tell (memory, kernel, mounts, fanotify, services, Azure) was NOT_ASKED; what files cannot tell is UNKNOWN.
 */
#pragma once

#include "agent/facts.h"

/* Runs nothing, asks no bus and no network. As facts_gather() of a running machine. */
void facts_gather_any(const Host *host, Deadline deadline, Facts *ret);
