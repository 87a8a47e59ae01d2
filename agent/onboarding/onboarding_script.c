/*
 * A script may hold many strings; a document is one that starts with a brace and holds the member's name.
 * All are looked at, so that a second, different document cannot hide behind the first.
 */
#include "agent/onboarding/onboarding_script.h"

#include <string.h>

#include "agent/onboarding/heredoc.h"
#include "agent/onboarding/python_literal.h"
#include "platform/base/text.h"
#include "platform/crypto.h"

#define HEREDOCS_MAX 64 /* one without an end is looked at up to the end of the script */

typedef struct Search {
        Secret scratch;  /* as long as the script: each literal is decoded into it */
        Secret document; /* the first one found */
        bool cut_off;    /* a here-document with the member has no end */
        bool in_shell;   /* the document stands in a here-document */
} Search;

static void search_clear(Search *search)
{
        secret_clear(&search->scratch);
        secret_clear(&search->document);
}

static bool holds(const char *text, size_t length, const char *word)
{
        return memmem(text, length, word, strlen(word)) != NULL;
}

static bool holds_member(const char *text, size_t length)
{
        return holds(text, length, ONBOARDING_MEMBER) || holds(text, length, OFFBOARDING_MEMBER);
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void trim(const char **text, size_t *length)
{
        for (; *length > 0 && is_blank(**text); ++*text)
                --*length;
        while (*length > 0 && is_blank((*text)[*length - 1]))
                --*length;
}

static int consider(Search *search, const char *text, size_t length, Error *err)
{
        Secret *document = &search->document;

        trim(&text, &length);
        if (length == 0 || *text != '{' || !holds_member(text, length))
                return 0;
        if (!document->data) {
                secret_allocate(document, length);
                memcpy(document->data, text, length);
                return 0;
        }
        if (document->length != length || memcmp(document->data, text, length) != 0)
                return error_set(err, ERROR_INPUT, "The script holds more than one package");
        return 0;
}

static int consider_literal(Search *search, const PythonLiteral *literal, Error *err)
{
        bool named = holds_member(literal->text, literal->length);
        char *out = (char *)search->scratch.data;
        size_t length;

        if (named && !literal->closed)
                return error_set(err, ERROR_INPUT, "The script is cut off inside the package");
        if (named && literal->formatted)
                return error_set(err, ERROR_INPUT, "The package stands in an f-string, which is not a constant");
        if (python_literal_decode(literal, out, &length, err) < 0)
                return named ? error_prefix(err, "The script's string literal cannot be read") : 0;
        return consider(search, out, length, err);
}

static int search_python(Search *search, const char *text, const char *end, Error *err)
{
        PythonLiteral literal;

        while (python_literal_next(&text, end, &literal))
                if (consider_literal(search, &literal, err) < 0)
                        return -1;
        return 0;
}

static int consider_heredoc(Search *search, const Heredoc *heredoc, Error *err)
{
        char *out = (char *)search->scratch.data;
        size_t length;

        if (!holds_member(heredoc->text, heredoc->length))
                return 0;
        search->in_shell = true;
        search->cut_off |= !heredoc->closed; /* or "<<" meant something else there */
        if (!heredoc->closed)
                return 0;
        if (heredoc_decode(heredoc, out, &length, err) < 0)
                return error_prefix(err, "The script's here-document cannot be read");
        return consider(search, out, length, err);
}

static int search_shell(Search *search, const char *text, const char *end, Error *err)
{
        Heredoc heredoc;
        size_t n = 0;

        while (heredoc_next(&text, end, &heredoc)) {
                if (++n > HEREDOCS_MAX)
                        return error_set(err, ERROR_INPUT, "The script has more than %d here-documents", HEREDOCS_MAX);
                if (consider_heredoc(search, &heredoc, err) < 0)
                        return -1;
        }
        if (search->cut_off && !search->document.data)
                return error_set(err, ERROR_INPUT, "The script is cut off inside the package");
        return 0;
}

static bool is_shell(const char *text, size_t length)
{
        const char *line;
        size_t n;

        if (!text_next_line(&text, text + length, &line, &n) || n < 2 || memcmp(line, "#!", 2) != 0)
                return false;
        return holds(line, n, "sh") && !holds(line, n, "python");
}

static int search_script(Search *search, const char *text, size_t length, Error *err)
{
        secret_allocate(&search->scratch, length);
        if (is_shell(text, length))
                return search_shell(search, text, text + length, err);
        if (search_python(search, text, text + length, err) < 0)
                return -1;
        return search->document.data ? 0 : search_shell(search, text, text + length, err);
}

static bool starts_with_nocase(const char *text, size_t length, const char *start)
{
        size_t n = strlen(start);
        _cleanup_free_ char *head = text_copy_n(text, length < n ? length : n);

        return text_equal_nocase(head, start);
}

/* What people hand over by mistake; NULL: nothing we know. */
static const char *foreign_kind(const char *text, size_t length)
{
        static const struct {
                const char *start, *kind;
        } kinds[] = {
                { "PK\x03\x04", "a zip archive: unpack it first" },
                { "\xff\xfe", "UTF-16 text: store it as UTF-8" },
                { "\xfe\xff", "UTF-16 text: store it as UTF-8" },
                { "\x1f\x8b", "a gzip archive: unpack it first" },
                { "@echo", "a script for Windows" },
                { "-----BEGIN", "a PEM file" },
                { "<!", "an HTML page" },
                { "<html", "an HTML page" },
                { "<?xml", "an XML document" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(kinds); i++)
                if (starts_with_nocase(text, length, kinds[i].start))
                        return kinds[i].kind;
        return NULL;
}

static void skip_byte_order_mark(const char **text, size_t *length)
{
        if (*length < 3 || memcmp(*text, "\xef\xbb\xbf", 3) != 0)
                return;
        *text += 3;
        *length -= 3;
}

static int check_text(const char *text, size_t length, Error *err)
{
        const char *kind, *nul = memchr(text, '\0', length);

        trim(&text, &length);
        if (length == 0)
                return error_set(err, ERROR_INPUT, "It is empty");
        kind = foreign_kind(text, length);
        if (kind)
                return error_set(err, ERROR_INPUT, "It is %s", kind);
        if (nul)
                return error_set(err, ERROR_INPUT, "It holds a NUL byte");
        return 0;
}

static int read_text(const char *text, size_t length, Secret *ret, Error *err)
{
        _cleanup_(search_clear) Search search = { 0 };
        const char *start;
        size_t n;

        skip_byte_order_mark(&text, &length);
        if (check_text(text, length, err) < 0)
                return -1;
        start = text;
        n = length;
        trim(&start, &n);
        if (*start == '{') {
                secret_allocate(ret, n);
                memcpy(ret->data, start, n);
                return 0;
        }
        if (search_script(&search, text, length, err) < 0)
                return -1;
        if (!search.document.data)
                return error_set(err, ERROR_INPUT, "Nothing in it holds \"%s\" or \"%s\"", ONBOARDING_MEMBER,
                                 OFFBOARDING_MEMBER);
        *ret = search.document;
        search.document = (Secret){ 0 };
        return 0;
}

static bool is_base64(const char *text, size_t length)
{
        size_t i;

        for (i = 0; i < length; i++) {
                char c = text[i], letter = (char)(c | 0x20);

                if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && !is_blank(c) && c != '+' &&
                    c != '/' && c != '=')
                        return false;
        }
        return true;
}

int onboarding_script_read(const void *bytes, size_t length, Secret *ret, Error *err)
{
        _cleanup_secret_ Secret inner = { 0 };
        const char *text = bytes;

        skip_byte_order_mark(&text, &length);
        trim(&text, &length);
        if (length == 0)
                return error_set(err, ERROR_INPUT, "It is empty");
        if (!is_base64(text, length))
                return read_text(text, length, ret, err);
        if (crypto_base64_decode(text, length, &inner, err) < 0)
                return error_prefix(err, "It looks like base64 but is not");
        return read_text((const char *)inner.data, inner.length, ret, err);
}

static OnboardingText carrier_of(const char *text, size_t length)
{
        _cleanup_(search_clear) Search search = { 0 };
        Error err;

        skip_byte_order_mark(&text, &length);
        trim(&text, &length);
        if (length > 0 && *text == '{')
                return ONBOARDING_TEXT_JSON;
        return search_script(&search, text, length, &err) == 0 && search.in_shell ? ONBOARDING_TEXT_SHELL
                                                                                  : ONBOARDING_TEXT_PYTHON;
}

OnboardingText onboarding_script_carrier(const void *bytes, size_t length, bool *ret_base64)
{
        _cleanup_secret_ Secret inner = { 0 };
        const char *text = bytes;

        skip_byte_order_mark(&text, &length);
        trim(&text, &length);
        *ret_base64 = is_base64(text, length) && crypto_base64_decode(text, length, &inner, NULL) == 0 && inner.data;
        return *ret_base64 ? carrier_of((const char *)inner.data, inner.length) : carrier_of(text, length);
}
