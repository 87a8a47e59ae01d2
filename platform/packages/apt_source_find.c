/*
 * Looks for a source that the machine already has. Reads what apt reads: sources.list, and the files of
 * sources.list.d whose names apt takes (letters, digits, "_", "-", "."; ending in .list or .sources).
 */
#include "platform/packages/apt_source.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/apt_entry.h"
#include "platform/packages/source_text.h"

#define FILE_MAX (1024 * 1024)

typedef struct Wanted {
        const char *uri;
        const char *suite;
        const char *architecture; /* of this machine, as Debian calls it; NULL: any will do */
        bool unverified;          /* only such a one, and whatever it is for */
        PackageSource *disabled;  /* the first that would be found, were it not disabled; NULL: of no interest */
        PackageSource *other;     /* likewise, that is enabled and for other architectures only */
} Wanted;

typedef struct Search {
        const Wanted *wanted;
        const char *file;
        PackageSource *ret;
} Search;

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

static void tell_weakness(const AptEntry *entry, PackageSource *source)
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

/* "arch=amd64,arm64", "Architectures: amd64 arm64". What adds to or takes from the machine's own says nothing here. */
static bool is_for(const AptEntry *entry, const char *architecture)
{
        static const char between[] = " \t\r\n,";
        const char *word = entry->architectures;
        size_t length;

        if (!architecture || !word || !word[strspn(word, between)])
                return true;
        for (; *(word += strspn(word, between)); word += length) {
                length = strcspn(word, between);
                if (is_same_word(word, length, architecture))
                        return true;
        }
        return false;
}

static void keep_first(PackageSource *kept, const PackageSource *source)
{
        if (kept && !*kept->file)
                *kept = *source;
}

/* Is it for the place that is wanted? */
static bool describe(const AptEntry *entry, const Wanted *wanted, const char *file, PackageSource *ret)
{
        PackageSource source = { .enabled = !is_off(entry->enabled),
                                 .unverified = is_on(entry->trusted) || is_on(entry->insecure) };
        const char *uri, *suite, *component = entry->components ? entry->components : "";
        size_t uri_length = 0, suite_length = 0;
        bool fits;

        uri = find_word(entry->uris, wanted->uri, source_text_is_same_uri, &uri_length);
        suite = find_word(entry->suites, wanted->suite, is_same_suite, &suite_length);
        if (!uri || !suite)
                return false;
        component += strspn(component, " \t\r\n");
        fits = copy_word(source.file, sizeof(source.file), file, strlen(file)) &&
               copy_word(source.uri, sizeof(source.uri), uri, source_text_without_slashes(uri, uri_length)) &&
               copy_word(source.suite, sizeof(source.suite), suite, suite_length) &&
               copy_word(source.component, sizeof(source.component), component, strcspn(component, " \t\r\n")) &&
               copy_keyring(source.signed_by, sizeof(source.signed_by), entry->signed_by);
        if (!fits && !wanted->unverified)
                return false;
        tell_weakness(entry, &source);
        *ret = source;
        return true;
}

static bool match_unverified(const PackageSource *source, PackageSource *ret)
{
        if (!source->enabled || !source->unverified)
                return false;
        *ret = *source;
        return true;
}

/* An AptEntryFound. */
static bool match(const AptEntry *entry, void *userdata)
{
        const Search *search = userdata;
        const Wanted *wanted = search->wanted;
        PackageSource source = { 0 };
        size_t length;

        if (!describe(entry, wanted, search->file, &source))
                return false;
        if (wanted->unverified)
                return match_unverified(&source, search->ret);
        if (!find_word(entry->types, "deb", is_same_word, &length))
                return false;
        if (!source.enabled || !is_for(entry, wanted->architecture)) {
                keep_first(source.enabled ? wanted->other : wanted->disabled, &source);
                return false;
        }
        *search->ret = source;
        return true;
}

static bool search_file(const Host *host, const char *file, const Wanted *wanted, PackageSource *ret)
{
        Search search = { .wanted = wanted, .file = file, .ret = ret };
        _cleanup_free_ char *text = NULL;
        size_t length;

        if (fs_read(host, file, FILE_MAX, &text, &length, NULL) < 0 || !text)
                return false;
        return apt_entries_find(text, length, text_ends_with(file, ".sources"), match, &search);
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

static const char *machine_architecture(void)
{
        struct utsname system;

        return uname(&system) == 0 ? apt_source_architecture(system.machine) : NULL;
}

static int search_all(const SourceFormat *format, const Host *host, const Wanted *wanted, const char *beside,
                      bool *ret_found, PackageSource *ret, Error *err)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        bool found;
        char **name;

        if (fs_list(host, format->folder, &names, err) < 0)
                return -1;
        found = search_file(host, "/etc/apt/sources.list", wanted, ret);
        for (name = names; *name && !found; name++) {
                _cleanup_free_ char *file = text_format("%s/%s", format->folder, *name);

                found = is_part(*name) && !text_equal(file, beside) && search_file(host, file, wanted, ret);
        }
        *ret_found = found;
        return 0;
}

int apt_source_find(const SourceFormat *format, const Host *host, const PackageSource *like, const char *beside,
                    bool *ret_found, PackageSource *ret, Error *err)
{
        PackageSource disabled = { 0 }, other = { 0 };
        const Wanted wanted = { .uri = like->uri,
                                .suite = like->suite,
                                .architecture = machine_architecture(),
                                .disabled = &disabled,
                                .other = &other };

        if (search_all(format, host, &wanted, beside, ret_found, ret, err) < 0)
                return -1;
        if (!*ret_found)
                *ret = *other.file ? other : disabled;
        return 0;
}

/* What one entry of a place says of its signatures, apt takes for all of them: those for other architectures, and those
 * of sources, too. */
int apt_source_find_unverified(const SourceFormat *format, const Host *host, const PackageSource *like, bool *ret_found,
                               PackageSource *ret, Error *err)
{
        const Wanted wanted = { .uri = like->uri, .suite = like->suite, .unverified = true };

        return search_all(format, host, &wanted, NULL, ret_found, ret, err);
}
