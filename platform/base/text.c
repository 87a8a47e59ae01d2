#include "platform/base/text.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

void *text_allocate(size_t size)
{
        void *p = calloc(1, size ? size : 1);

        if (!p)
                abort();
        return p;
}

char *text_copy(const char *text)
{
        return text ? text_copy_n(text, strlen(text)) : NULL;
}

char *text_copy_n(const char *text, size_t length)
{
        char *copy;

        length = strnlen(text, length);
        copy = text_allocate(length + 1);
        memcpy(copy, text, length);
        return copy;
}

char *text_format_list(const char *format, va_list ap)
{
        va_list again;
        char *text;
        int length;

        if (!format)
                abort();
        va_copy(again, ap);
        length = vsnprintf(NULL, 0, format, again);
        va_end(again);
        if (length < 0)
                abort();
        text = text_allocate((size_t)length + 1);
        vsnprintf(text, (size_t)length + 1, format, ap);
        return text;
}

char *text_format(const char *format, ...)
{
        va_list ap;
        char *text;

        va_start(ap, format);
        text = text_format_list(format, ap);
        va_end(ap);
        return text;
}

char *text_go_on(const char *sentence, const char *more)
{
        size_t length = strlen(sentence) - text_ends_with(sentence, ".");
        const char *between = strstr(sentence, ": ") ? "; " : ": ";

        if (!(*more >= 'a' && *more <= 'z'))
                between = *more ? ". " : ".";
        return text_format("%.*s%s%s", (int)length, sentence, between, more);
}

void text_clear(Text *text)
{
        free(text->data);
        *text = (Text){ 0 };
}

void text_append_bytes(Text *text, const void *bytes, size_t length)
{
        if (text->capacity - text->length <= length) {
                size_t capacity = (text->length + length + 64) * 2;
                char *data = realloc(text->data, capacity);

                if (!data)
                        abort();
                text->data = data;
                text->capacity = capacity;
        }
        if (length)
                memcpy(text->data + text->length, bytes, length);
        text->length += length;
        text->data[text->length] = '\0';
}

void text_append(Text *text, const char *format, ...)
{
        _cleanup_free_ char *words = NULL;
        va_list ap;

        va_start(ap, format);
        words = text_format_list(format, ap);
        va_end(ap);
        text_append_bytes(text, words, strlen(words));
}

char *text_take(Text *text)
{
        char *data = text->data ? text->data : text_allocate(1);

        *text = (Text){ 0 };
        return data;
}

bool text_equal(const char *a, const char *b)
{
        return a && b ? strcmp(a, b) == 0 : a == b;
}

