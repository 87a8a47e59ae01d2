#include "agent/configuration.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"
#include "platform/trusted_folder.h"

#define CONFIGURATION_MAX 65536
#define LIST_MAX 16
#define TENANTS_MAX 64
#define DENIED_MAX 64
#define SETTINGS_MAX 64
#define HEX "0123456789abcdefABCDEF"

/* What weakens the sensor most and is asked for least. */
static const char *const denied_by_default[] = {
        "managedConfig.antivirusEngine.exclusions",
        "managedConfig.exclusionSettings",
        NULL,
};

static void list_free(char **list)
{
        char **entry;

        for (entry = list; entry && *entry; entry++)
                free(*entry);
        free(list);
}
DEFINE_CLEANUP(char **, list_free)

void configuration_clear(Configuration *configuration)
{
        size_t i;

        free(configuration->packages_url);
        free(configuration->arm_url);
        free(configuration->imds_url);
        free(configuration->himds_url);
        free(configuration->ca_file);
        list_free(configuration->onboarding_roots);
        list_free(configuration->repository_keys);
        list_free(configuration->allowed_tenants);
        list_free(configuration->denied_settings);
        for (i = 0; i < configuration->n_settings; i++) {
                free(configuration->settings[i].name);
                free(configuration->settings[i].value);
        }
        free(configuration->settings);
        *configuration = (Configuration){ 0 };
}

const char *configuration_setting(const Configuration *configuration, const char *name)
{
        size_t i;

        for (i = 0; i < configuration->n_settings; i++)
                if (text_equal(configuration->settings[i].name, name))
                        return configuration->settings[i].value;
        return NULL;
}

const char *const *configuration_denied(const Configuration *configuration)
{
        return configuration->denied_settings ? (const char *const *)configuration->denied_settings : denied_by_default;
}

