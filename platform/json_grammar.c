/*
 * A recursive descent over the text that builds nothing: its only memory is the stack, bounded by
 * depth_max, and it looks at each byte once.
 */
#include "platform/json_grammar.h"

#include <stdint.h>
#include <string.h>

#define EXPONENT_MAX 308 /* of a double, in decimal digits */

typedef struct Scan {
        const unsigned char *text;
        size_t length, at;
        unsigned int depth;
        size_t members;
        const char *wrong;
} Scan;

static bool scan_value(Scan *s);

static bool fail(Scan *s, const char *wrong)
{
        s->wrong = s->at < s->length ? wrong : "it ends too early";
        return false;
}

static int peek(const Scan *s)
{
        return s->at < s->length ? s->text[s->at] : -1;
}

static bool take(Scan *s, int c)
{
        if (peek(s) != c)
                return false;
        s->at++;
        return true;
}

static void skip_blanks(Scan *s)
{
        while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
                s->at++;
}

static bool is_digit(int c)
{
        return c >= '0' && c <= '9';
}

static bool scan_hex4(Scan *s, unsigned int *ret)
{
        unsigned int value = 0, i;

        for (i = 0; i < 4; i++) {
                int c = peek(s);

                if (is_digit(c))
                        value = value << 4 | (unsigned int)(c - '0');
                else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
                        value = value << 4 | (unsigned int)((c | 0x20) - 'a' + 10);
                else
                        return fail(s, "four hexadecimal digits are expected");
                s->at++;
        }
        *ret = value;
        return true;
}

/* After "\u". */
static bool scan_code_point(Scan *s)
{
        unsigned int unit, low;

        if (!scan_hex4(s, &unit))
                return false;
        if (unit == 0)
                return fail(s, "an escaped NUL stands in a string");
        if (unit < 0xd800 || unit > 0xdfff)
                return true;
        if (unit > 0xdbff || !take(s, '\\') || !take(s, 'u'))
                return fail(s, "half of a surrogate pair stands in a string");
        if (!scan_hex4(s, &low))
                return false;
        return (low >= 0xdc00 && low <= 0xdfff) || fail(s, "half of a surrogate pair stands in a string");
}

/* After the opening quote. */
static bool scan_string(Scan *s)
{
        while (!take(s, '"')) {
                int c = peek(s);

                if (c < 0x20)
                        return fail(s, "a control character stands in a string");
                s->at++;
                if (c != '\\')
                        continue;
                c = peek(s);
                if (c <= 0 || !strchr("\"\\/bfnrtu", c))
                        return fail(s, "an unknown escape stands in a string");
                s->at++;
                if (c == 'u' && !scan_code_point(s))
                        return false;
        }
        return true;
}

static bool scan_digits(Scan *s)
{
        if (!is_digit(peek(s)))
                return fail(s, "a digit is expected");
        while (is_digit(peek(s)))
                s->at++;
        return true;
}

static bool integer_fits(const unsigned char *digits, size_t n, bool negative)
{
        uint64_t value = 0;
        size_t i;

        for (i = 0; i < n; i++)
                if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digits[i] - '0', &value))
                        return false;
        return !negative || value <= (uint64_t)INT64_MAX + 1;
}

static bool scan_exponent(Scan *s, int64_t *ret)
{
        bool negative = take(s, '-');
        int64_t value = 0;
        size_t start;

        if (!negative)
                take(s, '+');
        start = s->at;
        if (!scan_digits(s))
                return false;
        for (; start < s->at && value <= EXPONENT_MAX; start++)
                value = value * 10 + (s->text[start] - '0');
        *ret = negative ? -value : value;
        return true;
}

static bool scan_number(Scan *s)
{
        bool negative = take(s, '-'), whole = true;
        size_t start = s->at, n;
        int64_t exponent = 0;

        if (!take(s, '0') && !scan_digits(s))
                return false;
        n = s->at - start;
        if (take(s, '.')) {
                whole = false;
                if (!scan_digits(s))
                        return false;
        }
        if (take(s, 'e') || take(s, 'E')) {
                whole = false;
                if (!scan_exponent(s, &exponent))
                        return false;
        }
        if (whole ? integer_fits(s->text + start, n, negative) : (int64_t)n + exponent <= EXPONENT_MAX)
                return true;
        s->at = start;
        return fail(s, "a number is too large");
}

static bool scan_member(Scan *s)
{
        skip_blanks(s);
        if (!take(s, '"'))
                return fail(s, "a member name in double quotes is expected");
        if (!scan_string(s))
                return false;
        s->members++;
        skip_blanks(s);
        if (!take(s, ':'))
                return fail(s, "a colon is expected");
        return scan_value(s);
}

/* After the opening bracket. */
static bool scan_container(Scan *s, int end, bool (*scan_element)(Scan *), const char *expected)
{
        if (s->depth == 0)
                return fail(s, "it is nested too deeply");
        s->depth--;
        skip_blanks(s);
        if (!take(s, end)) {
                do
                        if (!scan_element(s))
                                return false;
                while (take(s, ','));
                if (!take(s, end))
                        return fail(s, expected);
        }
        s->depth++;
        return true;
}

static bool scan_word(Scan *s, const char *word)
{
        for (; *word; word++)
                if (!take(s, *word))
                        return fail(s, "an unknown word stands there");
        return true;
}

static bool scan_bare_value(Scan *s)
{
        switch (peek(s)) {
        case '{':
                s->at++;
                return scan_container(s, '}', scan_member, "a comma or the end of an object is expected");
        case '[':
                s->at++;
                return scan_container(s, ']', scan_value, "a comma or the end of an array is expected");
        case '"':
                s->at++;
                return scan_string(s);
        case 't':
                return scan_word(s, "true");
        case 'f':
                return scan_word(s, "false");
        case 'n':
                return scan_word(s, "null");
        default:
                if (peek(s) != '-' && !is_digit(peek(s)))
                        return fail(s, "a value is expected");
                return scan_number(s);
        }
}

/* With the blanks around it. */
static bool scan_value(Scan *s)
{
        skip_blanks(s);
        if (!scan_bare_value(s))
                return false;
        skip_blanks(s);
        return true;
}

static int tell(const Scan *s, const char *wrong, Error *err)
{
        size_t line = 1, i;
        int c = peek(s);

        for (i = 0; i < s->at; i++)
                line += s->text[i] == '\n';
        return error_set(err, ERROR_INPUT, "not JSON: %s, at byte %zu, line %zu%s", wrong, s->at, line,
                         c == '/' || c == '#' ? " (JSON has no comments)" : "");
}

int json_grammar_check(const char *text, size_t length, unsigned int depth_max, JsonGrammar *ret, Error *err)
{
        Scan s = { .text = (const unsigned char *)text, .length = length, .depth = depth_max };
        size_t start, end;

        skip_blanks(&s);
        start = s.at;
        if (!scan_bare_value(&s))
                return tell(&s, s.wrong, err);
        end = s.at;
        skip_blanks(&s);
        if (s.at < s.length)
                return tell(&s, "something stands after the value", err);
        *ret = (JsonGrammar){ .start = start, .end = end, .members = s.members };
        return 0;
}
