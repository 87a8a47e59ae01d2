/*
 * No XML parser is needed for what one program prints: attributes in double or single quotes and the five entities that
 * XML has, nothing of which may hold "<".
 */
#include "platform/packages/zypper_xml.h"

#include <string.h>

#include "platform/base/text.h"

#define ERROR_ELEMENT "<message type=\"error\">"

static const struct {
        const char *entity;
        char byte;
} entities[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' } };

static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The byte that stands at *at, which moves on; -1: no XML. */
static int decode(const char **at, const char *end)
{
        size_t i, length;

        if (**at != '&')
                return (unsigned char)*(*at)++;
        for (i = 0; i < ELEMENTSOF(entities); i++) {
                length = strlen(entities[i].entity);
                if ((size_t)(end - *at) >= length && memcmp(*at, entities[i].entity, length) == 0) {
                        *at += length;
                        return entities[i].byte;
                }
        }
        return -1;
}

/* Where the element ends whose attributes begin at at: quotes may hold ">". NULL: nowhere. */
static const char *find_end(const char *at, const char *end)
{
        char quote = '\0';

        for (; at < end && *at != '<'; at++) {
                if (quote && *at == quote)
                        quote = '\0';
                else if (!quote && (*at == '"' || *at == '\''))
                        quote = *at;
                else if (!quote && *at == '>')
                        return at;
        }
        return NULL;
}

bool zypper_xml_next(const char **cursor, const char *end, const char *name, ZypperElement *ret)
{
        size_t length = strlen(name);
        const char *at, *last;

        while ((at = memchr(*cursor, '<', (size_t)(end - *cursor)))) {
                *cursor = ++at;
                if ((size_t)(end - at) <= length || memcmp(at, name, length) != 0 || !is_blank(at[length]))
                        continue;
                last = find_end(at + length, end);
                if (!last)
                        continue;
                *ret = (ZypperElement){ .attributes = at + length, .length = (size_t)(last - at) - length };
                *cursor = last + 1;
                return true;
        }
        return false;
}

/* From the quote that opens on. */
static int read_value(const char *at, const char *end, char *buffer, size_t size)
{
        char quote = *at++;
        size_t n = 0;

        while (at < end && *at != quote) {
                int byte = decode(&at, end);

                if (byte <= 0 || n + 1 >= size)
                        return -1;
                buffer[n++] = (char)byte;
        }
        buffer[n] = '\0';
        return at < end ? 0 : -1;
}

int zypper_xml_attribute(const ZypperElement *element, const char *name, char *buffer, size_t size, Error *err)
{
        const char *at = element->attributes, *end = at + element->length, *equals;
        size_t length = strlen(name);

        while ((equals = memchr(at, '=', (size_t)(end - at))) && equals + 1 < end) {
                bool wanted = (size_t)(equals - at) > length && memcmp(equals - length, name, length) == 0 &&
                              is_blank(equals[-1 - (long)length]);
                const char *value = equals + 1, *last;

                if (*value != '"' && *value != '\'')
                        break;
                if (wanted && read_value(value, end, buffer, size) == 0)
                        return 0;
                last = memchr(value + 1, *value, (size_t)(end - value - 1));
                if (wanted || !last)
                        break;
                at = last + 1;
        }
        return error_set(err, ERROR_INPUT, "an element without \"%s\", or with one of more than %zu bytes", name,
                         size - 1);
}

char *zypper_xml_error(const char *text, size_t length, size_t max)
{
        const char *at = memmem(text, length, ERROR_ELEMENT, strlen(ERROR_ELEMENT)), *end = text + length;
        _cleanup_(text_clear) Text message = { 0 };
        _cleanup_free_ char *bytes = NULL;

        if (!at)
                return NULL;
        for (at += strlen(ERROR_ELEMENT); at < end && *at != '<' && message.length < max;) {
                int byte = decode(&at, end);

                if (byte <= 0)
                        break;
                text_append(&message, "%c", byte == '\n' ? ' ' : byte);
        }
        bytes = text_take(&message);
        return text_escape(text_trim(bytes), max);
}
