#include "agent/sensor/refused.h"

#include <stdio.h>

#include "platform/base/text.h"

const char *refused_find(const Refused *refused, const char *what)
{
        size_t i;

        for (i = 0; i < refused->n; i++)
                if (text_equal(refused->items[i].what, what))
                        return refused->items[i].said;
        return NULL;
}

void refused_add(Refused *refused, const char *what, const char *said)
{
        RefusedItem *item;

        if (refused->n == REFUSED_MAX || refused_find(refused, what))
                return;
        item = &refused->items[refused->n++];
        snprintf(item->what, sizeof(item->what), "%s", what);
        snprintf(item->said, sizeof(item->said), "%s", said);
}
