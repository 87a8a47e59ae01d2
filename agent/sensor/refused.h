/*
 * refused: what the sensor would not change for this very request, because it is managed by the portal or protected
 * against tampering. It is told, and not tried again for the same request: history remembers it. Pure data.
 */
#pragma once

#include <stddef.h>

#define REFUSED_MAX 8

typedef struct RefusedItem {
        char what[64];  /* a device tag's key, or the name of a setting of the sensor */
        char said[256]; /* by the sensor; escaped */
} RefusedItem;

typedef struct Refused {
        RefusedItem items[REFUSED_MAX];
        size_t n;
} Refused;

/* Once for each name; what is beyond REFUSED_MAX is not remembered. */
void refused_add(Refused *refused, const char *what, const char *said);

/* What the sensor said; NULL: it was not refused. */
const char *refused_find(const Refused *refused, const char *what);
