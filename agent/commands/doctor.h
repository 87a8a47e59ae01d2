/*
 * doctor: why this machine is not (shown as) onboarded, and what to do about it; the most likely cause first.
 */
#pragma once

#include "agent/commands/command_line.h"
#include "agent/request.h"

/*
 * asked: what the extension's settings allow and want, so that what an administrator has allowed is not named as the
 * cause; NULL: not known. identity: of several, the one by which Azure is asked; or NULL.
 *
 * COMMAND_DONE: nothing wrong was found; COMMAND_NOT_AS_ASKED: causes were; COMMAND_UNKNOWN: none, but the answer as a
 * whole could not be seen.
 */
int doctor_answer(const CommandLine *line, const Host *host, const Request *asked, const char *identity);
