/*
 * What a section leaves open is decided by the settings that hold for all of them, and read as the package manager
 * reads it: what is neither yes nor no to it is no here.
 */
#include "platform/packages/rpm_source_trust.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/distro.h"
#include "platform/fs.h"
#include "platform/openpgp.h"
#include "platform/packages/rpm.h"
#include "platform/packages/rpm_source.h"
#include "platform/packages/rpm_variables.h"
#include "platform/packages/source_text.h"

#define VALUE_SHOWN 60

typedef struct Trust {
        const SourceTrust *row; /* NULL: the section is all that is known */
        const Host *host;
        const RepoSection *section;
        bool packaged;
        char *why;
} Trust;

static bool fail(const Trust *trust, const char *what, const char *value)
{
        _cleanup_free_ char *shown = source_text_shown(value, VALUE_SHOWN);

        snprintf(trust->why, SOURCE_WEAKNESS_MAX, "%s%s", what, shown);
        return false;
}

typedef struct Setting {
        char *value, *file; /* NULL: nobody says it */
} Setting;

static void setting_clear(Setting *setting)
{
        free(setting->value);
        free(setting->file);
}

static void read_file(const Host *host, const char *file, const char *name, Setting *setting)
{
        _cleanup_free_ char *text = NULL;
        RepoSection next = { 0 };
        size_t length = 0;
        const char *cursor;

        if (fs_read(host, file, RPM_SOURCE_FILE_MAX, &text, &length, NULL) < 0 || !text)
                return;
        for (cursor = text; repo_section_next(&cursor, text + length, &next);) {
                _cleanup_(repo_section_clear) RepoSection section = next;
                const char *found = text_equal(section.id, "main") ? repo_section_get(&section, name) : NULL;

                if (!found)
                        continue;
                setting_clear(setting);
                *setting = (Setting){ .value = text_copy(found), .file = text_copy(file) };
        }
}

static void read_folder(const Host *host, const char *folder, const char *name, Setting *setting)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        char **each;

        if (fs_list(host, folder, &names, NULL) < 0)
                return;
        for (each = names; *each; each++) {
                _cleanup_free_ char *file = text_format("%s%s", folder, *each);

                if (text_ends_with(*each, ".conf"))
                        read_file(host, file, name, setting);
        }
}

/* An option of [main], by the last file that says it. */
static void read_setting(const SourceTrust *row, const Host *host, const char *name, Setting *setting)
{
        const char *const *place;

        for (place = row ? row->settings : NULL; place && *place; place++)
                if (text_ends_with(*place, "/"))
                        read_folder(host, *place, name, setting);
                else
                        read_file(host, *place, name, setting);
}

static bool is_on(const char *value)
{
        static const char *const words[] = { "1", "yes", "true", "on" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(words); i++)
                if (text_equal_nocase(value, words[i]))
                        return true;
        return false;
}

/* The section itself must not say no. */
static bool is_not_off(const Trust *trust, const char *name)
{
        const char *value = repo_section_get(trust->section, name);
        _cleanup_free_ char *what = text_format("says %s=", name);

        return !value || is_on(value) || fail(trust, what, value);
}

/* Nor what holds where it says nothing. */
static bool is_on_for_all(const Trust *trust, const char *name)
{
        _cleanup_(setting_clear) Setting setting = { 0 };
        _cleanup_free_ char *what = NULL;

        if (repo_section_get(trust->section, name))
                return true;
        read_setting(trust->row, trust->host, name, &setting);
        what = text_format("says no %s, and [main] of %s says %s=", name, setting.file ? setting.file : "", name);
        return !setting.value || is_on(setting.value) || fail(trust, what, setting.value);
}

static bool is_said(const Trust *trust)
{
        _cleanup_(setting_clear) Setting setting = { 0 };

        if (repo_section_get(trust->section, "gpgcheck"))
                return true;
        if (!trust->row->said_alone)
                read_setting(trust->row, trust->host, "gpgcheck", &setting);
        return setting.value || fail(trust, "does not say gpgcheck=1", "");
}

/* zypper: an address's own. Any word but "yes" may be taken as no. */
static bool says_ssl(const Trust *trust, const char *query)
{
        const char *at = strstr(query, "ssl_verify=");

        for (; at; at = strstr(at, "ssl_verify=")) {
                _cleanup_free_ char *value = NULL;

                at += strlen("ssl_verify=");
                value = text_copy_n(at, strcspn(at, "&;"));
                if (!text_equal(value, "yes"))
                        return fail(trust, "says ssl_verify=", value);
        }
        return true;
}

