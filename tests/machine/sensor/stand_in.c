/* The shared part of the stand-in sensor; see stand_in.h. */

#define _GNU_SOURCE
#include "stand_in.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *knob_in(const char *path, const char *name)
{
        char line[4096], *found = NULL;
        size_t length = strlen(name);
        FILE *file = fopen(path, "re");

        if (!file)
                return NULL;
        while (fgets(line, sizeof line, file)) {
                if (strncmp(line, name, length) != 0 || line[length] != '=')
                        continue;
                line[strcspn(line, "\n")] = '\0';
                free(found);
                found = strdup(line + length + 1);
        }
        fclose(file);
        return found;
}

char *knob(const char *name, const char *fallback)
{
        char *value = knob_in(KNOBS, name);

        if (!value)
                value = knob_in(BUILT_IN_KNOBS, name);
        return value ? value : strdup(fallback);
}

long knob_number(const char *name, long fallback)
{
        char *value = knob(name, "");
        long number = *value ? strtol(value, NULL, 10) : fallback;

        free(value);
        return number;
}

bool knob_yes(const char *name)
{
        char *value = knob(name, "no");
        bool yes = strcmp(value, "yes") == 0;

        free(value);
        return yes;
}

bool list_has(const char *text, char separator, const char *item)
{
        size_t length = strlen(item);

        for (const char *part = text; part; part = strchr(part, separator) ? strchr(part, separator) + 1 : NULL)
                if (strncmp(part, item, length) == 0 && (part[length] == '\0' || part[length] == separator))
                        return true;
        return false;
}

char *read_text(const char *path)
{
        static char buffer[1 << 20];
        FILE *file = fopen(path, "re");
        size_t length;

        if (!file)
                return NULL;
        length = fread(buffer, 1, sizeof buffer - 1, file);
        fclose(file);
        buffer[length] = '\0';
        return strdup(buffer);
}

static const char *skip_blanks(const char *at)
{
        while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
                at++;
        return at;
}

/* The end of the string that begins at the quote at; NULL when it has none. */
static const char *string_end(const char *at)
{
        for (at++; *at && *at != '"'; at++)
                if (*at == '\\' && !*++at)
                        return NULL;
        return *at ? at + 1 : NULL;
}

/* The end of any value: a string, or everything up to the comma or bracket on its own level. */
static const char *value_end(const char *at)
{
        int depth = 0;

        while (*at) {
                if (*at == '"') {
                        at = string_end(at);
                        if (!at || depth == 0)
                                return at;
                        continue;
                }
                if (depth == 0 && (*at == ',' || *at == '}' || *at == ']'))
                        return at;
                depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
                at++;
                if (depth == 0 && (at[-1] == '}' || at[-1] == ']'))
                        return at;
        }
        return NULL;
}

static char *put_utf8(char *to, unsigned code)
{
        if (code < 0x80) {
                *to++ = (char)code;
        } else if (code < 0x800) {
                *to++ = (char)(0xc0 | code >> 6);
                *to++ = (char)(0x80 | (code & 0x3f));
        } else {
                *to++ = (char)(0xe0 | code >> 12);
                *to++ = (char)(0x80 | (code >> 6 & 0x3f));
                *to++ = (char)(0x80 | (code & 0x3f));
        }
        return to;
}

static char *unescape(const char *from, const char *end)
{
        static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
        char *text = malloc((size_t)(end - from) + 1), *to = text;

        if (!text)
                return NULL;
        while (from < end) {
                const char *letter;
                unsigned code;

                if (*from != '\\') {
                        *to++ = *from++;
                } else if (from[1] == 'u' && sscanf(from + 2, "%4x", &code) == 1) {
                        to = put_utf8(to, code);
                        from += 6;
                } else {
                        letter = strchr(letters, from[1]);
                        *to++ = letter ? meant[letter - letters] : from[1];
                        from += 2;
                }
        }
        *to = '\0';
        return text;
}

char *json_string(const char *text, const char *name)
{
        const char *at = skip_blanks(text);
        char *found = NULL;

        if (*at != '{')
                return NULL;
        at = skip_blanks(at + 1);
        while (*at == '"') {
                const char *key = at, *key_end = string_end(at), *value, *end;

                if (!key_end)
                        return found;
                value = skip_blanks(key_end);
                if (*value != ':')
                        return found;
                value = skip_blanks(value + 1);
                end = value_end(value);
                if (!end)
                        return found;
                if ((size_t)(key_end - key) == strlen(name) + 2 && strncmp(key + 1, name, strlen(name)) == 0) {
                        free(found);
                        found = *value == '"' ? unescape(value + 1, end - 1) : strndup(value, (size_t)(end - value));
                }
                at = skip_blanks(end);
                if (*at != ',')
                        return found;
                at = skip_blanks(at + 1);
        }
        return found;
}