static int lower(int c)
{
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool text_equal_nocase(const char *a, const char *b)
{
        if (!a || !b)
                return a == b;
        for (; *a && lower((unsigned char)*a) == lower((unsigned char)*b); a++, b++)
                ;
        return *a == *b;
}

bool text_starts_with(const char *text, const char *prefix)
{
        return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
        size_t length = strlen(text), end = strlen(suffix);

        return length >= end && memcmp(text + length - end, suffix, end) == 0;
}

bool text_is_empty(const char *text)
{
        return !text || !*text;
}

static bool is_hex(char c)
{
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool text_is_guid(const char *text)
{
        static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
        size_t i;

        if (!text || strlen(text) != sizeof(shape) - 1)
                return false;
        for (i = 0; shape[i]; i++)
                if (shape[i] == 'x' ? !is_hex(text[i]) : text[i] != '-')
                        return false;
        return true;
}

/* How many bytes the UTF-8 character at the start of [p, p + left) has; 0: it is none. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
        static const struct {
                unsigned char mask, lead;
                size_t length;
                unsigned long least;
        } forms[] = {
                { 0x80, 0x00, 1, 0 }, { 0xe0, 0xc0, 2, 0x80 }, { 0xf0, 0xe0, 3, 0x800 }, { 0xf8, 0xf0, 4, 0x10000 }
        };
        unsigned long value;
        size_t i, n;

        for (i = 0; i < ELEMENTSOF(forms) && (p[0] & forms[i].mask) != forms[i].lead; i++)
                ;
        if (i == ELEMENTSOF(forms) || forms[i].length > left)
                return 0;
        value = p[0] & (unsigned char)~forms[i].mask;
        for (n = 1; n < forms[i].length; n++) {
                if ((p[n] & 0xc0) != 0x80)
                        return 0;
                value = value << 6 | (p[n] & 0x3f);
        }
        if (value < forms[i].least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
                return 0;
        return forms[i].length;
}

bool text_is_utf8(const char *text, size_t length)
{
        const unsigned char *p = (const unsigned char *)text;

        while (length > 0) {
                size_t n = utf8_length(p, length);

                if (n == 0)
                        return false;
                p += n;
                length -= n;
        }
        return true;
}

bool text_to_int64(const char *text, int64_t min, int64_t max, int64_t *ret)
{
        long long value;
        char *end;

        if (text_is_empty(text) || !(*text == '-' || (*text >= '0' && *text <= '9')))
                return false;
        errno = 0;
        value = strtoll(text, &end, 10);
        if (errno != 0 || *end || end == text || value < min || value > max)
                return false;
        *ret = value;
        return true;
}

bool text_to_bool(const char *text, bool *ret)
{
        bool yes = text_equal_nocase(text, "true");

        if (!yes && !text_equal_nocase(text, "false"))
                return false;
        *ret = yes;
        return true;
}

/* C0, DEL and, in UTF-8, C1: terminals obey both. */
static bool is_control(const unsigned char *p, size_t length)
{
        return length == 1 ? *p < 0x20 || *p == 0x7f : length == 2 && p[0] == 0xc2 && p[1] < 0xa0;
}

char *text_escape(const char *text, size_t max)
{
        _cleanup_(text_clear) Text out = { 0 };
        const unsigned char *p = (const unsigned char *)text;
        size_t left = text ? strlen(text) : 0;

        while (left > 0 && out.length < max) {
                size_t n = utf8_length(p, left);

                if (n == 0 || is_control(p, n) || *p == '"' || *p == '\\') {
                        text_append(&out, "\\x%02x", *p);
                        n = 1;
                } else
                        text_append_bytes(&out, p, n);
                p += n;
                left -= n;
        }
        if (left > 0)
                text_append(&out, "...");
        return text_take(&out);
}

bool text_next_line(const char **cursor, const char *end, const char **ret_line, size_t *ret_length)
{
        const char *start = *cursor, *newline;

        if (start >= end)
                return false;
        newline = memchr(start, '\n', (size_t)(end - start));
        *cursor = newline ? newline + 1 : end;
        if (!newline)
                newline = end;
        if (newline > start && newline[-1] == '\r')
                newline--;
        *ret_line = start;
        *ret_length = (size_t)(newline - start);
        return true;
}

char *text_trim(char *text)
{
        static const char blanks[] = " \t\r\n";
        size_t length;

        length = strspn(text, blanks);
        memmove(text, text + length, strlen(text + length) + 1);
        for (length = strlen(text); length > 0 && strchr(blanks, text[length - 1]); length--)
                text[length - 1] = '\0';
        return text;
}

const char *text_time(int64_t unix_s, char buffer[TEXT_TIME_MAX])
{
        time_t t = (time_t)unix_s;
        struct tm tm;

        if (!gmtime_r(&t, &tm) || strftime(buffer, TEXT_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
                snprintf(buffer, TEXT_TIME_MAX, "1970-01-01T00:00:00Z");
        return buffer;
}

char *text_url_place(const char *url)
{
        const char *scheme = strstr(url, "://"), *start = scheme ? scheme + 3 : url;
        _cleanup_free_ char *plain = text_copy_n(start, strcspn(start, "?#"));
        const char *at = memrchr(plain, '@', strcspn(plain, "/")), *place = at ? at + 1 : plain;

        return text_format("%s%s", place, strchr(place, '/') ? "" : "/");
}

char *text_percent_encode(const char *text, const char *also_plain)
{
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
        Text out = { 0 };

        for (; *text; text++)
                if (strchr(plain, *text) || strchr(also_plain, *text))
                        text_append(&out, "%c", *text);
                else
                        text_append(&out, "%%%02X", (unsigned)(unsigned char)*text);
        return text_take(&out);
}