/* What rpm has already is not made known to it by the way, nor what is not there. What is not understood here others
 * may understand: the name, where it stands for another one to them, and the bytes. */
static bool has_only_known_keys(const Host *host, const char *path)
{
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        _cleanup_free_ char *bytes = NULL;
        size_t length = 0, i;
        bool known = true;

        if (path[strcspn(path, "$%?#")] || fs_read(host, path, OPENPGP_FILE_MAX, &bytes, &length, NULL) < 0)
                return false;
        if (!bytes)
                return true;
        if (openpgp_read(bytes, length, &file, NULL) < 0 || file.skipped)
                return false;
        for (i = 0; i < file.n_keys && known; i++)
                known = distro_key_is_pinned(host, file.keys[i].fingerprint) ||
                        (rpm_has_key(host, file.keys[i].fingerprint, &known, NULL) == 0 && known);
        return known;
}

static bool is_known_key(const Trust *trust, const char *key)
{
        if (!text_starts_with(key, "file:///"))
                return fail(trust, "would have a key imported that is no file of this machine: gpgkey=", key);
        return trust->packaged || has_only_known_keys(trust->host, key + strlen("file://")) ||
               fail(trust, "would have a key imported that is neither pinned nor known to rpm: gpgkey=", key);
}

/* Where the package manager, told to ask nothing, imports what gpgkey names. */
static bool names_known_keys(const Trust *trust)
{
        const char *keys = repo_section_get(trust->section, "gpgkey"), *word;
        size_t length, release;

        while (keys && (word = repo_word_next(&keys, &length)))
                for (release = 0; release < RPM_RELEASES; release++) {
                        _cleanup_free_ char *key = rpm_variables_expand(trust->host, word, length, release);

                        if (!is_known_key(trust, key))
                                return false;
                }
        return true;
}

/* Does the command line replace what the section says? */
static bool is_overridden(const Trust *trust)
{
        return !trust->row || trust->row->overridden == SOURCE_OVERRIDDEN ||
               (trust->row->overridden == SOURCE_OVERRIDDEN_DOTLESS && !strchr(trust->section->id, '.'));
}

/* zypper: what holds for all counts only where the section says none of the two. */
static bool has_packages_checked(const Trust *trust)
{
        const RepoSection *section = trust->section;
        bool said = repo_section_get(section, "gpgcheck") || repo_section_get(section, "pkg_gpgcheck");

        if (!trust->row || !trust->row->two_checks)
                return is_on_for_all(trust, "gpgcheck");
        return said || (is_on_for_all(trust, "gpgcheck") && is_on_for_all(trust, "pkg_gpgcheck"));
}

bool rpm_source_is_verified(const SourceTrust *row, const Host *host, const RepoSection *section, const char *place,
                            bool packaged, char why[SOURCE_WEAKNESS_MAX])
{
        const Trust trust = {
                .row = row,
                .host = host,
                .section = section,
                .packaged = packaged,
                .why = why,
        };

        *why = '\0';
        if (!is_not_off(&trust, "gpgcheck") || !is_not_off(&trust, "pkg_gpgcheck") ||
            !is_not_off(&trust, "sslverify") || !says_ssl(&trust, place))
                return false;
        if (!has_packages_checked(&trust) || !is_on_for_all(&trust, "sslverify"))
                return false;
        return is_overridden(&trust) ||
               ((trust.row->two_checks || is_said(&trust)) && (!trust.row->imports || names_known_keys(&trust)));
}

size_t rpm_source_folders(const SourceFormat *format, const Host *host, char *ret[RPM_SOURCE_FOLDERS_MAX])
{
        const SourceTrust *row = format->trust;
        const char *const *more, *cursor, *word;
        _cleanup_(setting_clear) Setting setting = { 0 };
        size_t length, n = 0;

        if (row)
                read_setting(row, host, row->folders, &setting);
        for (cursor = setting.value ? setting.value : "";
             n < RPM_SOURCE_FOLDERS_MAX && (word = repo_word_next(&cursor, &length));) {
                while (length > 1 && word[length - 1] == '/')
                        length--;
                if (*word == '/')
                        ret[n++] = text_copy_n(word, length);
        }
        if (n > 0)
                return n;
        ret[n++] = text_copy(format->folder);
        for (more = format->more_folders; more && *more && n < RPM_SOURCE_FOLDERS_MAX; more++)
                ret[n++] = text_copy(*more);
        return n;
}

char *rpm_source_folder(const SourceFormat *format, const Host *host)
{
        char *folders[RPM_SOURCE_FOLDERS_MAX];
        size_t n = rpm_source_folders(format, host, folders);

        while (n > 1)
                free(folders[--n]);
        return folders[0];
}
