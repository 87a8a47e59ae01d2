/*
 * A line counts when the package manager speaks itself; of several rules the first that matches, what names us first.
 */
#include "platform/packages/classify.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

#define LINES_MAX 3        /* shown */
#define FIRST_LINE_MAX 280 /* leaves room for the others */

typedef struct Line {
        const char *text;
        bool speaks; /* the package manager itself */
        bool ours;   /* names our package or source */
} Line;

typedef struct Lines {
        char *bytes;
        Line *items;
        size_t n;
} Lines;

static void lines_clear(Lines *lines)
{
        free(lines->bytes);
        free(lines->items);
        *lines = (Lines){ 0 };
}

static bool is_word_byte(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("+-.", c));
}

/* "mdatp", "mdatp.x86_64", and with its version as rpm writes it: "mdatp-101.24092.0002-1", "mdatp-0:101...". */
static bool ends_name(const char *after)
{
        return !is_word_byte(*after) || *after == '.' || (*after == '-' && after[1] >= '0' && after[1] <= '9');
}

/* The package's name, not as a part of another's ("mdatp-tools"). */
static bool names_package(const char *line, const char *package)
{
        size_t length = strlen(package);
        const char *at = line;

        while (length > 0 && (at = strstr(at, package))) {
                if ((at == line || !is_word_byte(at[-1])) && ends_name(at + length))
                        return true;
                at += length;
        }
        return false;
}

static bool begins_with_any(const char *line, const char *const *starts)
{
        for (; *starts; starts++)
                if (text_starts_with(line, *starts))
                        return true;
        return false;
}

static bool is_spoken(const ClassifyWords *words, const char *line, const Line *before)
{
        if (!words->starts || begins_with_any(line, words->starts))
                return true;
        return *line == ' ' && before && before->speaks;
}

static bool is_ours(const char *line, const ClassifyOurs *ours)
{
        return (ours->package && names_package(line, ours->package)) ||
               (!text_is_empty(ours->url) && strstr(line, ours->url)) ||
               (!text_is_empty(ours->id) && names_package(line, ours->id));
}

