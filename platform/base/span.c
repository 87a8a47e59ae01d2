#include "platform/base/span.h"

#include <stdio.h>

#include "platform/base/cleanup.h"

static const struct {
        int64_t seconds;
        const char *one, *many;
} units[] = {
        { 86400, "day", "days" }, { 3600, "hour", "hours" }, { 60, "minute", "minutes" }, { 1, "second", "seconds" }
};

const char *span_words(int64_t seconds, char text[SPAN_MAX])
{
        size_t i = 0;
        int64_t n;

        while (i + 1 < ELEMENTSOF(units) && seconds < units[i].seconds)
                i++;
        n = seconds < 0 ? 0 : seconds / units[i].seconds;
        snprintf(text, SPAN_MAX, "%lld %s", (long long)n, n == 1 ? units[i].one : units[i].many);
        return text;
}

const char *span_exact(int64_t seconds, char text[SPAN_MAX])
{
        char words[SPAN_MAX];

        if (seconds < 60)
                snprintf(text, SPAN_MAX, "%lld s", (long long)seconds);
        else
                snprintf(text, SPAN_MAX, "%lld s (%.30s)", (long long)seconds, span_words(seconds, words));
        return text;
}
