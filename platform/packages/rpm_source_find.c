/*
 * Looks for a source that the machine already has, in all files that its package manager may read them from. Of two
 * sections of one id the first file's is in force, as in dnf.
 */
#include "platform/packages/rpm_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/packages/rpm_override.h"
#include "platform/packages/rpm_source_trust.h"
#include "platform/packages/rpm_variables.h"
#include "platform/packages/source_text.h"

#define SECTIONS_MAX 1000

typedef struct Search {
        const Host *host;
        const SourceTrust *trust;
        const PackageSource *like;
        const char *beside;   /* not to be looked at; NULL: none */
        const char *replaced; /* in this one, enabled sections of the place do not count; NULL: none */
        bool unverified;      /* only such a one is looked for */
        bool any_order;       /* no section hides another one of its id */
        bool numbered;        /* SourceTrust.numbered */
        const char *file;     /* the present one */
        RpmOverrides overrides;
        Text seen; /* ids in force, a line each */
        bool found;
        PackageSource source;   /* that was found */
        PackageSource disabled; /* one that would be, but for being disabled; file "": none */
} Search;

static void search_clear(Search *search)
{
        rpm_overrides_clear(&search->overrides);
        text_clear(&search->seen);
}

bool rpm_source_is_readable(const char *text, size_t length)
{
        const char *cursor = text;
        RepoSection next = { 0 };

        while (repo_section_next(&cursor, text + length, &next)) {
                _cleanup_(repo_section_clear) RepoSection section = next;

                if (section.bad)
                        return false;
        }
        return true;
}

/* What stands behind a question mark is zypper's own: how to fetch from there. */
static size_t without_query(const char *place, size_t length)
{
        const char *mark = memchr(place, '?', length);

        return mark ? (size_t)(mark - place) : length;
}

static bool is_place(const Host *host, const char *place, size_t length, const char *uri)
{
        size_t i;

        for (i = 0; i < RPM_RELEASES; i++) {
                _cleanup_free_ char *expanded = rpm_variables_expand(host, place, length, i);

                if (source_text_is_same_uri(expanded, without_query(expanded, strlen(expanded)), uri))
                        return true;
        }
        return false;
}

/* The address by which the section is what is looked for. NULL: it is not. */
static const char *find_place(const Search *search, const RepoSection *section, size_t *ret_length)
{
        const char *places = repo_section_get(section, "baseurl"), *place;

        while (places && (place = repo_word_next(&places, ret_length)))
                if (*search->like->uri ? is_place(search->host, place, *ret_length, search->like->uri)
                                       : text_equal(section->id, search->like->id))
                        return place;
        *ret_length = 0; /* it may have a list of mirrors, or nothing */
        return search->unverified && !*search->like->uri && text_equal(section->id, search->like->id) ? "" : NULL;
}

/* What does not fit, or is no file here, is not trusted. */
static void take_key_files(const Search *search, const RepoSection *section, PackageSource *source)
{
        const char *keys = repo_section_get(section, "gpgkey"), *word;
        size_t length, at = 0;

        while (keys && (word = repo_word_next(&keys, &length))) {
                _cleanup_free_ char *key = rpm_variables_expand(search->host, word, length, 0);
                size_t left = sizeof(source->key_files) - at;
                const char *path = key + strlen("file://");

                if (text_starts_with(key, "file:///") && strlen(path) + 2 <= left)
                        at += (size_t)snprintf(source->key_files + at, left, "%s%s", at > 0 ? " " : "", path);
        }
}

/* One file, on this machine. */
static void take_keys(const RepoSection *section, PackageSource *source)
{
        const char *keys = repo_section_get(section, "gpgkey"), *word = NULL, *more;
        size_t length = 0, ignored;

        if (keys)
                word = repo_word_next(&keys, &length);
        more = keys ? repo_word_next(&keys, &ignored) : NULL;
        if (!word || more || length < 8 || strncmp(word, "file:///", 8) != 0 || length - 7 >= sizeof(source->signed_by))
                return;
        snprintf(source->signed_by, sizeof(source->signed_by), "%.*s", (int)(length - 7), word + 7);
}