static void split(const ClassifyWords *words, const char *output, size_t length, const ClassifyOurs *ours, Lines *ret)
{
        char *save = NULL, *line;
        bool heading = false; /* what is indented below it is about the same */
        size_t i, most = 1;

        ret->bytes = text_allocate(length + 1);
        for (i = 0; i < length; i++) {
                ret->bytes[i] = output[i] == '\r' ? '\n' : output[i] ? output[i] : '?';
                most += ret->bytes[i] == '\n';
        }
        ret->items = text_allocate(most * sizeof(*ret->items));
        for (line = strtok_r(ret->bytes, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
                bool names_us = is_ours(line, ours);

                heading = *line == ' ' ? heading : names_us;
                ret->items[ret->n] = (Line){
                        .text = line,
                        .speaks = is_spoken(words, line, ret->n > 0 ? &ret->items[ret->n - 1] : NULL),
                        .ours = names_us || heading,
                };
                ret->n++;
        }
}

static bool matches(const ClassifyRule *rule, const Line *line)
{
        return line->speaks && strstr(line->text, rule->words[0]) &&
               (!rule->words[1] || strstr(line->text, rule->words[1]));
}

/* The first rule that a line matches, and the first such line. */
static const ClassifyRule *find_rule(const Lines *lines, const ClassifyRule *table, size_t n_table, bool only_ours,
                                     size_t *ret_line)
{
        size_t rule, i;

        for (rule = 0; rule < n_table; rule++)
                for (i = 0; i < lines->n; i++)
                        if ((!only_ours || lines->items[i].ours) && matches(&table[rule], &lines->items[i])) {
                                *ret_line = i;
                                return &table[rule];
                        }
        return NULL;
}

static const ClassifyRule *judge(const ClassifyWords *words, const Lines *lines, size_t *ret_line)
{
        const ClassifyRule *rule = find_rule(lines, words->global, words->n_global, false, ret_line);

        if (!rule)
                rule = find_rule(lines, words->rules, words->n_rules, true, ret_line);
        if (!rule)
                rule = find_rule(lines, words->rules, words->n_rules, false, ret_line);
        return rule;
}

typedef struct Shown {
        Text text;
        size_t lines[LINES_MAX];
        size_t n;
        bool ours;
} Shown;

static void show(Shown *shown, const Lines *lines, size_t line)
{
        size_t room = sizeof(((PackageResult *)0)->text) - shown->text.length - 16,
               i; /* 16: a mark of omission, a separator */
        _cleanup_free_ char *escaped = NULL, *text = NULL;

        for (i = 0; i < shown->n; i++)
                if (shown->lines[i] == line)
                        return;
        if (shown->n == LINES_MAX || shown->text.length + 64 > sizeof(((PackageResult *)0)->text))
                return;
        if (shown->n == 0 && room > FIRST_LINE_MAX)
                room = FIRST_LINE_MAX;
        text = text_hide_logins(text_copy(lines->items[line].text));
        escaped = text_escape(text + strspn(text, " \t"), room);
        text_append(&shown->text, "%s%s", shown->n > 0 ? " | " : "", escaped);
        shown->lines[shown->n++] = line;
        shown->ours = shown->ours || lines->items[line].ours;
}

/* "mdatp : Depends: libc6 (>= 2.34) but 2.31 is to be installed", and others under their heading. */
static void show_below(Shown *shown, const Lines *lines, const char *heading)
{
        size_t i;

        for (i = 0; heading && i < lines->n && !strstr(lines->items[i].text, heading); i++)
                ;
        for (i++; heading && i < lines->n && lines->items[i].text[0] == ' ' && shown->n < LINES_MAX - 1; i++)
                show(shown, lines, i);
}

/* decisive: the line that matched a rule. Before a failing script's line stands what the script said last. */
static void show_matching(Shown *shown, const ClassifyWords *words, const Lines *lines, const ClassifyRule *rule,
                          size_t decisive)
{
        if (rule->trouble == TROUBLE_DEPENDENCY || (rule->trouble == TROUBLE_BROKEN && strstr(rule->words[0], "Unmet")))
                show_below(shown, lines, words->unmet);
        if (rule->trouble == TROUBLE_KEPT)
                show_below(shown, lines, words->held);
        if (rule->trouble == TROUBLE_SCRIPT && decisive > 1)
                show(shown, lines, decisive - 2);
        if (rule->trouble == TROUBLE_SCRIPT && decisive > 0)
                show(shown, lines, decisive - 1);
        show(shown, lines, decisive);
}

/* "Error downloading packages:": what it is about stands below. */
static bool is_heading(const ClassifyWords *words, const char *line)
{
        _cleanup_free_ char *copy = text_copy(line);

        return text_ends_with(text_trim(copy), ":") &&
               !(words->reason_follows && text_starts_with(line, words->reason_follows));
}

static void show_rest(Shown *shown, const ClassifyWords *words, const Lines *lines)
{
        size_t i;

        for (i = 0; i < lines->n; i++) {
                if (!begins_with_any(lines->items[i].text, words->errors) ||
                    strstr(lines->items[i].text, "Can not write log") || is_heading(words, lines->items[i].text))
                        continue;
                show(shown, lines, i);
                if (words->reason_follows && text_starts_with(lines->items[i].text, words->reason_follows) &&
                    i + 1 < lines->n)
                        show(shown, lines, i + 1);
        }
        if (shown->n == 0 && lines->n > 0)
                show(shown, lines, lines->n - 1);
}

void package_classify(const ClassifyWords *words, const char *output, size_t length, int exit_status,
                      const ClassifyOurs *ours, PackageResult *ret)
{
        _cleanup_(lines_clear) Lines lines = { 0 };
        Shown shown = { 0 };
        size_t decisive = 0;
        const ClassifyRule *rule;

        *ret = (PackageResult){ .trouble = TROUBLE_NONE };
        split(words, output, length, ours, &lines);
        rule = judge(words, &lines, &decisive);
        if (!words->is_failure(rule ? rule->trouble : TROUBLE_OTHER, exit_status))
                return;
        ret->trouble = rule ? rule->trouble : TROUBLE_OTHER;
        if (rule)
                show_matching(&shown, words, &lines, rule, decisive);
        show_rest(&shown, words, &lines);
        if (shown.n == 0)
                text_append(&shown.text, "it ended with status %d and said nothing", exit_status);
        ret->ours = shown.ours;
        ret->passing = ret->trouble == TROUBLE_NETWORK && words->is_passing(lines.items[decisive].text);
        snprintf(ret->text, sizeof(ret->text), "%s", shown.text.data);
        text_clear(&shown.text);
}
