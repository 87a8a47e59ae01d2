/*
 * A hold is trusted to hold: whatever is wrong with its file, changes wait, and a person is told why.
 */
#include "agent/hold.h"

#include <string.h>
#include <time.h>

#include "platform/base/text.h"

#define UNTIL "until"

static bool is_leap(int64_t year)
{
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of(int64_t year, int64_t month)
{
        static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

        return days[month - 1] + (month == 2 && is_leap(year));
}

/* Exactly n digits; NULL: they are not there. */
static const char *take_number(const char *text, int n, int min, int max, int64_t *ret)
{
        char digits[8] = "";

        if (!text || strspn(text, "0123456789") != (size_t)n)
                return NULL;
        memcpy(digits, text, (size_t)n);
        return text_to_int64(digits, min, max, ret) ? text + n : NULL;
}

static const char *take_sign(const char *text, const char *signs)
{
        return text && *text && strchr(signs, *text) ? text + 1 : NULL;
}

static const char *take_date(const char *text, int64_t *ret)
{
        int64_t year = 0, month = 0, day = 0;
        struct tm tm = { 0 };

        text = take_number(text, 4, 1970, 9999, &year);
        text = take_number(take_sign(text, "-"), 2, 1, 12, &month);
        text = take_number(take_sign(text, "-"), 2, 1, 31, &day);
        if (!text || day > days_of(year, month))
                return NULL;
        tm = (struct tm){ .tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day };
        *ret = (int64_t)timegm(&tm);
        return text;
}

static const char *take_clock(const char *text, int64_t *ret)
{
        int64_t hours = 0, minutes = 0, seconds = 0;

        text = take_number(text, 2, 0, 23, &hours);
        text = take_number(take_sign(text, ":"), 2, 0, 59, &minutes);
        if (text && *text == ':')
                text = take_number(text + 1, 2, 0, 59, &seconds);
        *ret = (hours * 60 + minutes) * 60 + seconds;
        return text && *text == 'Z' ? text + 1 : text;
}

static bool absolute(const char *text, int64_t *ret)
{
        int64_t date = 0, clock = 0;

        text = take_date(text, &date);
        if (text && *text)
                text = take_clock(take_sign(text, "T "), &clock);
        if (!text || *text)
                return false;
        *ret = date + clock;
        return true;
}

static bool relative(const char *text, int64_t now_s, int64_t *ret)
{
        static const struct {
                char unit;
                int64_t seconds;
        } units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 7 * 86400 } };
        size_t digits = strspn(text, "0123456789"), i;
        _cleanup_free_ char *number = text_copy_n(text, digits);
        int64_t n = 0;

        if (digits > 8 || !text_to_int64(number, 1, 99999999, &n) || strlen(text) != digits + 1)
                return false;
        for (i = 0; i < ELEMENTSOF(units); i++) {
                if (text[digits] != units[i].unit)
                        continue;
                *ret = now_s + n * units[i].seconds;
                return true;
        }
        return false;
}

bool hold_time(const char *text, int64_t now_s, int64_t *ret)
{
        return *text == '+' ? relative(text + 1, now_s, ret) : absolute(text, ret);
}

/* "until", alone or with something behind it; relative times would never end: each look has another now. */
static bool is_end(const char *line)
{
        size_t length = strlen(UNTIL);

        return text_starts_with(line, UNTIL) && (line[length] == '\0' || strchr(" \t:", line[length]));
}

/* A date, as people write it; "until Friday" is words. */
static void take_end(char *line, Hold *hold)
{
        char *rest = text_trim(line + strlen(UNTIL));
        int64_t until = 0;

        if (hold->until_s || hold->damaged || !absolute(rest, &until)) {
                hold->damaged = true;
                hold->until_s = 0;
                return;
        }
        hold->until_s = until;
}

void hold_parse(const char *text, int64_t now_s, Hold *ret)
{
        const char *cursor = text, *end = text + strlen(text), *line;
        _cleanup_(text_clear) Text reason = { 0 };
        _cleanup_free_ char *shown = NULL;
        size_t length;
        bool first = true;

        *ret = (Hold){ .held = TRI_YES };
        while (text_next_line(&cursor, end, &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);
                char *words = text_trim(copy);

                if (!first && is_end(words))
                        take_end(words, ret);
                else if (*words)
                        text_append(&reason, "%s%s", reason.length ? " " : "", words);
                first = first && !*words;
        }
        shown = text_escape(reason.data ? reason.data : "", sizeof(ret->reason) - 8);
        snprintf(ret->reason, sizeof(ret->reason), "%s", shown);
        ret->over = ret->until_s && now_s >= ret->until_s;
        if (ret->over)
                ret->held = TRI_NO;
}

char *hold_reason_words(const Hold *hold)
{
        if (*hold->trouble)
                return text_format("the reason cannot be read: %s", hold->trouble);
        return text_copy(*hold->reason ? hold->reason : "no reason was given");
}

char *hold_sentence(const Hold *hold)
{
        if (*hold->trouble)
                return text_format("The reason of the hold cannot be read: %s.", hold->trouble);
        if (*hold->reason)
                return text_format("The reason given for the hold: %s.", hold->reason);
        return text_copy("No reason was given for the hold.");
}

char *hold_end_words(const Hold *hold)
{
        char until[TEXT_TIME_MAX];

        if (*hold->trouble)
                return text_copy("Its end cannot be read either: it holds until the file is written anew or removed.");
        if (hold->damaged)
                return text_copy("Its end cannot be read, so that it does not end.");
        return hold->until_s ? text_format("It ends at %s.", text_time(hold->until_s, until)) : text_copy("");
}
