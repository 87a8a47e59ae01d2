/*
 * asked: what the extension asks of this machine, compared with what is so. Read only: nothing is logged or told.
 */
#pragma once

#include "agent/answers/standing.h"

/* As enable sees it, without doing anything; *facts is filled by a first look in any case. */
void asked_look(const Host *host, const Extension *extension, Facts *facts, Asked *ret);
