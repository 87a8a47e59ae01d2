/*
 * Strict about what was fetched: it decides what root installs from, so only what can be named is let
 * through, and the line written is made anew. Lenient about what stands on the machine: it is only compared.
 */
#include "platform/packages/apt_source.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/source_text.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static const char *const keyring_folders[] = { "/usr/share/keyrings/", "/etc/apt/keyrings/" };

static bool consists_of(const char *text, const char *bytes)
{
        return *text && text[strspn(text, bytes)] == '\0';
}

static bool is_keyring(const char *path)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(keyring_folders); i++)
                if (text_starts_with(path, keyring_folders[i]) && path[strlen(keyring_folders[i])])
                        return source_text_is_plain_path(path);
        return false;
}

static int parse_option(char *option, bool *seen_arch, PackageSource *source, Error *err)
{
        char *value = strchr(option, '=');

        if (value && strncmp(option, "arch=", 5) == 0 && !*seen_arch && consists_of(value + 1, LETTERS DIGITS ",-")) {
                *seen_arch = true;
                return 0;
        }
        if (value && strncmp(option, "signed-by=", 10) == 0 && !*source->signed_by && is_keyring(value + 1) &&
            strlen(value + 1) < sizeof(source->signed_by)) {
                snprintf(source->signed_by, sizeof(source->signed_by), "%s", value + 1);
                return 0;
        }
        return source_text_refuse(err, "the option", option);
}

/* *rest begins with "["; left behind "]". */
static int parse_options(char **rest, PackageSource *source, Error *err)
{
        char *end = strchr(*rest, ']'), *save = NULL, *option;
        bool seen_arch = false;

        if (!end || (end[1] != ' ' && end[1] != '\t'))
                return source_text_refuse(err, "options without an end,", *rest);
        *end = '\0';
        for (option = strtok_r(*rest + 1, " \t", &save); option; option = strtok_r(NULL, " \t", &save))
                if (parse_option(option, &seen_arch, source, err) < 0)
                        return -1;
        *rest = end + 1;
        return 0;
}

static int parse_word(const char *what, const char *word, char *ret, size_t size, Error *err)
{
        if (!word || !source_text_is_plain_word(word) || strlen(word) >= size)
                return source_text_refuse(err, what, word);
        snprintf(ret, size, "%s", word);
        return 0;
}

/* line is "deb" and what follows; it is taken apart. */
static int parse_deb(char *line, const char *url_prefix, PackageSource *source, Error *err)
{
        char *rest = line + strlen("deb"), *save = NULL, *word;

        rest += strspn(rest, " \t");
        if (*rest == '[' && parse_options(&rest, source, err) < 0)
                return -1;
        word = strtok_r(rest, " \t", &save);
        if (!word)
                return source_text_refuse(err, "no address in", line);
        if (source_text_parse_uri(word, url_prefix, source->uri, sizeof(source->uri), err) < 0 ||
            parse_word("the suite", strtok_r(NULL, " \t", &save), source->suite, sizeof(source->suite), err) < 0 ||
            parse_word("the component", strtok_r(NULL, " \t", &save), source->component, sizeof(source->component),
                       err) < 0)
                return -1;
        word = strtok_r(NULL, " \t", &save);
        return word ? source_text_refuse(err, "a second component", word) : 0;
}

static bool is_deb(const char *line)
{
        return text_starts_with(line, "deb") && (line[3] == ' ' || line[3] == '\t');
}

static int parse_line(char *line, const char *url_prefix, PackageSource *source, Error *err)
{
        text_trim(line);
        if (!*line || *line == '#')
                return 0;
        if (!is_deb(line))
                return source_text_refuse(err, "the line", line);
        if (source->enabled)
                return source_text_refuse(err, "a second line", line);
        source->enabled = true;
        return parse_deb(line, url_prefix, source, err);
}

int apt_source_parse(const char *text, size_t length, const char *url_prefix, PackageSource *ret, Error *err)
{
        const char *cursor = text, *line;
        PackageSource source = { 0 };
        size_t line_length;

        if (source_text_check(text, length, err) < 0)
                return -1;
        while (text_next_line(&cursor, text + length, &line, &line_length)) {
                _cleanup_free_ char *copy = text_copy_n(line, line_length);

                if (strchr(copy, '\r'))
                        return source_text_refuse(err, "a line within a line,", copy);
                if (parse_line(copy, url_prefix, &source, err) < 0)
                        return -1;
        }
        if (!source.enabled)
                return error_set(err, ERROR_INPUT, "the source list is empty");
        *ret = source;
        return 0;
}

/* As Debian calls it, by what uname says. */
const char *apt_source_architecture(const char *architecture)
{
        if (text_equal(architecture, "aarch64"))
                return "arm64";
        return "amd64";
}

char *apt_source_line(const PackageSource *source, const char *architecture)
{
        _cleanup_free_ char *signed_by =
                *source->signed_by ? text_format(" signed-by=%s", source->signed_by) : text_copy("");

        return text_format("# Written by mde-linux for Microsoft Defender for Endpoint.\n"
                           "deb [arch=%s%s] %s %s %s\n",
                           apt_source_architecture(architecture), signed_by, source->uri, source->suite,
                           source->component);
}