static bool copy(char *ret, size_t size, const char *text)
{
        return (size_t)snprintf(ret, size, "%s", text) < size;
}

static bool take(const Search *search, const RepoSection *section, const char *place, size_t length, PackageSource *ret)
{
        _cleanup_free_ char *expanded = rpm_variables_expand(search->host, place, length, 0), *uri = NULL;
        _cleanup_free_ char *whole = text_copy_n(place, length);
        bool fits;
        PackageSource source = { .enabled = repo_section_is(section, "enabled", true),
                                 .signed_index = repo_section_is(section, "repo_gpgcheck", false),
                                 .packaged = search->like->packaged };

        source.unverified =
                rpm_override_weakens(&search->overrides, section->id, source.weakness, sizeof(source.weakness)) ||
                !rpm_source_is_verified(search->trust, search->host, section, whole, source.packaged, source.weakness);
        uri = text_copy_n(expanded, source_text_without_slashes(expanded, without_query(expanded, strlen(expanded))));
        fits = copy(source.id, sizeof(source.id), section->id) &&
               copy(source.file, sizeof(source.file), search->file) && copy(source.uri, sizeof(source.uri), uri);
        if (!fits && !search->unverified)
                return false;
        take_keys(section, &source);
        if (source.packaged)
                take_key_files(search, section, &source);
        *ret = source;
        return true;
}

static bool is_seen(const Text *seen, const char *id)
{
        _cleanup_free_ char *line = text_format("\n%s\n", id);

        return seen->data && strstr(seen->data, line);
}

static void look_at_section(Search *search, const RepoSection *section)
{
        PackageSource source = { 0 };
        const char *place;
        size_t length;

        if (!section->id || text_equal(section->id, "main") ||
            (!search->any_order && is_seen(&search->seen, section->id)))
                return;
        place = find_place(search, section, &length);
        if (place && text_equal(search->file, search->replaced) && repo_section_is(section, "enabled", true))
                return;
        text_append(&search->seen, "%s%s\n", search->seen.length == 0 ? "\n" : "", section->id);
        if (!place || search->found || !take(search, section, place, length, &source))
                return;
        search->found = source.enabled && (source.unverified || !search->unverified);
        if (search->found)
                search->source = source;
        else if (!*search->disabled.file)
                search->disabled = source;
}

static void look_at_file(Search *search, const char *file)
{
        _cleanup_free_ char *text = NULL;
        RepoSection next = { 0 };
        size_t length = 0, n = 0;
        const char *cursor;

        if (text_equal(file, search->beside) ||
            fs_read(search->host, file, RPM_SOURCE_FILE_MAX, &text, &length, NULL) < 0 || !text ||
            !rpm_source_is_readable(text, length))
                return;
        search->file = file;
        for (cursor = text; n < SECTIONS_MAX && repo_section_next(&cursor, text + length, &next); n++) {
                _cleanup_(repo_section_clear) RepoSection section = next;

                rpm_override_apply(&search->overrides, &section);
                look_at_section(search, &section);
        }
}

static bool is_read(const char *name, bool numbered)
{
        static const char ending[] = ".repo";
        const char *number = strrchr(name, '_'), *digits = number ? number + 1 : "";

        if (text_ends_with(name, ending))
                return true;
        if (!numbered || !*digits || digits[strspn(digits, "0123456789")])
                return false;
        return number - name >= (ptrdiff_t)strlen(ending) &&
               strncmp(number - strlen(ending), ending, strlen(ending)) == 0;
}

