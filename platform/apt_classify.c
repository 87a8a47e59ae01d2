/*
 * What apt and dpkg said, by their words in the C locale (apt 1.6 to 3.0, dpkg 1.18 to 1.22). Only lines in which
 * they speak themselves are read, so that what a maintainer script prints is not taken for their verdict.
 */
#include "platform/apt.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

#define LINES_MAX 3        /* shown */
#define FIRST_LINE_MAX 280 /* leaves room for the others */

typedef struct Line {
        const char *text;
        bool speaks; /* apt or dpkg themselves */
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

typedef struct Rule {
        AptTrouble trouble;
        const char *words[2]; /* both stand in the line, the second may be NULL */
} Rule;

/* What stops everything, whoever is named. */
static const Rule global_rules[] = {
        { APT_BROKEN, { "Could not open lock file" } }, /* not held by anybody: no permission, no folder */
        { APT_LOCKED, { "Could not get lock" } },
        { APT_LOCKED, { "Unable to acquire the dpkg frontend lock" } },
        { APT_LOCKED, { "Unable to lock " } },
        { APT_LOCKED, { "lock was locked by" } },
        { APT_LOCKED, { "is locked by another process" } },
        { APT_BROKEN, { "dpkg was interrupted" } },
        { APT_BROKEN, { "Unmet dependencies. Try" } },
        { APT_BROKEN, { "needs to be reinstalled" } },
        { APT_SOURCES, { "Malformed " } },
        { APT_SOURCES, { "Conflicting values set for option" } },
        { APT_SOURCES, { "is not known on line" } },
        { APT_BROKEN, { "Syntax error " } },
        { APT_SOURCES, { "The list of sources could not be read" } },
        { APT_BROKEN, { "could not be parsed or opened" } },
        { APT_BROKEN, { "dpkg: error: parsing file" } },
        { APT_DISK, { "No space left on device" } },
        { APT_DISK, { "Disk quota exceeded" } },
        { APT_DISK, { "have enough free space" } },
};

/* What may be about us or about others; us first. */
static const Rule rules[] = {
        { APT_SCRIPT, { "script", "error exit status" } },
        { APT_SCRIPT, { "script", "killed by signal" } },
        { APT_SIGNATURE, { "NO_PUBKEY" } },
        { APT_SIGNATURE, { "signatures were invalid" } },
        { APT_SIGNATURE, { "couldn't be verified" } },
        { APT_SIGNATURE, { "signature verification failed" } },
        { APT_SIGNATURE, { "required for verification" } },
        { APT_SIGNATURE, { "GPG error" } },
        { APT_SIGNATURE, { "Hash Sum mismatch" } },
        { APT_SIGNATURE, { "unexpected size" } },
        { APT_SIGNATURE, { "is expired (invalid since" } },
        { APT_CLOCK, { "is not valid yet" } },
        { APT_SIGNATURE, { "unauthenticated" } },
        { APT_STALE, { ".deb", " 404 " } },
        { APT_NETWORK, { "Failed to fetch" } },
        { APT_NETWORK, { "does not have a Release file" } },
        { APT_SIGNATURE, { "is not signed" } },
        { APT_NOT_FOUND, { "Unable to locate package" } },
        { APT_NOT_FOUND, { "has no installation candidate" } },
        { APT_NOT_FOUND, { "Version '", "was not found" } },
        { APT_DEPENDENCY, { "held broken packages" } },
        { APT_DEPENDENCY, { "Unable to satisfy dependencies" } },
        { APT_DEPENDENCY, { "remove is disabled" } },
        { APT_DEPENDENCY, { "dependency problems" } },
        { APT_BROKEN, { "dpkg exited unexpectedly" } },
        { APT_STALE, { "Unable to fetch some archives" } },
        { APT_NETWORK, { "files failed to download" } },
};

static bool is_word_byte(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("+-.", c));
}

/* The package's name, not as a part of another's ("mdatp-tools"). */
static bool names_package(const char *line, const char *package)
{
        size_t length = strlen(package);
        const char *at = line;

        while (length > 0 && (at = strstr(at, package))) {
                if ((at == line || !is_word_byte(at[-1])) && (!is_word_byte(at[length]) || at[length] == '.'))
                        return true;
                at += length;
        }
        return false;
}

static bool is_spoken(const char *line, const Line *before)
{
        static const char *const starts[] = { "E: ", "W: ", "Error: ", "Warning: ", "dpkg: ", "dpkg-deb: " };
        size_t i;

        for (i = 0; i < ELEMENTSOF(starts); i++)
                if (text_starts_with(line, starts[i]))
                        return true;
        return *line == ' ' && before && before->speaks;
}

