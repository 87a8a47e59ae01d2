/*
 * Enough of the shell to find "<<WORD" and the lines up to WORD. What looks like one but is not (in a
 * string, in arithmetic) does no harm: it has no closing line, or holds no package.
 */
#include "agent/onboarding/heredoc.h"

#include <string.h>

#include "platform/base/text.h"

#define WORD_MAX 64

typedef struct Opening {
        const char *word;
        size_t length;
        bool quoted;
        bool tabs; /* "<<-": tabs before the closing word are skipped */
} Opening;

static bool is_word(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_-.", c);
}

/* After "<<". */
static bool read_opening(const char *p, const char *end, Opening *ret)
{
        Opening opening = { 0 };
        char quote = '\0';

        opening.tabs = p < end && *p == '-';
        p += opening.tabs;
        while (p < end && (*p == ' ' || *p == '\t'))
                p++;
        opening.quoted = p < end && strchr("'\"\\", *p);
        if (opening.quoted)
                quote = *p++;
        opening.word = p;
        while (p < end && *p && is_word(*p))
                p++;
        opening.length = (size_t)(p - opening.word);
        if (opening.length == 0 || opening.length > WORD_MAX)
                return false;
        if (opening.quoted && quote != '\\' && (p == end || *p != quote))
                return false;
        *ret = opening;
        return true;
}

static bool find_opening(const char *line, size_t length, Opening *ret)
{
        const char *end = line + length, *p = line;

        while (p < end && (*p == ' ' || *p == '\t'))
                p++;
        if (p < end && *p == '#')
                return false;
        while ((p = memmem(p, (size_t)(end - p), "<<", 2))) {
                p += 2;
                if (p < end && *p == '<') /* a here-string */
                        p++;
                else if (read_opening(p, end, ret))
                        return true;
        }
        return false;
}

static bool closes(const Opening *opening, const char *line, size_t length)
{
        for (; opening->tabs && length > 0 && *line == '\t'; line++)
                length--;
        return length == opening->length && memcmp(line, opening->word, length) == 0;
}

/* From the line after the opening; returns where to go on. */
static const char *read_body(const char *start, const char *end, const Opening *opening, Heredoc *ret)
{
        const char *cursor = start, *line;
        size_t length;

        *ret = (Heredoc){ .text = start, .length = (size_t)(end - start), .expanded = !opening->quoted };
        while (text_next_line(&cursor, end, &line, &length)) {
                if (!closes(opening, line, length))
                        continue;
                ret->length = (size_t)(line - start);
                ret->closed = true;
                return cursor;
        }
        return start;
}

bool heredoc_next(const char **cursor, const char *end, Heredoc *ret)
{
        const char *line;
        Opening opening;
        size_t length;

        while (text_next_line(cursor, end, &line, &length)) {
                if (!find_opening(line, length, &opening))
                        continue;
                *cursor = read_body(*cursor, end, &opening, ret);
                return true;
        }
        return false;
}

int heredoc_decode(const Heredoc *heredoc, char *out, size_t *ret_length, Error *err)
{
        const char *p = heredoc->text, *end = p + heredoc->length;
        size_t length = 0;

        for (; p < end; p++) {
                if (heredoc->expanded && (*p == '$' || *p == '`'))
                        return error_set(err, ERROR_INPUT,
                                         "the shell would substitute something at byte %td of the here-document",
                                         p - heredoc->text);
                if (heredoc->expanded && *p == '\\' && end - p >= 2) {
                        if (p[1] == '\n') {
                                p++;
                                continue;
                        }
                        if (p[1] == '\\' || p[1] == '$' || p[1] == '`')
                                p++;
                }
                out[length++] = *p;
        }
        *ret_length = length;
        return 0;
}
