#include "platform/packages/rpm_source.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/source_text.h"

typedef enum SectionKind { SECTION_COMMENT, SECTION_USEFUL, SECTION_USELESS } SectionKind;

static bool has_place(const RepoSection *section, const char *uri)
{
        const char *places = repo_section_get(section, "baseurl"), *place;
        size_t length;

        while (places && (place = repo_word_next(&places, &length)))
                if (source_text_is_same_uri(place, length, uri))
                        return true;
        return false;
}

static SectionKind judge(const RepoSection *section, const PackageSource *wanted, bool also_wanted)
{
        if (section->bad)
                return SECTION_USELESS;
        if (!section->id)
                return SECTION_COMMENT;
        if (also_wanted && has_place(section, wanted->uri) && repo_section_is(section, "enabled", true) &&
            !(*wanted->passed_over && text_equal(section->id, wanted->passed_over)))
                return SECTION_USELESS;
        return SECTION_USEFUL;
}

static void describe(const RepoSection *section, char ret[160])
{
        _cleanup_free_ char *id = text_escape(section->id ? section->id : "", 40), *shown = NULL;

        shown = source_text_shown(section->bad ? section->bad : repo_section_get(section, "baseurl"), 70);
        if (section->bad)
                snprintf(ret, 160, "%s \"%s\"", *section->bad == '<' ? "an HTML page" : "the line", shown);
        else
                snprintf(ret, 160, "the section [%s] for %s", id, shown);
}

void rpm_source_mend(const char *text, size_t length, const PackageSource *wanted, bool also_wanted, SourceMend *ret)
{
        _cleanup_(text_clear) Text kept = { 0 };
        const char *cursor = text;
        SourceMend mend = { 0 };
        RepoSection next = { 0 };
        bool useful = false;

        while (repo_section_next(&cursor, text + length, &next)) {
                _cleanup_(repo_section_clear) RepoSection section = next;
                SectionKind kind = judge(&section, wanted, also_wanted);

                useful = useful || kind == SECTION_USEFUL;
                if (kind != SECTION_USELESS)
                        text_append_bytes(&kept, section.start, (size_t)(section.end - section.start));
                else if (mend.dropped++ == 0)
                        describe(&section, mend.what);
        }
        mend.text = mend.dropped == 0 ? text_copy_n(text, length) : useful ? text_take(&kept) : text_copy("");
        *ret = mend;
}
