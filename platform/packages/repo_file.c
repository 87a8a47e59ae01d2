#include "platform/packages/repo_file.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/source_text.h"

void repo_section_clear(RepoSection *section)
{
        size_t i;

        for (i = 0; i < section->n; i++) {
                free(section->options[i].name);
                free(section->options[i].value);
        }
        free(section->id);
        free(section->bad);
        *section = (RepoSection){ 0 };
}

static void set_bad(RepoSection *section, const char *line)
{
        if (!section->bad)
                section->bad = text_copy(line);
}

static bool is_comment(const char *line)
{
        return *line == '\0' || *line == '#' || *line == ';';
}

/* line is "[ID] perhaps a comment"; an indented one would be something else behind an option. */
static void read_head(RepoSection *section, const char *line, size_t length)
{
        const char *end = strchr(line, ']');

        section->id = text_copy("");
        if (*line != '[' || !end || end == line + 1 || strlen(line) != length ||
            source_text_has_control_bytes(line, length) || !is_comment(end + 1 + strspn(end + 1, " \t"))) {
                set_bad(section, line);
                return;
        }
        free(TAKE_PTR(section->id));
        section->id = text_copy_n(line + 1, (size_t)(end - line) - 1);
}

static void continue_option(RepoOption *option, const char *line)
{
        char *longer = text_format("%s%s%s", option->value, *option->value ? "\n" : "", line);

        free(option->value);
        option->value = longer;
}

/* False: no name, or more than there is room for. */
static bool add_option(RepoSection *section, char *line)
{
        char *equals = strchr(line, '=');

        if (!equals || equals == line || section->n == REPO_OPTIONS_MAX)
                return false;
        *equals = '\0';
        section->options[section->n++] =
                (RepoOption){ .name = text_copy(text_trim(line)), .value = text_copy(text_trim(equals + 1)) };
        return true;
}

/* A line that begins with a blank goes on with the option before, and so does an indented comment. */
static void read_line(RepoSection *section, const char *line, size_t length, bool *open)
{
        _cleanup_free_ char *copy = text_copy_n(line, length), *shown = text_copy_n(line, length);
        bool indented = *copy == ' ' || *copy == '\t';

        text_trim(copy);
        if (strlen(shown) != length || source_text_has_control_bytes(line, length))
                set_bad(section, text_trim(shown));
        else if (*copy && indented && *open)
                continue_option(&section->options[section->n - 1], copy);
        else if (is_comment(copy))
                *open = *open && *copy;
        else if (!section->id || !add_option(section, copy))
                set_bad(section, text_trim(shown));
        else
                *open = true;
}

/* Does a section begin with this line? An option's indented continuation may begin with a bracket, too. */
static bool is_head(const char *line, size_t length, bool open)
{
        size_t i = 0;

        while (i < length && (line[i] == ' ' || line[i] == '\t'))
                i++;
        return i < length && line[i] == '[' && (i == 0 || !open);
}

bool repo_section_next(const char **cursor, const char *end, RepoSection *ret)
{
        RepoSection section = { .start = *cursor };
        const char *next = *cursor, *line;
        bool open = false;
        size_t length;

        while (text_next_line(&next, end, &line, &length)) {
                if (!is_head(line, length, open)) {
                        read_line(&section, line, length, &open);
                } else if (line == section.start) {
                        _cleanup_free_ char *copy = text_copy_n(line, length);

                        read_head(&section, copy, length);
                } else {
                        next = line;
                        break;
                }
        }
        section.end = next;
        *cursor = next;
        if (section.end == section.start)
                return false;
        *ret = section;
        return true;
}

const char *repo_section_get(const RepoSection *section, const char *name)
{
        size_t i;

        for (i = section->n; i > 0; i--)
                if (text_equal(section->options[i - 1].name, name))
                        return section->options[i - 1].value;
        return NULL;
}

void repo_section_set(RepoSection *section, const char *name, const char *value)
{
        size_t i = section->n;

        while (i > 0 && !text_equal(section->options[i - 1].name, name))
                i--;
        if (i > 0) {
                free(section->options[i - 1].value);
                section->options[i - 1].value = text_copy(value);
        } else if (section->n < REPO_OPTIONS_MAX) {
                section->options[section->n++] = (RepoOption){ .name = text_copy(name), .value = text_copy(value) };
        }
}

const char *repo_word_next(const char **cursor, size_t *ret_length)
{
        static const char between[] = " \t\r\n,";
        const char *word = *cursor + strspn(*cursor, between);

        *ret_length = strcspn(word, between);
        *cursor = word + *ret_length;
        return *ret_length > 0 ? word : NULL;
}

bool repo_section_is(const RepoSection *section, const char *name, bool usual)
{
        static const char *const words[] = { "0", "no", "false", "off", "1", "yes", "true", "on" };
        const char *value = repo_section_get(section, name);
        size_t i;

        for (i = 0; value && i < ELEMENTSOF(words); i++)
                if (text_equal_nocase(value, words[i]))
                        return i >= 4;
        return usual;
}
