/*
 * Eight digits are not enough to know a key by: where the database names it by those, the key itself is read.
 */
#include "platform/packages/rpm.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/openpgp.h"
#include "platform/process.h"

#define KEYS_MS 120000 /* rpm waits for its lock to change them */
#define SHOWN_MAX 180
#define MARK "key="
#define HEX "0123456789abcdefABCDEF"
#define FINGERPRINT_DIGITS 40

static int run(const Host *host, const char *const argv[], ProcessResult *result, Error *err)
{
        const ProcessSpec spec = { .argv = argv, .deadline = deadline_in(KEYS_MS), .output_fd = -1 };

        return process_run(host, &spec, result, err);
}

static int fail(const ProcessResult *result, const char *what, Error *err)
{
        _cleanup_free_ char *line = process_last_line(result->output, SHOWN_MAX);

        return error_set(err, ERROR_COMMAND, "%s ended with status %d: %s", what, result->exit_status, line);
}

/* The last n digits of the fingerprint, n being how many stand at name. */
static bool may_be(const char *name, const char *fingerprint)
{
        size_t n = strspn(name, HEX);
        _cleanup_free_ char *digits = text_copy_n(name, n);

        return (n == 8 || n == 16 || n == FINGERPRINT_DIGITS) &&
               text_equal_nocase(digits, fingerprint + FINGERPRINT_DIGITS - n);
}

/* The key that the database has by this name ("65ec55b0-6b01f1f4"), by its own bytes. */
static int is_key(const Host *host, const char *name, const char *fingerprint, bool *ret, Error *err)
{
        _cleanup_free_ char *package = text_format("gpg-pubkey-%s", name);
        const char *const argv[] = { "rpm", "-q", "--qf", "%{DESCRIPTION}\\n", package, NULL };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        const char *armor;
        size_t i;

        if (run(host, argv, &result, err) < 0)
                return -1;
        armor = strstr(result.output, "-----BEGIN PGP");
        *ret = false;
        if (result.exit_status != 0 || !armor || openpgp_read(armor, strlen(armor), &file, NULL) < 0)
                return 0;
        for (i = 0; i < file.n_keys; i++)
                *ret = *ret || text_equal_nocase(file.keys[i].fingerprint, fingerprint);
        return 0;
}

