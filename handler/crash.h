/*
 * crash: a terminal error, formatted in advance, that a dying process (SIGABRT, SIGSEGV, SIGBUS) still puts in place.
 */
#pragma once

#include "handler/session.h"

void crash_prepare(const Session *session);
void crash_forget(void); /* the status is terminal: nothing to add */
