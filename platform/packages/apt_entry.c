#include "platform/packages/apt_entry.h"

#include <string.h>

#include "platform/base/cleanup.h"
#include "platform/base/text.h"

static void entry_clear(AptEntry *entry)
{
        free(entry->types);
        free(entry->uris);
        free(entry->suites);
        free(entry->components);
        free(entry->signed_by);
        free(entry->enabled);
        free(entry->trusted);
        free(entry->insecure);
        free(entry->architectures);
        *entry = (AptEntry){ 0 };
}

/* Cuts the next word off *rest; "" at the end. */
static char *cut_word(char **rest)
{
        char *word = *rest + strspn(*rest, " \t");

        *rest = word + strcspn(word, " \t");
        if (**rest)
                *(*rest)++ = '\0';
        return word;
}

static void read_options(char *options, AptEntry *entry)
{
        const struct {
                const char *name;
                char **value;
        } known[] = {
                { "signed-by=", &entry->signed_by },
                { "trusted=", &entry->trusted },
                { "allow-insecure=", &entry->insecure },
                { "arch=", &entry->architectures },
        };
        size_t i;

        while (*(options += strspn(options, " \t"))) {
                const char *option = cut_word(&options);

                for (i = 0; i < ELEMENTSOF(known); i++)
                        if (text_starts_with(option, known[i].name)) {
                                free(*known[i].value);
                                *known[i].value = text_copy(option + strlen(known[i].name));
                        }
        }
}

/* deb [options] uri suite component ... */
static void read_line(char *line, AptEntry *entry)
{
        char *rest = line, *end;

        line[strcspn(line, "#")] = '\0';
        entry->types = text_copy(cut_word(&rest));
        rest += strspn(rest, " \t");
        if (*rest == '[') {
                end = strchr(rest, ']');
                if (!end)
                        return;
                *end = '\0';
                read_options(rest + 1, entry);
                rest = end + 1;
        }
        entry->uris = text_copy(cut_word(&rest));
        entry->suites = text_copy(cut_word(&rest));
        entry->components = text_copy(rest);
}

static bool find_in_list(const char *text, size_t size, AptEntryFound *found, void *userdata)
{
        const char *cursor = text, *line;
        unsigned n = 0;
        size_t length;

        while (text_next_line(&cursor, text + size, &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);
                _cleanup_(entry_clear) AptEntry entry = { .trusted_line = n + 1, .insecure_line = n + 1 };

                n++;
                read_line(text_trim(copy), &entry);
                if (found(&entry, userdata))
                        return true;
        }
        return false;
}

/* Where the field of this line is kept; NULL: one we do not need. */
static char **field_of(AptEntry *entry, const char *name)
{
        const struct {
                const char *name;
                char **value;
        } fields[] = {
                { "Types", &entry->types },
                { "URIs", &entry->uris },
                { "Suites", &entry->suites },
                { "Components", &entry->components },
                { "Signed-By", &entry->signed_by },
                { "Enabled", &entry->enabled },
                { "Trusted", &entry->trusted },
                { "Allow-Insecure", &entry->insecure },
                { "Architectures", &entry->architectures },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(fields); i++)
                if (text_equal_nocase(name, fields[i].name))
                        return fields[i].value;
        return NULL;
}

static void append_to(char **value, const char *words)
{
        char *longer = text_format("%s%s%s", *value ? *value : "", *value && **value ? " " : "", words);

        free(*value);
        *value = longer;
}

/* line is trimmed at both ends; continued: it began with a blank. *field: the one that a continuation goes on. */
static void read_field(char *line, bool continued, AptEntry *entry, char ***field)
{
        char *colon = strchr(line, ':');

        if (continued) {
                if (*field)
                        append_to(*field, line);
                return;
        }
        *field = NULL;
        if (!colon)
                return;
        *colon = '\0';
        *field = field_of(entry, line);
        if (*field) {
                free(TAKE_PTR(**field));
                **field = text_copy(text_trim(colon + 1));
        }
}

/* Of the field that was read; 0: it goes on. */
static void note_line(char *const *field, unsigned line, AptEntry *entry)
{
        if (line > 0 && field == &entry->trusted)
                entry->trusted_line = line;
        else if (line > 0 && field == &entry->insecure)
                entry->insecure_line = line;
}

static bool find_in_stanzas(const char *text, size_t size, AptEntryFound *found, void *userdata)
{
        const char *cursor = text, *line;
        _cleanup_(entry_clear) AptEntry entry = { .stanza = true };
        char **field = NULL;
        unsigned n = 0;
        size_t length;

        while (text_next_line(&cursor, text + size, &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);
                bool continued = *copy == ' ' || *copy == '\t';

                n++;
                if (*text_trim(copy) && *copy != '#') {
                        read_field(copy, continued, &entry, &field);
                        note_line(field, continued ? 0 : n, &entry);
                }
                if (*copy)
                        continue;
                if (found(&entry, userdata))
                        return true;
                entry_clear(&entry);
                entry.stanza = true;
                field = NULL;
        }
        return found(&entry, userdata);
}

bool apt_entries_find(const char *text, size_t size, bool stanzas, AptEntryFound *found, void *userdata)
{
        return stanzas ? find_in_stanzas(text, size, found, userdata) : find_in_list(text, size, found, userdata);
}