/* Calls each key's name; *ret_name: the one that is it, "" none. */
static int find_in_database(const Host *host, const char *fingerprint, char ret_name[128], Error *err)
{
        const char *const argv[] = { "rpm", "-q", "--qf", MARK "%{VERSION}-%{RELEASE}\\n", "gpg-pubkey", NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        const char *cursor, *line;
        size_t length;

        ret_name[0] = '\0';
        if (run(host, argv, &result, err) < 0)
                return -1;
        for (cursor = result.output;
             text_next_line(&cursor, result.output + result.output_length, &line, &length) && !*ret_name;) {
                _cleanup_free_ char *copy = text_copy_n(line, length);
                const char *name = copy + strlen(MARK);
                bool found;

                if (text_starts_with(copy, "error:"))
                        return fail(&result, "rpm -q gpg-pubkey", err);
                if (!text_starts_with(copy, MARK) || !may_be(name, fingerprint))
                        continue;
                found = strspn(name, HEX) == FINGERPRINT_DIGITS;
                if (!found && is_key(host, name, fingerprint, &found, err) < 0)
                        return -1;
                if (found)
                        snprintf(ret_name, 128, "%s", name);
        }
        return 0;
}

/* Keys that rpm keeps beside its database are named by rpmkeys alone, where it can tell. */
static int find_in_keyring(const Host *host, const char *fingerprint, bool *ret, Error *err)
{
        static const char *const argv[] = { "rpmkeys", "--list", NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        const char *cursor, *line;
        size_t length;
        Error missing = { 0 };

        *ret = false;
        if (run(host, argv, &result, &missing) < 0)
                return missing.kind == ERROR_MISSING ? 0 : error_set(err, missing.kind, "%s", missing.text);
        if (result.exit_status != 0)
                return 0;
        for (cursor = result.output; text_next_line(&cursor, result.output + result.output_length, &line, &length);) {
                _cleanup_free_ char *copy = text_copy_n(line, length);

                *ret = *ret || (strspn(copy, HEX) == FINGERPRINT_DIGITS && may_be(copy, fingerprint));
        }
        return 0;
}

static int check_fingerprint(const char *fingerprint, Error *err)
{
        if (strspn(fingerprint, HEX) == FINGERPRINT_DIGITS && !fingerprint[FINGERPRINT_DIGITS])
                return 0;
        return error_set(err, ERROR_INPUT, "a fingerprint of a key has 40 hexadecimal digits");
}

int rpm_has_key(const Host *host, const char *fingerprint, bool *ret, Error *err)
{
        char name[128];
        bool found;

        if (check_fingerprint(fingerprint, err) < 0 || find_in_database(host, fingerprint, name, err) < 0)
                return -1;
        found = *name;
        if (!found && find_in_keyring(host, fingerprint, &found, err) < 0)
                return -1;
        *ret = found;
        return 0;
}

int rpm_import_key(const Host *host, const char *file, Error *err)
{
        const char *const argv[] = { "rpm", "--import", file, NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };

        if (*file != '/')
                return error_set(err, ERROR_INPUT, "a file of keys is named by its whole path");
        if (run(host, argv, &result, err) < 0)
                return -1;
        return result.exit_status == 0 ? 0 : fail(&result, "rpm --import", err);
}

static int erase_package(const Host *host, const char *name, Error *err)
{
        _cleanup_free_ char *package = text_format("gpg-pubkey-%s", name);
        const char *const argv[] = { "rpm", "-e", "--allmatches", package, NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };

        if (run(host, argv, &result, err) < 0)
                return -1;
        return result.exit_status == 0 ? 0 : fail(&result, "rpm -e gpg-pubkey", err);
}

static int erase_from_keyring(const Host *host, const char *fingerprint, Error *err)
{
        _cleanup_free_ char *lower = text_copy(fingerprint);
        const char *const argv[] = { "rpmkeys", "--delete", lower, NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        char *p;

        for (p = lower; *p; p++)
                *p = (char)tolower((unsigned char)*p);
        if (run(host, argv, &result, err) < 0)
                return -1;
        return result.exit_status == 0 ? 0 : fail(&result, "rpmkeys --delete", err);
}

int rpm_forget_key(const Host *host, const char *fingerprint, Error *err)
{
        char name[128];
        bool found;

        if (check_fingerprint(fingerprint, err) < 0 || find_in_database(host, fingerprint, name, err) < 0 ||
            find_in_keyring(host, fingerprint, &found, err) < 0)
                return -1;
        if (found)
                return erase_from_keyring(host, fingerprint, err);
        return *name ? erase_package(host, name, err) : 0;
}

static void add_name(Text *names, const char *name, size_t length)
{
        text_append(names, "%s%.*s", names->length > 0 ? " " : "", (int)length, name);
}

static int list_database(const Host *host, Text *names, Error *err)
{
        const char *const argv[] = { "rpm", "-q", "--qf", MARK "%{VERSION}-%{RELEASE}\\n", "gpg-pubkey", NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        const char *cursor, *line;
        size_t length;

        if (run(host, argv, &result, err) < 0)
                return -1;
        for (cursor = result.output; text_next_line(&cursor, result.output + result.output_length, &line, &length);) {
                if (length > 6 && strncmp(line, "error:", 6) == 0)
                        return fail(&result, "rpm -q gpg-pubkey", err);
                if (length > strlen(MARK) && strncmp(line, MARK, strlen(MARK)) == 0)
                        add_name(names, line + strlen(MARK), length - strlen(MARK));
        }
        return 0;
}

/* As a package's version. */
static bool has_name(const Text *names, const char *fingerprint)
{
        _cleanup_free_ char *digits = text_copy_n(fingerprint, FINGERPRINT_DIGITS);

        return names->data && strstr(names->data, digits);
}

static int list_keyring(const Host *host, Text *names, Error *err)
{
        static const char *const argv[] = { "rpmkeys", "--list", NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        const char *cursor, *line;
        size_t length;
        Error missing = { 0 };

        if (run(host, argv, &result, &missing) < 0)
                return missing.kind == ERROR_MISSING ? 0 : error_set(err, missing.kind, "%s", missing.text);
        for (cursor = result.exit_status == 0 ? result.output : "";
             *cursor && text_next_line(&cursor, result.output + result.output_length, &line, &length);)
                if (strspn(line, HEX) == FINGERPRINT_DIGITS && !has_name(names, line))
                        add_name(names, line, FINGERPRINT_DIGITS);
        return 0;
}

/* Where rpm keeps keys beside its database since 4.20; before, it did not know how to list them. */
static bool has_keyring(const Host *host)
{
        return fs_is_folder(host, "/usr/lib/sysimage/rpm/pubkeys") || fs_is_folder(host, "/var/lib/rpm/pubkeys");
}

int rpm_list_keys(const Host *host, char **ret, Error *err)
{
        _cleanup_(text_clear) Text names = { 0 };

        if (list_database(host, &names, err) < 0 || (has_keyring(host) && list_keyring(host, &names, err) < 0))
                return -1;
        *ret = names.data ? text_take(&names) : text_copy("");
        return 0;
}

char *rpm_drop_key_words(const char *name)
{
        _cleanup_free_ char *shown = text_escape(name, SHOWN_MAX);

        return text_format(strchr(name, '-') ? "rpm -e gpg-pubkey-%s" : "rpmkeys --delete %s", shown);
}

/* The same key may be named by its package and by its fingerprint. */
int rpm_drop_key(const Host *host, const char *name, Error *err)
{
        _cleanup_free_ char *present = NULL, *here = NULL, *wanted = text_format(" %s ", name);

        if (name[strspn(name, HEX "-")] || *name == '-' || !*name)
                return error_set(err, ERROR_INPUT, "the name of a key has hexadecimal digits and a sign");
        if (rpm_list_keys(host, &present, err) < 0)
                return -1;
        here = text_format(" %s ", present);
        if (!strstr(here, wanted))
                return 0;
        return strchr(name, '-') ? erase_package(host, name, err) : erase_from_keyring(host, name, err);
}
