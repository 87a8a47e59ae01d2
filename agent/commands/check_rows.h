/*
 * check_rows: the facts that matter to a person, a row each. Pure.
 */
#pragma once

#include "agent/commands/screen.h"
#include "agent/facts.h"

#define CHECK_ROW_WIDTH 15 /* of the longest name */

/* Rows about what was not looked at are left out. */
void check_rows_show(const Screen *screen, const Facts *facts);
