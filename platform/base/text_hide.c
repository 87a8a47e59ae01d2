/*
 * Addresses as people write them into configurations and as programs repeat them. Where it cannot be told whether
 * something is a login, it is hidden.
 */
#include <string.h>

#include "platform/base/text.h"

#define STARS 3

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
        }
        for (start = text; *start; start += strspn(start, word_ends))
                start = hide_in_word(start);
        return text;
}

char *text_shown(const char *text, size_t max)
{
        _cleanup_free_ char *plain = text_hide_logins(text_copy(text ? text : ""));

        return text_escape(plain, max);
}
