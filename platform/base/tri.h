/*
 * tri: what we know of a yes-or-no question. Rules conclude from YES and NO only.
 */
#pragma once

#include <stdbool.h>

typedef enum Tri { TRI_NOT_ASKED, TRI_UNKNOWN, TRI_NO, TRI_YES } Tri;

static inline Tri tri(bool yes)
{
        return yes ? TRI_YES : TRI_NO;
}
