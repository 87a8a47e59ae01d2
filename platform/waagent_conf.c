#include "platform/waagent_conf.h"

#include <string.h>

#include "platform/base/cleanup.h"
#include "platform/base/text.h"

/* Both in place. Quotes go first, and those within blanks of another kind stay. */
static char *strip_value(char *value)
{
        size_t length;

        value[strcspn(value, "#")] = '\0';
        length = strspn(value, "\" ");
        memmove(value, value + length, strlen(value + length) + 1);
        for (length = strlen(value); length > 0 && strchr("\" ", value[length - 1]); length--)
                value[length - 1] = '\0';
        return text_trim(value);
}

/* NULL: it is of another name. */
static char *value_in(char *line, const char *name)
{
        char *equals = strchr(line, '=');

        if (!equals || *line == '#')
                return NULL;
        *equals = '\0';
        return text_equal(text_trim(line), name) ? strip_value(equals + 1) : NULL;
}

char *waagent_conf_value(const char *text, size_t length, const char *name)
{
        const char *end = text + length, *start, *newline;
        _cleanup_free_ char *found = NULL;

        for (start = text; start < end; start = newline + 1) {
                _cleanup_free_ char *line = NULL;
                const char *value;

                newline = memchr(start, '\n', (size_t)(end - start));
                newline = newline ? newline : end;
                line = text_copy_n(start, (size_t)(newline - start));
                value = value_in(line, name);
                if (!value)
                        continue;
                free(found);
                found = text_equal(value, "None") ? NULL : text_copy(value);
        }
        return TAKE_PTR(found);
}

bool waagent_conf_is_off(const char *text, size_t length, const char *name)
{
        _cleanup_free_ char *value = waagent_conf_value(text, length, name);

        return value && text_equal_nocase(value, "n");
}
