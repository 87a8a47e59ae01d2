/*
 * Addresses as people write them into configurations and as programs repeat them. Where it cannot be told whether
 * something is a login, it is hidden.
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "platform/base/text.h"

#define STARS 3
#define TOKEN_MIN 32 /* shorter parts of a path are names */

static const char word_ends[] = " \t\r\n\"<>";

/* No room is made: of one or two bytes there are as many stars. Returns where they end. */
static char *cover(char *start, char *end)
{
        size_t length = (size_t)(end - start), stars = length < STARS ? length : STARS;

        memset(start, '*', stars);
        if (length > stars)
                memmove(start + stars, end, strlen(end) + 1);
        return start + stars;
}

/* Behind the next "://", which JSON may write as ":\\/\\/"; NULL: there is none. */
static char *find_authority(char *text)
{
        for (text = strchr(text, ':'); text; text = strchr(text + 1, ':')) {
                if (text_starts_with(text, "://"))
                        return text + 3;
                if (text_starts_with(text, ":\\/\\/"))
                        return text + 5;
        }
        return NULL;
}

static void hide_before_host(char *start)
{
        char *sign = start + strcspn(start, "/ \t\r\n");

        while (sign > start && *sign != '@')
                sign--;
        if (sign > start)
                cover(start, sign);
}

/* Mirrors and storage accounts take tokens there. What ends the sentence around it stays. */
static void hide_query(char *start)
{
        char *end = start + strcspn(start, word_ends), *mark = start + strcspn(start, "?#");

        while (end > mark && strchr("'`)]},.;:\\", end[-1]))
                end--;
        if (end > mark)
                cover(mark + 1, end);
}

static int class_of(char c)
{
        if (c >= 'a' && c <= 'z')
                return 'a';
        if (c >= 'A' && c <= 'Z')
                return 'A';
        if (c >= '0' && c <= '9')
                return '0';
        return c && strchr("_-+=%~", c) ? '_' : 0;
}

/*
 * Letters and digits of a token change their kind at most places (two of three in base64), those of names in few, as in
 * "ResourceGroupOfTeam7": what has all three kinds and changes at two places of five is no name. Digests and GUIDs have
 * two kinds.
 */
static bool is_token(const char *part, size_t length)
{
        size_t i, changes = 0, upper = 0, lower = 0, digits = 0;

        for (i = 0; i < length; i++) {
                upper += class_of(part[i]) == 'A';
                lower += class_of(part[i]) == 'a';
                digits += class_of(part[i]) == '0';
                changes += i > 0 && class_of(part[i]) != class_of(part[i - 1]);
        }
        return length >= TOKEN_MIN && upper && lower && digits && changes * 5 >= length * 2;
}

/* Of the path before the query. */
static void hide_tokens(char *start)
{
        char *part, *end = start + strcspn(start, "/ \t\r\n");

        while (*end && !strchr(word_ends, *end) && !strchr("?#", *end)) {
                for (part = ++end; class_of(*end);)
                        end++;
                if (is_token(part, (size_t)(end - part)))
                        end = cover(part, end);
        }
}

const TextSecret text_secrets[] = {
        { "password", true },   { "passwd", true }, { "passphrase", true }, { "secret", true },
        { "signature", false }, { "sig", false },   { "token", true },      { NULL, false },
};

/* Behind the "=" of such a name in [word, end); NULL: there is none. */
static char *find_value(char *word, const char *end)
{
        const TextSecret *secret;
        size_t length;
        char *equals;

        for (equals = memchr(word, '=', (size_t)(end - word)); equals;
             equals = memchr(equals + 1, '=', (size_t)(end - equals - 1)))
                for (secret = text_secrets; secret->name; secret++) {
                        length = strlen(secret->name);
                        if ((size_t)(equals - word) >= length &&
                            strncasecmp(equals - length, secret->name, length) == 0 &&
                            (equals - word == (ptrdiff_t)length || class_of(equals[-(ptrdiff_t)length - 1]) != 'a'))
                                return equals + 1;
                }
        return NULL;
}

static void hide_value(char *word)
{
        char *end = word + strcspn(word, word_ends), *value = find_value(word, end);

        if (value && value < end)
                cover(value, end);
}

/* "HOST/PATH?NAME=VALUE": a question has no sign of equality. */
static void hide_bare_query(char *word)
{
        size_t length = strcspn(word, word_ends);
        char *slash = memchr(word, '/', length),
             *mark = slash ? memchr(slash, '?', length - (size_t)(slash - word)) : NULL;

        if (mark && memchr(mark, '=', length - (size_t)(mark - word)))
                hide_query(mark);
}

static bool is_of_name(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) ||
               (c && strchr("._-%+~!$\\*", c));
}

/* In [start, end): the last "@" that a host may follow; NULL: there is none. */
static char *find_sign(char *start, char *end)
{
        for (end--; end > start; end--)
                if (*end == '@' && (is_of_name(end[1]) || end[1] == '[') && end[1] != '.')
                        return end;
        return NULL;
}

static bool is_port(const char *text)
{
        size_t digits = strspn(text, "0123456789");

        return digits > 0 && text[digits] == '/';
}

/* NAME:PASSWORD up to the sign, at the start of a word's part; not "/etc/file:unit@1", "host:80/a@b", "file:/a@b".
 */
static char *find_login(char *word, char *colon)
{
        char *name = colon;

        while (name > word && is_of_name(name[-1]))
                name--;
        if (name == colon || strchr("/\\", colon[1]) || is_port(colon + 1))
                return NULL;
        return name > word && name[-1] == '/' && (name - word < 2 || !strchr("/\\", name[-2])) ? NULL : name;
}

/* Returns where to go on. */
static char *hide_in_word(char *word)
{
        char *end = word + strcspn(word, word_ends), *sign = find_sign(word, end), *colon;

        for (colon = sign ? memchr(word, ':', (size_t)(sign - word)) : NULL; colon;
             colon = memchr(colon + 1, ':', (size_t)(sign - colon - 1))) {
                char *name = find_login(word, colon);

                if (name) {
                        cover(name, sign);
                        return word + strcspn(word, word_ends);
                }
        }
        return end;
}

char *text_hide_logins(char *text)
{
        char *start;

        for (start = find_authority(text); start; start = find_authority(start)) {
                hide_before_host(start);
                hide_query(start);
                hide_tokens(start);
        }
        for (start = text; *start; start += strspn(start, word_ends)) {
                hide_bare_query(start);
                hide_value(start);
                start = hide_in_word(start);
        }
        return text;
}

char *text_shown(const char *text, size_t max)
{
        _cleanup_free_ char *plain = text_hide_logins(text_copy(text ? text : ""));

        return text_escape(plain, max);
}
