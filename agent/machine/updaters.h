/*
 * updaters: what else keeps packages of a machine up to date, and whether that takes in the sensor's. One row each.
 */
#pragma once

#include <stddef.h>

#include "platform/base/tri.h"
#include "platform/host.h"

#define UPDATER_UNITS_MAX 3
#define UPDATER_FILES_MAX 9

typedef struct UpdatersFacts {
        Tri known;
        const char *name; /* the table's own text; NULL: none */
        char where[160];  /* a file or unit by which that is seen; escaped */
} UpdatersFacts;

/* What its configuration has to take in. */
typedef struct UpdaterOurs {
        const char *host;     /* of the vendor's repository */
        const char *codename; /* of the distribution */
        const char *package;
} UpdaterOurs;

typedef struct Updater {
        const char *name;                     /* as people know it */
        const char *program;                  /* has to be there; NULL: does not matter */
        const char *units[UPDATER_UNITS_MAX]; /* one of them has to be enabled; none: it needs none */
        const char *const *question;          /* argv whose output is read; NULL: */
        const char *files[UPDATER_FILES_MAX]; /* these are read, in folders each file; each for itself */
        bool (*takes_in)(const char *text, size_t length, const UpdaterOurs *ours); /* pure; NULL: it does, always */
        const char *exclude; /* what a person does so that it leaves the sensor alone; no capital, no full stop */
} Updater;

const Updater *updater_get(size_t index); /* NULL: past the last */

/* The table's own text for a name; NULL: not in it. */
const char *updater_name(const char *name);

/* Updater.exclude of the first of that name; NULL: not in the table. */
const char *updater_exclude(const char *name);

/* The first that takes in the sensor's package. Reads only; starts what a row asks for, bounded. */
void updaters_look(const Host *host, const char *codename, UpdatersFacts *ret);
