/*
 * verify: what a file is that may be an onboarding or offboarding package: whose, of which tenant, signed by whom, good
 * until when. Nothing of its body is shown; nothing is changed.
 */
#pragma once

#include "agent/commands/command_line.h"

/* COMMAND_NOT_AS_ASKED: not to be used; COMMAND_UNKNOWN: this machine cannot judge the signature. */
int command_verify(const CommandLine *line);
