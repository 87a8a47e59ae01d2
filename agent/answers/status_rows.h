/*
 * status_rows: what the rows mean that are told beside a success, a refusal or a failure (substatus, 'status', 'plan'):
 * data only.
 *
 * A name that has to stand more than once gets a number ("conflict-2"); its row is that of the name before it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct StatusRow {
        const char *name; /* NULL ends the list */
        const char *what; /* sentences: what the row tells, and what to do when it is a warning */
        bool of_run; /* a run makes it, or a judge of what was before it, and no look does; beside the steps' own rows
                      */
} StatusRow;

/* Sorted by name, as strcmp() has it. */
extern const StatusRow status_rows[];

const StatusRow *status_row_find(const char *name); /* NULL: no such row */
