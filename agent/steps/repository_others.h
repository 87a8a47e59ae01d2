/*
 * repository_others: entries of the vendor's for another distribution or release, in the files under the vendor's own
 * names. Other products may be updated from there, so one stays as long as the package manager can read its list; one
 * that makes its every refresh fail is what the vendor's installer script left of a wrong guess.
 */
#pragma once

#include "agent/mission.h"

/* Once mission->source works. What is taken out, and what is not, is told; the former is in the undo journal. */
int repository_others_mend(Mission *mission, Failure *failure);
