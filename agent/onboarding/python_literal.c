/*
 * Only what Python's own tokenizer knows of strings: where one begins, where it ends, what its escapes
 * mean. An unknown escape keeps its backslash. A decoded character never needs more bytes than its escape.
 */
#include "agent/onboarding/python_literal.h"

#include <stdint.h>
#include <string.h>

typedef struct Decoder {
        const char *start, *at, *end;
        char *out;
        size_t length;
        bool bytes;
        const char *wrong;
} Decoder;

static bool is_word(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Any other word before a quote is no prefix. "u" and none mean the same. */
static void read_prefix(const char *start, const char *quote, PythonLiteral *literal)
{
        static const char known[][3] = { "r", "b", "br", "rb", "f", "fr", "rf", "t", "tr", "rt" };
        const char *p = quote;
        char word[3] = "";
        size_t i;

        while (p > start && is_word(p[-1]))
                p--;
        if (quote - p > 2)
                return;
        for (i = 0; p + i < quote; i++)
                word[i] = (char)(p[i] | 0x20);
        for (i = 0; i < ELEMENTSOF(known); i++) {
                if (strcmp(word, known[i]) != 0)
                        continue;
                literal->raw = strchr(word, 'r');
                literal->bytes = strchr(word, 'b');
                literal->formatted = strpbrk(word, "ft");
        }
}

static bool is_triple(const char *p, const char *end)
{
        return end - p >= 3 && p[1] == p[0] && p[2] == p[0];
}

/* Past a backslash and what it escapes; a line end is one thing. */
static const char *skip_escape(const char *p, const char *end)
{
        if (end - p >= 3 && p[1] == '\r' && p[2] == '\n')
                return p + 3;
        return end - p >= 2 ? p + 2 : end;
}

/* From the opening quote; returns where to go on. */
static const char *read_literal(const char *quote, const char *end, PythonLiteral *literal)
{
        bool triple = is_triple(quote, end);
        const char *p = quote + (triple ? 3 : 1);

        literal->text = p;
        while (p < end) {
                if (*p == '\\') {
                        p = skip_escape(p, end);
                        continue;
                }
                if (*p == *quote && (!triple || is_triple(p, end))) {
                        literal->closed = true;
                        break;
                }
                if (!triple && (*p == '\n' || *p == '\r'))
                        break;
                p++;
        }
        literal->length = (size_t)(p - literal->text);
        return literal->closed ? p + (triple ? 3 : 1) : p;
}

static const char *skip_comment(const char *p, const char *end)
{
        while (p < end && *p != '\n' && *p != '\r')
                p++;
        return p;
}

bool python_literal_next(const char **cursor, const char *end, PythonLiteral *ret)
{
        const char *p = *cursor;

        while (p < end && *p != '"' && *p != '\'')
                p = *p == '#' ? skip_comment(p, end) : p + 1;
        if (p == end) {
                *cursor = end;
                return false;
        }
        *ret = (PythonLiteral){ 0 };
        read_prefix(*cursor, p, ret);
        *cursor = read_literal(p, end, ret);
        return true;
}

static bool fail(Decoder *d, const char *wrong)
{
        d->wrong = wrong;
        return false;
}

static void put(Decoder *d, uint32_t byte)
{
        d->out[d->length++] = (char)byte;
}

static bool put_code_point(Decoder *d, uint32_t c)
{
        if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
                return fail(d, "an escape names no character");
        if (d->bytes && c > 0x7f)
                return fail(d, "an escape in a bytes literal names no ASCII character");
        if (c < 0x80) {
                put(d, c);
        } else if (c < 0x800) {
                put(d, 0xc0 | c >> 6);
                put(d, 0x80 | (c & 0x3f));
        } else {
                if (c < 0x10000) {
                        put(d, 0xe0 | c >> 12);
                } else {
                        put(d, 0xf0 | c >> 18);
                        put(d, 0x80 | (c >> 12 & 0x3f));
                }
                put(d, 0x80 | (c >> 6 & 0x3f));
                put(d, 0x80 | (c & 0x3f));
        }
        return true;
}

static int digit_value(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
                return (c | 0x20) - 'a' + 10;
        return 99;
}

/* Reads least to most digits of this base and puts the character they name. */
static bool decode_number(Decoder *d, int base, int least, int most)
{
        uint32_t value = 0;
        int n;

        for (n = 0; n < most && d->at < d->end && digit_value(*d->at) < base; n++)
                value = value * (uint32_t)base + (uint32_t)digit_value(*d->at++);
        if (n < least)
                return fail(d, "an escape has too few digits");
        return put_code_point(d, value);
}

/* The line end at d->at, whatever its kind. */
static void skip_line_end(Decoder *d)
{
        bool cr = *d->at++ == '\r';

        if (cr && d->at < d->end && *d->at == '\n')
                d->at++;
}

/* At the character after a backslash. */
static bool decode_escape(Decoder *d)
{
        static const char names[] = "\\'\"abfnrtv", values[] = "\\'\"\a\b\f\n\r\t\v";
        const char *known;
        char c = *d->at;

        if (c == '\n' || c == '\r') {
                skip_line_end(d);
                return true;
        }
        if (c >= '0' && c <= '7')
                return decode_number(d, 8, 1, 3);
        d->at++;
        known = c ? strchr(names, c) : NULL;
        if (known) {
                put(d, (unsigned char)values[known - names]);
                return true;
        }
        if (c == 'x')
                return decode_number(d, 16, 2, 2);
        if (c == 'u' && !d->bytes)
                return decode_number(d, 16, 4, 4);
        if (c == 'U' && !d->bytes)
                return decode_number(d, 16, 8, 8);
        if (c == 'N' && !d->bytes)
                return fail(d, "a character is escaped by its name");
        put(d, '\\');
        put(d, (unsigned char)c);
        return true;
}

int python_literal_decode(const PythonLiteral *literal, char *out, size_t *ret_length, Error *err)
{
        Decoder d = { .start = literal->text,
                      .at = literal->text,
                      .end = literal->text + literal->length,
                      .out = out,
                      .bytes = literal->bytes };

        while (d.at < d.end) {
                if (*d.at == '\r') {
                        skip_line_end(&d);
                        put(&d, '\n');
                        continue;
                }
                if (*d.at != '\\' || literal->raw || d.end - d.at < 2) {
                        put(&d, (unsigned char)*d.at++);
                        continue;
                }
                d.at++;
                if (!decode_escape(&d))
                        return error_set(err, ERROR_INPUT, "%s, at byte %td of the literal", d.wrong, d.at - d.start);
        }
        *ret_length = d.length;
        return 0;
}