static int look_at_folder(Search *search, const char *folder, Error *err)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        char **name;

        if (fs_list(search->host, folder, &names, err) < 0)
                return -1;
        for (name = names; *name; name++) {
                _cleanup_free_ char *file = text_format("%s/%s", folder, *name);

                if (is_read(*name, search->numbered))
                        look_at_file(search, file);
        }
        return 0;
}

static int look_everywhere(Search *search, const SourceFormat *format, Error *err)
{
        char *folders[RPM_SOURCE_FOLDERS_MAX];
        size_t i, n = rpm_source_folders(format, search->host, folders);
        const char *const *more;
        int r;

        search->numbered = format->trust->numbered;
        r = format->overrides ? rpm_override_read(search->host, format->overrides, &search->overrides, err) : 0;

        for (i = 0; i < n; i++) {
                r = r < 0 ? r : look_at_folder(search, folders[i], err);
                free(folders[i]);
        }
        if (r < 0)
                return -1;
        search->any_order |= search->unverified; /* some read these first */
        for (more = format->more_files; more && *more; more++)
                look_at_file(search, *more);
        return 0;
}

bool rpm_source_find_in(const Host *host, const char *file, const PackageSource *like, PackageSource *ret)
{
        _cleanup_(search_clear) Search search = { .host = host, .like = like };

        look_at_file(&search, file);
        if (search.found)
                *ret = search.source;
        return search.found;
}

int rpm_source_find(const SourceFormat *format, const Host *host, const PackageSource *like, const char *beside,
                    bool *ret_found, PackageSource *ret, Error *err)
{
        _cleanup_(search_clear)
                Search search = { .host = host, .trust = format->trust, .like = like, .beside = beside };

        if (look_everywhere(&search, format, err) < 0)
                return -1;
        *ret = search.found ? search.source : search.disabled;
        *ret_found = search.found;
        return 0;
}

int rpm_source_find_unverified(const SourceFormat *format, const Host *host, const PackageSource *like, bool *ret_found,
                               PackageSource *ret, Error *err)
{
        _cleanup_(search_clear) Search search = { .host = host,
                                                  .trust = format->trust,
                                                  .like = like,
                                                  .unverified = true,
                                                  .any_order = format->trust->any_order };

        if (look_everywhere(&search, format, err) < 0)
                return -1;
        if (search.found)
                *ret = search.source;
        *ret_found = search.found;
        return 0;
}

/* By what goes over it, wherever it stands. */
static bool is_disabled(const Search *search, const char *id)
{
        _cleanup_(repo_section_clear) RepoSection section = { .id = text_copy(id) };

        rpm_override_apply(&search->overrides, &section);
        return !repo_section_is(&section, "enabled", true);
}

int rpm_source_claim(const SourceFormat *format, const Host *host, const char *file, PackageSource *source, Error *err)
{
        static const char *const tails[] = { "", RPM_SOURCE_ID_TAIL, RPM_SOURCE_ID_TAIL "-2" };
        _cleanup_(search_clear) Search search = { .host = host, .like = source, .replaced = file };
        _cleanup_free_ char *usual = text_copy(source->id);
        char why[SOURCE_WEAKNESS_MAX] = "is taken, or disabled, by other entries";
        size_t i;

        if (look_everywhere(&search, format, err) < 0)
                return -1;
        *source->passed_over = '\0';
        for (i = 0; i < ELEMENTSOF(tails); i++) {
                bool disabled, weak;

                snprintf(source->id, sizeof(source->id), "%.100s%s", usual, tails[i]);
                disabled = is_disabled(&search, source->id);
                weak = rpm_override_weakens(&search.overrides, source->id, why, sizeof(why));
                if (!disabled && !weak && !is_seen(&search.seen, source->id))
                        return 0;
                if (i == 0 && disabled)
                        snprintf(source->passed_over, sizeof(source->passed_over), "%s", source->id);
        }
        return error_set(err, ERROR_INPUT,
                         "the repository id %s %s, and what ours could have in its place is not free either", usual,
                         why);
}
