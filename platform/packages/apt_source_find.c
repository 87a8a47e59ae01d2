/*
 * Looks for a source that the machine already has. Reads what apt reads: sources.list, and the files of
 * sources.list.d whose names apt takes (letters, digits, "_", "-", "."; ending in .list or .sources).
 */
#include "platform/packages/apt_source.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/source_text.h"

#define FILE_MAX (1024 * 1024)

typedef struct Wanted {
        const char *uri;
        const char *suite;
        PackageSource *disabled; /* the first that would be found, were it not disabled; NULL: of no interest */
} Wanted;

/* A stanza or line of a file: words separated by blanks; NULL: absent. */
typedef struct Entry {
        char *types, *uris, *suites, *components, *signed_by, *enabled, *trusted, *insecure;
        bool stanza;
        unsigned trusted_line, insecure_line; /* in which they stand, from 1 */
} Entry;

static void entry_clear(Entry *entry)
{
        free(entry->types);
        free(entry->uris);
        free(entry->suites);
        free(entry->components);
        free(entry->signed_by);
        free(entry->enabled);
        free(entry->trusted);
        free(entry->insecure);
        *entry = (Entry){ 0 };
}

static bool is_same_suite(const char *a, size_t a_length, const char *b)
{
        size_t length = source_text_without_slashes(a, a_length);

        return length > 0 && length == source_text_without_slashes(b, strlen(b)) && memcmp(a, b, length) == 0;
}

static bool is_same_word(const char *a, size_t a_length, const char *b)
{
        return strlen(b) == a_length && memcmp(a, b, a_length) == 0;
}

/* The first word of the list that is the same; NULL: none. */
static const char *find_word(const char *words, const char *wanted, bool is_same(const char *, size_t, const char *),
                             size_t *ret_length)
{
        for (; words && *(words += strspn(words, " \t\r\n")); words += *ret_length) {
                *ret_length = strcspn(words, " \t\r\n");
                if (is_same(words, *ret_length, wanted))
                        return words;
        }
        return NULL;
}

/* What apt takes for a no; for a yes it has as many words, and more may come. */
static bool is_off(const char *value)
{
        static const char *const words[] = { "no", "false", "without", "off", "disable", "0" };
        size_t i;

        for (i = 0; value && i < ELEMENTSOF(words); i++)
                if (text_equal_nocase(value, words[i]))
                        return true;
        return false;
}

static bool is_on(const char *value)
{
        return value && !is_off(value);
}

static bool copy_word(char *ret, size_t size, const char *word, size_t length)
{
        if (length >= size)
                return false;
        memcpy(ret, word, length);
        ret[length] = '\0';
        return true;
}

/* A single path; a key written into the file itself, or a fingerprint, has none. */
static bool copy_keyring(char *ret, size_t size, const char *signed_by)
{
        size_t length = signed_by ? strlen(signed_by) : 0;

        if (length == 0 || *signed_by != '/' || strcspn(signed_by, ", \t\r\n") != length)
                return copy_word(ret, size, "", 0);
        return copy_word(ret, size, signed_by, length);
}

static void tell_weakness(const Entry *entry, PackageSource *source)
{
        bool trusted = is_on(entry->trusted);
        unsigned line = trusted ? entry->trusted_line : entry->insecure_line;
        _cleanup_free_ char *value = NULL;

        if (!source->unverified)
                return;
        value = text_escape(trusted ? entry->trusted : entry->insecure, 40);
        if (entry->stanza)
                snprintf(source->weakness, sizeof(source->weakness), "says \"%s: %s\" in line %u",
                         trusted ? "Trusted" : "Allow-Insecure", value, line);
        else
                snprintf(source->weakness, sizeof(source->weakness), "says [%s=%s] in line %u",
                         trusted ? "trusted" : "allow-insecure", value, line);
}

