#include "agent/sensor/sensor.h"

#include <stdlib.h>

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* The number at *cursor, and past it and its dot; 0 where there is none. */
static unsigned long next_number(const char **cursor)
{
        unsigned long number = 0;
        char *end = (char *)*cursor;

        if (is_digit(*end))
                number = strtoul(end, &end, 10);
        *cursor = *end == '.' && is_digit(end[1]) ? end + 1 : "";
        return number;
}

int sensor_compare_versions(const char *a, const char *b)
{
        while (*a || *b) {
                unsigned long x = next_number(&a), y = next_number(&b);

                if (x != y)
                        return x < y ? -1 : 1;
        }
        return 0;
}
