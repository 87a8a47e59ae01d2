/*
 * Strict: it decides what root installs from. Options are taken that say no more than we would write ourselves, or
 * that have no say in what is installed; the file written is made anew from id, name, address and repo_gpgcheck.
 */
#include "platform/packages/rpm_source.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/source_text.h"

typedef struct Known {
        const char *name;
        const char *values; /* "|1|0|"; NULL: looked at elsewhere, or of no interest */
} Known;

static const Known known[] = {
        { "name", NULL },
        { "baseurl", NULL },
        { "gpgkey", NULL },
        { "metadata_expire", NULL },
        { "enabled", "|1|true|yes|" },
        { "gpgcheck", "|1|true|yes|" },
        { "pkg_gpgcheck", "|1|true|yes|" },
        { "repo_gpgcheck", "|1|true|yes|0|false|no|" },
        { "sslverify", "|1|true|yes|" },
        { "autorefresh", "|1|true|yes|0|false|no|" },
        { "keeppackages", "|1|true|yes|0|false|no|" },
        { "type", "|rpm-md|rpm|yum|none|" },
};

static bool is_among(const char *values, const char *value)
{
        _cleanup_free_ char *word = text_format("|%s|", value);
        char *p;

        for (p = word; *p; p++)
                if (*p >= 'A' && *p <= 'Z')
                        *p = (char)(*p - 'A' + 'a');
        return !strchr(value, '|') && strstr(values, word);
}

static int check_option(const RepoSection *section, size_t at, Error *err)
{
        const RepoOption *option = &section->options[at];
        _cleanup_free_ char *shown = text_format("%s=%s", option->name, option->value);
        size_t i;

        for (i = 0; i < at; i++)
                if (text_equal(section->options[i].name, option->name))
                        return source_text_refuse(err, "a second", shown);
        for (i = 0; i < ELEMENTSOF(known); i++)
                if (text_equal(known[i].name, option->name) &&
                    (!known[i].values || is_among(known[i].values, option->value)))
                        return 0;
        return source_text_refuse(err, "the option", shown);
}

static int take_id(const RepoSection *section, PackageSource *source, Error *err)
{
        if (!source_text_is_plain_word(section->id) || strlen(section->id) > sizeof(source->id) - 24 ||
            text_equal(section->id, "main"))
                return source_text_refuse(err, "the section", section->id);
        snprintf(source->id, sizeof(source->id), "%s", section->id);
        return 0;
}

/* Printable ASCII, for a file of our own; the id, where it is anything else. */
static void take_name(const RepoSection *section, PackageSource *source)
{
        const char *name = repo_section_get(section, "name"), *p;

        for (p = name; p && *p >= 0x20 && *p < 0x7f && *p != '$'; p++)
                ;
        snprintf(source->name, sizeof(source->name), "%.120s", name && *name && !*p ? name : source->id);
}

/* Not used: ours are pinned. A foreign one betrays a list that is not the vendor's. */
static int check_keys(const RepoSection *section, const char *url_prefix, Error *err)
{
        const char *keys = repo_section_get(section, "gpgkey"), *word;
        char ignored[256];
        size_t length;

        while (keys && (word = repo_word_next(&keys, &length))) {
                _cleanup_free_ char *key = text_copy_n(word, length);

                if (!text_starts_with(key, "file:///etc/pki/rpm-gpg/") &&
                    source_text_parse_uri(key, url_prefix, ignored, sizeof(ignored), err) < 0)
                        return -1;
        }
        return 0;
}

static int take_section(const RepoSection *section, const char *url_prefix, PackageSource *source, Error *err)
{
        const char *uri = repo_section_get(section, "baseurl");
        size_t i;

        if (section->bad)
                return source_text_refuse(err, "the line", section->bad);
        if (take_id(section, source, err) < 0)
                return -1;
        for (i = 0; i < section->n; i++)
                if (check_option(section, i, err) < 0)
                        return -1;
        if (!uri)
                return source_text_refuse(err, "no baseurl in the section", section->id);
        if (!repo_section_get(section, "gpgcheck"))
                return source_text_refuse(err, "no gpgcheck=1 in the section", section->id);
        if (source_text_parse_uri(uri, url_prefix, source->uri, sizeof(source->uri), err) < 0 ||
            check_keys(section, url_prefix, err) < 0)
                return -1;
        take_name(section, source);
        source->signed_index = repo_section_is(section, "repo_gpgcheck", false);
        source->enabled = true;
        return 0;
}

int rpm_source_parse(const char *text, size_t length, const char *url_prefix, PackageSource *ret, Error *err)
{
        const char *cursor = text;
        PackageSource source = { 0 };
        RepoSection next = { 0 };

        if (source_text_check(text, length, err) < 0)
                return -1;
        while (repo_section_next(&cursor, text + length, &next)) {
                _cleanup_(repo_section_clear) RepoSection section = next;

                if (!section.id && section.bad)
                        return source_text_refuse(err, "the line", section.bad);
                if (section.id && source.enabled)
                        return source_text_refuse(err, "a second section", section.id);
                if (section.id && take_section(&section, url_prefix, &source, err) < 0)
                        return -1;
        }
        if (!source.enabled)
                return error_set(err, ERROR_INPUT, "the source list is empty");
        *ret = source;
        return 0;
}