static void split(const char *output, size_t length, const char *package, const char *url_prefix, Lines *ret)
{
        char *save = NULL, *line;
        size_t i, most = 1;

        ret->bytes = text_allocate(length + 1);
        for (i = 0; i < length; i++) {
                ret->bytes[i] = output[i] == '\r' ? '\n' : output[i] ? output[i] : '?';
                most += ret->bytes[i] == '\n';
        }
        ret->items = text_allocate(most * sizeof(*ret->items));
        for (line = strtok_r(ret->bytes, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
                ret->items[ret->n] = (Line){
                        .text = line,
                        .speaks = is_spoken(line, ret->n > 0 ? &ret->items[ret->n - 1] : NULL),
                        .ours = (package && names_package(line, package)) ||
                                (!text_is_empty(url_prefix) && strstr(line, url_prefix)),
                };
                ret->n++;
        }
}

static bool matches(const Rule *rule, const Line *line)
{
        return line->speaks && strstr(line->text, rule->words[0]) &&
               (!rule->words[1] || strstr(line->text, rule->words[1]));
}

/* The first rule that a line matches, and the first such line. */
static const Rule *find_rule(const Lines *lines, const Rule *table, size_t n_table, bool only_ours, size_t *ret_line)
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

static const Rule *judge(const Lines *lines, size_t *ret_line)
{
        const Rule *rule = find_rule(lines, global_rules, ELEMENTSOF(global_rules), false, ret_line);

        if (!rule)
                rule = find_rule(lines, rules, ELEMENTSOF(rules), true, ret_line);
        if (!rule)
                rule = find_rule(lines, rules, ELEMENTSOF(rules), false, ret_line);
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
        size_t room = sizeof(((AptResult *)0)->text) - shown->text.length - 16,
               i; /* 16: a mark of omission, a separator */
        _cleanup_free_ char *escaped = NULL;
        const char *text = lines->items[line].text;

        for (i = 0; i < shown->n; i++)
                if (shown->lines[i] == line)
                        return;
        if (shown->n == LINES_MAX || shown->text.length + 64 > sizeof(((AptResult *)0)->text))
                return;
        if (shown->n == 0 && room > FIRST_LINE_MAX)
                room = FIRST_LINE_MAX;
        escaped = text_escape(text + strspn(text, " \t"), room);
        text_append(&shown->text, "%s%s", shown->n > 0 ? " | " : "", escaped);
        shown->lines[shown->n++] = line;
        shown->ours = shown->ours || lines->items[line].ours;
}

/* "mdatp : Depends: libc6 (>= 2.34) but 2.31 is to be installed", and others under their heading. */
static void show_unmet(Shown *shown, const Lines *lines)
{
        size_t i;

        for (i = 0; i < lines->n && !strstr(lines->items[i].text, "have unmet dependencies:"); i++)
                ;
        for (i++; i < lines->n && lines->items[i].text[0] == ' ' && shown->n < LINES_MAX - 1; i++)
                show(shown, lines, i);
}

/* decisive: the line that matched a rule. Before a failing script's line stands what the script said last. */
static void show_matching(Shown *shown, const Lines *lines, const Rule *rule, size_t decisive)
{
        if (rule->trouble == APT_DEPENDENCY || (rule->trouble == APT_BROKEN && strstr(rule->words[0], "Unmet")))
                show_unmet(shown, lines);
        if (rule->trouble == APT_SCRIPT && decisive > 1)
                show(shown, lines, decisive - 2);
        if (rule->trouble == APT_SCRIPT && decisive > 0)
                show(shown, lines, decisive - 1);
        show(shown, lines, decisive);
}

static bool is_error(const char *line)
{
        return text_starts_with(line, "E: ") || text_starts_with(line, "Error: ") ||
               text_starts_with(line, "dpkg: error");
}

static void show_rest(Shown *shown, const Lines *lines)
{
        size_t i;

        for (i = 0; i < lines->n; i++) {
                if (!is_error(lines->items[i].text) || strstr(lines->items[i].text, "Can not write log"))
                        continue;
                show(shown, lines, i);
                /* dpkg gives its reason in the next line */
                if (text_starts_with(lines->items[i].text, "dpkg: error processing") && i + 1 < lines->n)
                        show(shown, lines, i + 1);
        }
        if (shown->n == 0 && lines->n > 0)
                show(shown, lines, lines->n - 1);
}

/*
 * apt before 2.1 ends with 0 although it could not fetch, and warns only; of its warnings those about fetching count.
 */
static bool is_failed_fetch(const Rule *rule)
{
        return rule && (rule->trouble == APT_SIGNATURE || rule->trouble == APT_CLOCK || rule->trouble == APT_NETWORK ||
                        rule->trouble == APT_STALE);
}

/* "URL  404  Not Found": what asking again does not change. */
static bool is_final_answer(const char *line)
{
        const char *at;

        for (at = line; (at = strstr(at, "  4")); at++)
                if (strspn(at + 2, "0123456789") == 3 && strncmp(at + 2, "408", 3) != 0 &&
                    strncmp(at + 2, "429", 3) != 0)
                        return true;
        return strstr(line, "ertificate") || strstr(line, "NOSPLIT");
}

void apt_classify(const char *output, size_t length, int exit_status, const char *package, const char *url_prefix,
                  AptResult *ret)
{
        _cleanup_(lines_clear) Lines lines = { 0 };
        Shown shown = { 0 };
        size_t decisive = 0;
        const Rule *rule;

        *ret = (AptResult){ .trouble = APT_OK };
        split(output, length, package, url_prefix, &lines);
        rule = judge(&lines, &decisive);
        if (exit_status == 0 && !is_failed_fetch(rule))
                return;
        ret->trouble = rule ? rule->trouble : APT_OTHER;
        if (rule)
                show_matching(&shown, &lines, rule, decisive);
        show_rest(&shown, &lines);
        if (shown.n == 0)
                text_append(&shown.text, "it ended with status %d and said nothing", exit_status);
        ret->ours = shown.ours;
        ret->passing = ret->trouble == APT_NETWORK && strstr(lines.items[decisive].text, "Failed to fetch") &&
                       !is_final_answer(lines.items[decisive].text);
        snprintf(ret->text, sizeof(ret->text), "%s", shown.text.data);
        text_clear(&shown.text);
}