static const char *set_url(char **ret, const char *value, const char *scheme, const char *wanted)
{
        if (!text_starts_with(value, scheme) || strpbrk(value, " \t?#@") || text_ends_with(value, "/"))
                return wanted;
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

static bool is_root_digest(const char *word)
{
        return strlen(word) == 64 && strspn(word, HEX) == 64;
}

static bool is_fingerprint(const char *word)
{
        return strlen(word) == 40 && strspn(word, HEX) == 40;
}

/* Letters, digits and dots, as names of settings are. */
static bool is_name(const char *word)
{
        return *word &&
               strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == strlen(word) &&
               *word != '.' && !strstr(word, "..") && !text_ends_with(word, ".");
}

/* Comma separated; blank when that may be. */
static const char *set_list(char ***ret, const char *value, size_t max, bool (*fits)(const char *), const char *wanted)
{
        _cleanup_free_ char *copy = text_copy(value);
        _cleanup_(list_freep) char **list = text_allocate((max + 1) * sizeof(char *));
        char *word, *rest = copy;
        size_t n = 0;

        while (*value && (word = strsep(&rest, ","))) {
                text_trim(word);
                if (n == max || !fits(word))
                        return wanted;
                list[n++] = text_copy(word);
        }
        list_free(*ret);
        *ret = TAKE_PTR(list);
        return NULL;
}

static const char *set_endpoint(Configuration *c, const char *key, const char *value, bool *known)
{
        static const char packages[] = "a URL like https://mirror.example/microsoft, without a slash at its end";
        static const char arm[] = "a URL like https://management.azure.com, without a slash at its end";
        static const char metadata[] = "a URL like " HOST_IMDS_URL ", without a slash at its end";

        if (text_equal(key, "packages"))
                return set_url(&c->packages_url, value, "https://", packages);
        if (text_equal(key, "arm"))
                return set_url(&c->arm_url, value, "https://", arm);
        if (text_equal(key, "imds"))
                return set_url(&c->imds_url, value, "http://", metadata);
        if (text_equal(key, "himds"))
                return set_url(&c->himds_url, value, "http://", metadata);
        *known = false;
        return NULL;
}

static const char *set_trust(Configuration *c, const char *key, const char *value, bool *known)
{
        static const char roots[] = "SHA-256 digests of 64 hex digits, comma separated";
        static const char keys[] = "OpenPGP fingerprints of 40 hex digits, comma separated";

        if (text_equal(key, "ca-file"))
                return set_path(&c->ca_file, value);
        if (text_equal(key, "onboarding-roots"))
                return *value ? set_list(&c->onboarding_roots, value, LIST_MAX, is_root_digest, roots) : roots;
        if (text_equal(key, "repository-keys"))
                return *value ? set_list(&c->repository_keys, value, LIST_MAX, is_fingerprint, keys) : keys;
        *known = false;
        return NULL;
}

/* No tenant at all is nothing anybody means. */
static const char *set_tenants(Configuration *c, const char *value)
{
        static const char wanted[] = "at most 64 tenant ids (GUIDs), comma separated, like "
                                     "11111111-2222-3333-4444-555555555555";

        if (c->allowed_tenants)
                return "there once only";
        return *value ? set_list(&c->allowed_tenants, value, TENANTS_MAX, text_is_guid, wanted) : wanted;
}

static const char *set_policy(Configuration *c, const char *key, const char *value, unsigned line, bool *known)
{
        if (text_equal(key, "allowed-tenants"))
                return set_tenants(c, value);
        *known = text_equal(key, "deny-settings");
        if (!*known)
                return NULL;
        if (c->denied_settings)
                return "there once only";
        c->denied_line = line;
        return set_list(&c->denied_settings, value, DENIED_MAX, is_name,
                        "names of settings, comma separated, like passiveMode, managedConfig.exclusionSettings");
}

static const char *add_setting(Configuration *c, const char *name, const char *value, unsigned line)
{
        size_t i;

        for (i = 0; i < c->n_settings; i++)
                if (text_equal(c->settings[i].name, name))
                        return "there once only";
        if (c->n_settings == SETTINGS_MAX)
                return "one of at most 64 settings";
        if (!c->settings)
                c->settings = text_allocate(SETTINGS_MAX * sizeof(*c->settings));
        c->settings[c->n_settings++] = (ConfigurationSetting){ text_copy(name), text_copy(value), line };
        return NULL;
}

/* NULL: taken. Else what the value should have been; *known false: there is no such key. */
static const char *set(Configuration *c, const char *section, const char *key, const char *value, unsigned line,
                       bool *known)
{
        *known = true;
        if (text_equal(section, "settings"))
                return add_setting(c, key, value, line);
        if (text_equal(section, "policy"))
                return set_policy(c, key, value, line, known);
        if (text_equal(section, "endpoints"))
                return set_endpoint(c, key, value, known);
        if (text_equal(section, "trust"))
                return set_trust(c, key, value, known);
        *known = false;
        return NULL;
}

/* Values of [settings] may hold what is not for everybody's eyes, and so may an address with a login. */
static int refuse_line(const char *section, const char *key, const char *value, unsigned number, const char *wanted,
                       Failure *failure)
{
        _cleanup_free_ char *name = text_escape(key, 60), *shown = text_escape(value, 60);

        if (!wanted)
                return failure_set(failure, REASON_CONFIGURATION_UNTRUSTED,
                                   "Line %u: this version does not know the key \"%s\" of section [%s].", number, name,
                                   section);
        if (text_equal(section, "settings") || strchr(value, '@'))
                return failure_set(failure, REASON_CONFIGURATION_UNTRUSTED, "Line %u: %s has to be %s.", number, name,
                                   wanted);
        return failure_set(failure, REASON_CONFIGURATION_UNTRUSTED, "Line %u: %s is \"%s\"; it has to be %s.", number,
                           name, shown, wanted);
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
        wanted = set(c, section, text_trim(line), value, number, &known);
        return known && !wanted ? 0 : refuse_line(section, line, value, number, wanted, failure);
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

/* What cannot be looked at is not absent: a policy may stand in it. */
static bool is_absent(const Host *host)
{
        struct stat st;

        return host_lstat(host, CONFIGURATION_FILE, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

bool configuration_is_hidden(const Host *host)
{
        _cleanup_close_ int fd = -1;

        if (geteuid() == 0)
                return false;
        fd = host_open(host, CONFIGURATION_FILE, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        return fd < 0 && errno == EACCES;
}

/* Whoever may write to its folder could put another file in its place. */
static int check_folder(const Host *host, Error *err)
{
        _cleanup_free_ char *folder =
                text_copy_n(CONFIGURATION_FILE, (size_t)(strrchr(CONFIGURATION_FILE, '/') - CONFIGURATION_FILE));
        const char *missing;
        _cleanup_close_ int fd = -1;

        return trusted_folder_open(host, folder, &fd, &missing, err);
}

int configuration_read(const Host *host, Configuration *ret, Failure *failure)
{
        _cleanup_(configuration_clear) Configuration configuration = { 0 };
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        Error err = { 0 };

        if (is_absent(host))
                return 0;
        if (check_folder(host, &err) < 0 || fs_check_trusted(host, CONFIGURATION_FILE, &err) < 0 ||
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
        if (configuration->arm_url)
                host->arm_url = configuration->arm_url;
        if (configuration->imds_url)
                host->imds_url = configuration->imds_url;
        if (configuration->himds_url)
                host->himds_url = configuration->himds_url;
        if (configuration->ca_file)
                host->ca_file = configuration->ca_file;
        host->onboarding_roots = (const char *const *)configuration->onboarding_roots;
        host->repository_keys = (const char *const *)configuration->repository_keys;
}