static bool match(const Entry *entry, const Wanted *wanted, const char *file, PackageSource *ret)
{
        PackageSource source = { .enabled = !is_off(entry->enabled),
                                 .unverified = is_on(entry->trusted) || is_on(entry->insecure) };
        const char *uri, *suite, *component = entry->components ? entry->components : "";
        size_t length, uri_length = 0, suite_length = 0;

        uri = find_word(entry->uris, wanted->uri, source_text_is_same_uri, &uri_length);
        suite = find_word(entry->suites, wanted->suite, is_same_suite, &suite_length);
        if (!uri || !suite || !find_word(entry->types, "deb", is_same_word, &length))
                return false;
        component += strspn(component, " \t\r\n");
        if (!copy_word(source.uri, sizeof(source.uri), uri, source_text_without_slashes(uri, uri_length)) ||
            !copy_word(source.suite, sizeof(source.suite), suite, suite_length) ||
            !copy_word(source.component, sizeof(source.component), component, strcspn(component, " \t\r\n")) ||
            !copy_word(source.file, sizeof(source.file), file, strlen(file)) ||
            !copy_keyring(source.signed_by, sizeof(source.signed_by), entry->signed_by))
                return false;
        tell_weakness(entry, &source);
        if (source.enabled)
                *ret = source;
        else if (wanted->disabled && !*wanted->disabled->file)
                *wanted->disabled = source;
        return source.enabled;
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

static void read_options(char *options, Entry *entry)
{
        const struct {
                const char *name;
                char **value;
        } known[] = {
                { "signed-by=", &entry->signed_by },
                { "trusted=", &entry->trusted },
                { "allow-insecure=", &entry->insecure },
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
static void read_line(char *line, Entry *entry)
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

static bool search_list(const char *text, size_t size, const Wanted *wanted, const char *file, PackageSource *ret)
{
        const char *cursor = text, *line;
        unsigned n = 0;
        size_t length;

        while (text_next_line(&cursor, text + size, &line, &length)) {
                _cleanup_free_ char *copy = text_copy_n(line, length);
                _cleanup_(entry_clear) Entry entry = { .trusted_line = n + 1, .insecure_line = n + 1 };

                n++;
                read_line(text_trim(copy), &entry);
                if (match(&entry, wanted, file, ret))
                        return true;
        }
        return false;
}

/* Where the field of this line is kept; NULL: one we do not need. */
static char **field_of(Entry *entry, const char *name)
{
        const struct {
                const char *name;
                char **value;
        } fields[] = {
                { "Types", &entry->types },         { "URIs", &entry->uris },
                { "Suites", &entry->suites },       { "Components", &entry->components },
                { "Signed-By", &entry->signed_by }, { "Enabled", &entry->enabled },
                { "Trusted", &entry->trusted },     { "Allow-Insecure", &entry->insecure },
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
static void read_field(char *line, bool continued, Entry *entry, char ***field)
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
static void note_line(char *const *field, unsigned line, Entry *entry)
{
        if (line > 0 && field == &entry->trusted)
                entry->trusted_line = line;
        else if (line > 0 && field == &entry->insecure)
                entry->insecure_line = line;
}

static bool search_stanzas(const char *text, size_t size, const Wanted *wanted, const char *file, PackageSource *ret)
{
        const char *cursor = text, *line;
        _cleanup_(entry_clear) Entry entry = { .stanza = true };
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
                if (match(&entry, wanted, file, ret))
                        return true;
                entry_clear(&entry);
                entry.stanza = true;
                field = NULL;
        }
        return match(&entry, wanted, file, ret);
}

static bool search_file(const Host *host, const char *file, const Wanted *wanted, PackageSource *ret)
{
        _cleanup_free_ char *text = NULL;
        size_t length;

        if (fs_read(host, file, FILE_MAX, &text, &length, NULL) < 0 || !text)
                return false;
        if (text_ends_with(file, ".sources"))
                return search_stanzas(text, length, wanted, file, ret);
        return search_list(text, length, wanted, file, ret);
}

static bool is_part(const char *name)
{
        static const char bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

        return name[strspn(name, bytes)] == '\0' && *name != '.' &&
               (text_ends_with(name, ".list") || text_ends_with(name, ".sources"));
}

bool apt_source_find_in(const Host *host, const char *file, const PackageSource *like, PackageSource *ret)
{
        const Wanted wanted = { .uri = like->uri, .suite = like->suite };

        return search_file(host, file, &wanted, ret);
}

int apt_source_find(const SourceFormat *format, const Host *host, const PackageSource *like, const char *beside,
                    bool *ret_found, PackageSource *ret, Error *err)
{
        PackageSource disabled = { 0 };
        const Wanted wanted = { .uri = like->uri, .suite = like->suite, .disabled = &disabled };
        _cleanup_(fs_names_freep) char **names = NULL;
        bool found;
        char **name;

        if (fs_list(host, format->folder, &names, err) < 0)
                return -1;
        found = search_file(host, "/etc/apt/sources.list", &wanted, ret);
        for (name = names; *name && !found; name++) {
                _cleanup_free_ char *file = text_format("%s/%s", format->folder, *name);

                found = is_part(*name) && !text_equal(file, beside) && search_file(host, file, &wanted, ret);
        }
        if (!found)
                *ret = disabled;
        *ret_found = found;
        return 0;
}
