#include "platform/packages/apt_source.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/source_text.h"

#define BLANKS " \t"

typedef struct Words {
        char *uri, *suite, *components; /* borrowed from the line */
} Words;

static char *cut_word(char **rest)
{
        char *word = *rest + strspn(*rest, BLANKS);

        *rest = word + strcspn(word, BLANKS);
        if (**rest)
                *(*rest)++ = '\0';
        return word;
}

/* rest begins with "["; NULL: these are no options. */
static char *skip_options(char *rest)
{
        char *end = strchr(rest, ']'), *options = rest + 1;

        if (!end || !end[1] || !strchr(BLANKS, end[1]))
                return NULL;
        *end = '\0';
        while (*(options += strspn(options, BLANKS)))
                if (!strchr(cut_word(&options), '='))
                        return NULL;
        return end + 1;
}

/* False: apt would stop at this line. It is taken apart. */
static bool parse(char *line, Words *ret)
{
        char *rest = line, *type;

        line[strcspn(line, "#")] = '\0';
        type = cut_word(&rest);
        if (!text_equal(type, "deb") && !text_equal(type, "deb-src"))
                return false;
        rest += strspn(rest, BLANKS);
        if (*rest == '[' && !(rest = skip_options(rest)))
                return false;
        ret->uri = cut_word(&rest);
        ret->suite = cut_word(&rest);
        ret->components = rest + strspn(rest, BLANKS);
        if (!strchr(ret->uri, ':') || !*ret->suite)
                return false;
        return *ret->components || text_ends_with(ret->suite, "/");
}

static bool has_component(const char *components, const char *wanted)
{
        const char *word = components;
        size_t length;

        if (!*wanted)
                return true;
        for (; *(word += strspn(word, BLANKS)); word += length) {
                length = strcspn(word, BLANKS);
                if (strlen(wanted) == length && strncmp(word, wanted, length) == 0)
                        return true;
        }
        return false;
}

static bool is_of_use(const Words *words, const PackageSource *wanted, bool also_wanted)
{
        if (!source_text_is_same_uri(words->uri, strlen(words->uri), wanted->uri) ||
            !text_equal(words->suite, wanted->suite))
                return true;
        return !also_wanted && has_component(words->components, wanted->component);
}

static void describe(const char *line, char ret[160])
{
        _cleanup_free_ char *shown = source_text_shown(line, SOURCE_TEXT_SHOWN);

        snprintf(ret, 160, "%s \"%s\"", *line == '<' ? "an HTML page" : "the line", shown);
}

typedef enum LineKind { LINE_COMMENT, LINE_USEFUL, LINE_USELESS } LineKind;

static LineKind judge_line(const char *line, size_t length, const PackageSource *wanted, bool also_wanted)
{
        _cleanup_free_ char *copy = text_copy_n(line, length);
        Words words = { 0 };

        if (source_text_has_control_bytes(line, length))
                return LINE_USELESS;
        text_trim(copy);
        if (!*copy || *copy == '#')
                return LINE_COMMENT;
        return parse(copy, &words) && is_of_use(&words, wanted, also_wanted) ? LINE_USEFUL : LINE_USELESS;
}

void apt_source_mend(const char *text, size_t length, const PackageSource *wanted, bool also_wanted, SourceMend *ret)
{
        const char *cursor = text, *line;
        _cleanup_(text_clear) Text kept = { 0 };
        SourceMend mend = { 0 };
        bool useful = false;
        size_t n;

        while (text_next_line(&cursor, text + length, &line, &n)) {
                LineKind kind = judge_line(line, n, wanted, also_wanted);
                _cleanup_free_ char *copy = text_copy_n(line, n);

                useful = useful || kind == LINE_USEFUL;
                if (kind != LINE_USELESS) {
                        text_append_bytes(&kept, line, n);
                        text_append_bytes(&kept, "\n", 1);
                } else if (mend.dropped++ == 0) {
                        describe(text_trim(copy), mend.what);
                }
        }
        mend.text = mend.dropped == 0 ? text_copy_n(text, length) : useful ? text_take(&kept) : text_copy("");
        *ret = mend;
}

static bool copy_words(const Words *words, PackageSource *ret)
{
        PackageSource source = { .enabled = true };
        size_t component = strcspn(words->components, BLANKS);

        if (strlen(words->uri) >= sizeof(source.uri) || strlen(words->suite) >= sizeof(source.suite) ||
            component >= sizeof(source.component))
                return false;
        snprintf(source.uri, sizeof(source.uri), "%.*s",
                 (int)source_text_without_slashes(words->uri, strlen(words->uri)), words->uri);
        snprintf(source.suite, sizeof(source.suite), "%s", words->suite);
        snprintf(source.component, sizeof(source.component), "%.*s", (int)component, words->components);
        *ret = source;
        return true;
}

bool apt_source_misplaced(const char *text, size_t length, const char *url_prefix, const PackageSource *wanted,
                          size_t n, PackageSource *ret)
{
        const char *cursor = text, *line;
        size_t size;

        while (text_next_line(&cursor, text + length, &line, &size)) {
                _cleanup_free_ char *copy = text_copy_n(line, size);
                Words words = { 0 };

                if (source_text_has_control_bytes(line, size) || !parse(text_trim(copy), &words) ||
                    source_text_is_same_uri(words.uri, strlen(words.uri), wanted->uri) ||
                    !source_text_is_laid_out_alike(words.uri, url_prefix, wanted->uri))
                        continue;
                if (n-- == 0)
                        return copy_words(&words, ret);
        }
        return false;
}
