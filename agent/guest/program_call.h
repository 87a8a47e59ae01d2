/*
 * program_call: how a person calls this program again, also behind sudo, whose path need not have /usr/local/sbin.
 */
#pragma once

#include <stdbool.h>

#define PROGRAM_CALL_MAX 256

/* Of the running program. Returns ret. */
const char *program_call(char ret[PROGRAM_CALL_MAX]);

/* Pure. running: the file that runs, as /proc/self/exe names it; linked: PROGRAM_LINK leads to PROGRAM. */
const char *program_call_of(const char *running, bool linked, char ret[PROGRAM_CALL_MAX]);
