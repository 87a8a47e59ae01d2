/*
 * generalize_tell: what a generalize found, did or refuses, on the terminal or as one document
 * (packaging/schemas/generalize.json). It is told when the lock is let go: a terminal may be waited for.
 */
#pragma once

#include "agent/commands/command_line.h"
#include "agent/facts.h"
#include "agent/machine/generalize.h"

typedef struct Generalize {
        const CommandLine *line;
        Host host;
        const char *root;      /* of an image; NULL: this machine */
        const Failure *unread; /* why the site's configuration does not count */
        Facts *facts;          /* by generalize_gather() */
        bool dry_run, sure;
        GeneralizeList list;
        bool gathered;
        bool begun;   /* something may have changed: no refusal says any more that nothing was */
        bool stopped; /* the sensor ran, and was stopped */
        bool looked;  /* the daily look was, or would be, removed */
        /* what is to be told: a refusal or failure, a question, or else what was done */
        const char *reason;
        char *found; /* NULL: neither refused nor failed */
        bool ask;
} Generalize;

void generalize_clear(Generalize *work);

/* A quick look, once. */
void generalize_gather(Generalize *work);
bool generalize_is_device(const Generalize *work);

/* These return the exit code of what is to be told. reason: a stable name, of reasons.h where that has one. */
int generalize_refuse(Generalize *work, const char *reason, const char *format, ...) _printf_(3, 4);
int generalize_fail(Generalize *work, const Error *err);

/* A device of a tenant: shown, and not done before somebody says so. */
int generalize_ask(Generalize *work);

/* code: of the above, or COMMAND_DONE. Returns the exit code. */
int generalize_tell(Generalize *work, int code);
