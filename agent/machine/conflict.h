/*
 * conflict: who else on this machine watches file access, by product, and what that means for the sensor. Pure.
 *
 * Ourselves are the programs of the sensor, wherever it is installed, also after their files were replaced; never
 * those of a container that call themselves so.
 */
#pragma once

#include "agent/facts.h"
#include "agent/machine/products.h"

typedef enum ConflictKind {
        CONFLICT_SELF,       /* the sensor */
        CONFLICT_LISTENER,   /* is told of file access, cannot hold it back: harmless */
        CONFLICT_SUSPICIOUS, /* may hold it back, but does not now; or is known to get along with the sensor */
        CONFLICT_BLOCKING,   /* holds it back */
} ConflictKind;

typedef struct ConflictGroup {
        ConflictKind kind;            /* the most of its processes */
        const Product *product;       /* NULL: none that we know */
        const FanotifyHolder *holder; /* the first process of that kind */
        size_t n;                     /* processes */
} ConflictGroup;

typedef struct ConflictGroups {
        ConflictGroup items[FANOTIFY_HOLDERS_MAX];
        size_t n;
} ConflictGroups;

ConflictKind conflict_kind(const Facts *facts, const FanotifyHolder *holder);

/* One per product, in the order they were found; without the sensor. They borrow from facts. */
void conflict_groups(const Facts *facts, ConflictGroups *ret);

/* Somebody else holds file access back. What is not known is no conflict. */
bool conflict_exists(const Facts *facts);

/* Product, program, process, unit, package, container, as far as known: "ClamAV: /usr/sbin/clamonacc (pid 812, ...)".
 */
#define CONFLICT_TEXT_MAX 720
void conflict_describe(const ConflictGroup *group, char text[CONFLICT_TEXT_MAX]);
