/*
 * process_program: what a process runs, by its arguments: of an interpreter the script, of an interpreter that runs
 * words the one that started it. For messages: what a process says of itself in its arguments is nothing to trust.
 */
#pragma once

#include "platform/process.h"

/*
 * Pure. arguments: as /proc/PID/cmdline has them, NUL after each. The program, or of an interpreter the script. NULL:
 * cannot be told (sh -c, python3 that reads its standard input). Borrowed.
 */
const char *process_program_find(const char *arguments, size_t length);

/*
 * Escapes and puts the script's file name where an interpreter's name stands, and the program's where it goes by a name
 * that is neither its own nor what it was called by; leaves others as they are. False: it runs words that nobody could
 * recognise it by.
 */
bool process_program_name(const Host *host, ProcessIdentity *process);

/* The nearest ancestor that says who is behind a process: no shell, no sudo or the like, not PID 1. False: none. */
bool process_program_find_starter(const Host *host, const ProcessIdentity *process, ProcessIdentity *ret);
