#include "agent/configuration.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define CONFIGURATION_MAX 65536
#define LIST_MAX 16

static void list_free(char **list)
{
        char **entry;

        for (entry = list; entry && *entry; entry++)
                free(*entry);
        free(list);
}

void configuration_clear(Configuration *configuration)
{
        free(configuration->packages_url);
        free(configuration->ca_file);
        list_free(configuration->onboarding_roots);
        list_free(configuration->repository_keys);
        *configuration = (Configuration){ 0 };
}

static const char *set_url(char **ret, const char *value)
{
        if (!text_starts_with(value, "https://") || strpbrk(value, " \t?#@") || text_ends_with(value, "/"))
                return "a URL like https://mirror.example/microsoft, without a slash at its end";
        free(*ret);
        *ret = text_copy(value);
        return NULL;
}

static const char *set_path(char **ret, const char *value)
{
        if (*value != '/')
                return "an absolute path";
        free(*ret);
        *ret = text_copy(value);
        return NULL;
}

/* Hex digits of this length, comma separated. */
static const char *set_list(char ***ret, const char *value, size_t digits, const char *wanted)
{
        _cleanup_free_ char *copy = text_copy(value);
        char **list = text_allocate((LIST_MAX + 1) * sizeof(char *)), *word, *rest = copy;
        size_t n = 0;

        while ((word = strsep(&rest, ","))) {
                text_trim(word);
                if (n == LIST_MAX || strlen(word) != digits || strspn(word, "0123456789abcdefABCDEF") != digits) {
                        list_free(list);
                        return wanted;
                }
                list[n++] = text_copy(word);
        }
        list_free(*ret);
        *ret = list;
        return NULL;
}

/* NULL: taken. Else what the value should have been; *known false: there is no such key. */
static const char *set(Configuration *c, const char *section, const char *key, const char *value, bool *known)
{
        *known = true;
        if (text_equal(section, "endpoints") && text_equal(key, "packages"))
                return set_url(&c->packages_url, value);
        if (text_equal(section, "trust") && text_equal(key, "ca-file"))
                return set_path(&c->ca_file, value);
        if (text_equal(section, "trust") && text_equal(key, "onboarding-roots"))
                return set_list(&c->onboarding_roots, value, 64, "SHA-256 digests of 64 hex digits, comma separated");
        if (text_equal(section, "trust") && text_equal(key, "repository-keys"))
                return set_list(&c->repository_keys, value, 40,
                                "OpenPGP fingerprints of 40 hex digits, comma separated");
        *known = false;
        return NULL;
}

static int take_line(Configuration *c, char *line, unsigned number, char section[32], Failure *failure)
{
        char *equals = strchr(line, '='), *value;
        const char *wanted;
        bool known;

        if (line[0] == '[' && text_ends_with(line, "]")) {
                snprintf(section, 32, "%.*s", (int)strlen(line) - 2, line + 1);
                return 0;
        }
        if (!equals)
                return failure_set(failure, REASON_CONFIGURATION_UNTRUSTED,
                                   "Line %u is neither [section] nor key=value.", number);
        *equals = '\0';
        value = text_trim(equals + 1);
        wanted = set(c, section, text_trim(line), value, &known);
        if (known && !wanted)
                return 0;
        _cleanup_free_ char *shown = text_escape(known ? value : line, 60);
        if (!known)
                return failure_set(failure, REASON_CONFIGURATION_UNTRUSTED,
                                   "Line %u: this version does not know the key \"%s\" of section [%s].", number, shown,
                                   section);
        return failure_set(failure, REASON_CONFIGURATION_UNTRUSTED, "Line %u: %s is \"%s\"; it has to be %s.", number,
                           line, shown, wanted);
}

static int parse(Configuration *c, const char *text, size_t length, Failure *failure)
{
        const char *cursor = text, *start;
        char section[32] = "";
        unsigned number = 0;
        size_t n;

        while (text_next_line(&cursor, text + length, &start, &n)) {
                _cleanup_free_ char *line = text_copy_n(start, n);

                number++;
                text_trim(line);
                if (*line && *line != '#' && *line != ';' && take_line(c, line, number, section, failure) < 0)
                        return -1;
        }
        return 0;
}

int configuration_read(const Host *host, Configuration *ret, Failure *failure)
{
        _cleanup_(configuration_clear) Configuration configuration = { 0 };
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        Error err = { 0 };

        if (!fs_exists(host, CONFIGURATION_FILE))
                return 0;
        if (fs_check_trusted(host, CONFIGURATION_FILE, &err) < 0 ||
            fs_read(host, CONFIGURATION_FILE, CONFIGURATION_MAX, &text, &length, &err) < 0)
                return failure_from(failure, REASON_CONFIGURATION_UNTRUSTED, &err);
        if (text && parse(&configuration, text, length, failure) < 0)
                return -1;
        if (configuration.ca_file && fs_check_trusted(host, configuration.ca_file, &err) < 0)
                return failure_from(failure, REASON_CONFIGURATION_UNTRUSTED, &err);
        *ret = configuration;
        configuration = (Configuration){ 0 };
        return 0;
}

void configuration_apply(const Configuration *configuration, Host *host)
{
        if (configuration->packages_url)
                host->packages_url = configuration->packages_url;
        if (configuration->ca_file)
                host->ca_file = configuration->ca_file;
        host->onboarding_roots = (const char *const *)configuration->onboarding_roots;
        host->repository_keys = (const char *const *)configuration->repository_keys;
}
