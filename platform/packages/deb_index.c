#include "platform/packages/deb_index.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/fs_digest.h"
#include "platform/fs_take.h"
#include "platform/lines.h"
#include "platform/openpgp_verify.h"
#include "platform/packages/clearsigned.h"

#define RELEASE_MAX (1024 * 1024)
#define LIST_BYTES_MAX (256LL * 1024 * 1024)
#define LISTS_MAX 64
#define INDEXES_MAX 64
#define NAME "InRelease"

/* --- Release --------------------------------------------------------------------------------------------- */

static bool is_digest(const char *word)
{
        return strlen(word) == CRYPTO_SHA256_HEX - 1 && strspn(word, "0123456789abcdefABCDEF") == strlen(word);
}

static void copy_digest(const char *word, char digest[CRYPTO_SHA256_HEX])
{
        size_t i;

        for (i = 0; i < CRYPTO_SHA256_HEX - 1; i++)
                digest[i] = (char)toupper((unsigned char)word[i]);
        digest[i] = '\0';
}

typedef struct ReleaseLine {
        char digest[CRYPTO_SHA256_HEX];
        char *path;
} ReleaseLine;

/* The next line of the part "SHA256:"; false: no more. line->path is the caller's. */
static bool next_entry(const char **cursor, const char *end, bool *inside, ReleaseLine *line)
{
        const char *start;
        size_t length;

        while (text_next_line(cursor, end, &start, &length)) {
                _cleanup_free_ char *text = text_copy_n(start, length);
                char *save = NULL, *digest, *size, *path;

                if (*text != ' ') {
                        *inside = text_equal_nocase(text_trim(text), "SHA256:");
                        continue;
                }
                digest = strtok_r(text, " \t", &save);
                size = strtok_r(NULL, " \t", &save);
                path = strtok_r(NULL, " \t", &save);
                if (!*inside || !digest || !size || !path || !is_digest(digest))
                        continue;
                copy_digest(digest, line->digest);
                line->path = text_copy(path);
                return true;
        }
        return false;
}

bool deb_release_digest(const char *text, size_t length, const char *path, char digest[CRYPTO_SHA256_HEX])
{
        const char *cursor = text, *end = text + length;
        bool inside = false;
        ReleaseLine line;

        while (next_entry(&cursor, end, &inside, &line)) {
                bool found = text_equal(line.path, path);

                free(line.path);
                if (!found)
                        continue;
                snprintf(digest, CRYPTO_SHA256_HEX, "%s", line.digest);
                return true;
        }
        return false;
}

char *deb_release_list(const char *text, size_t length, const char *architecture, size_t n)
{
        _cleanup_free_ char *wanted = text_format("/binary-%s/Packages", architecture);
        const char *cursor = text, *end = text + length;
        bool inside = false;
        ReleaseLine line;

        while (next_entry(&cursor, end, &inside, &line)) {
                if (text_ends_with(line.path, wanted) && n-- == 0)
                        return line.path;
                free(line.path);
        }
        return NULL;
}

/* --- lists of packages ----------------------------------------------------------------------------------- */

static bool has_digest(int fd, const char *digest)
{
        static const char field[] = "SHA256: ";
        _cleanup_free_ Lines *lines = text_allocate(sizeof(*lines));
        const char *line;
        size_t length;

        lines_init(lines, fd);
        while (lines_next(lines, &line, &length)) {
                char found[CRYPTO_SHA256_HEX];

                if (length != sizeof(field) - 1 + CRYPTO_SHA256_HEX - 1 || memcmp(line, field, sizeof(field) - 1) != 0)
                        continue;
                copy_digest(line + sizeof(field) - 1, found);
                if (text_equal(found, digest))
                        return true;
        }
        return false;
}

/* One list that is as the index says, and names the package. Looked at in our copy alone. */
static int look_in_list(const Host *host, const DebIndexSearch *search, const char *path, const char *expected,
                        bool *ret_found, Error *why, Error *err)
{
        _cleanup_free_ char *copy = text_format("%s/Packages", search->work), *full = host_path(host, copy);
        char digest[CRYPTO_SHA256_HEX];
        _cleanup_close_ int fd = -1;
        Error found = { 0 };

        if (fs_take(host, path, copy, LIST_BYTES_MAX, 0600, &found) < 0) {
                if (found.kind == ERROR_STOPPED || found.kind == ERROR_SPACE)
                        return error_set(err, found.kind, "%s", found.text);
                *why = found;
                return 0;
        }
        if (fs_sha256_hex(host, copy, LIST_BYTES_MAX, digest, err) < 0)
                return -1;
        if (!text_equal(digest, expected)) {
                _cleanup_free_ char *shown = text_escape(path, 200);

                error_set(why, ERROR_TRUST, "%s is not the one that is signed", shown);
                return 0;
        }
        fd = open(full, O_RDONLY | O_CLOEXEC);
        *ret_found = fd >= 0 && has_digest(fd, search->digest);
        return 0;
}

/* apt's name for a list of an index: beside it, slashes are underscores; by hand it is "Packages". Caller frees. */
static char *list_file(const DebIndexSearch *search, const char *index, const char *list)
{
        size_t stem = strlen(index) - strlen(NAME), i;
        char *file;

        if (stem == 0)
                return text_format("%s/Packages", search->folder);
        file = text_format("%s/%.*s%s", search->folder, (int)stem, index, list);
        for (i = strlen(search->folder) + 1; file[i]; i++)
                if (file[i] == '/')
                        file[i] = '_';
        return file;
}

/* --- indexes --------------------------------------------------------------------------------------------- */

static bool is_fatal(const Error *found)
{
        return found->kind == ERROR_STOPPED || found->kind == ERROR_SPACE || found->kind == ERROR_MISSING;
}

/* Reads and verifies; what is read is what was verified. */
static int open_index(const Host *host, const DebIndexSearch *search, const char *path, Text *release, Error *err)
{
        _cleanup_free_ char *bytes = NULL, *shown = text_escape(path, 200),
                            *text_file = text_format("%s/Release", search->work),
                            *signature_file = text_format("%s/Release.asc", search->work);
        _cleanup_(text_clear) Text signature = { 0 };
        size_t length = 0;

        if (fs_read(host, path, RELEASE_MAX, &bytes, &length, err) < 0 || !bytes)
                return bytes ? -1 : error_set(err, ERROR_INPUT, "%s cannot be read", shown);
        if (clearsigned_split(bytes, length, release, &signature, err) < 0)
                return error_prefix(err, "%s", shown);
        if (fs_write_volatile(host, text_file, release->data, release->length, 0600, err) < 0 ||
            fs_write_volatile(host, signature_file, signature.data, signature.length, 0600, err) < 0)
                return -1;
        if (openpgp_verify(host, search->keyring, signature_file, text_file, search->work, err) < 0)
                return error_prefix(err, "%s", shown);
        return 0;
}

static int look_in_index(const Host *host, const DebIndexSearch *search, const char *index, bool *ret_found, Error *why,
                         Error *err)
{
        _cleanup_free_ char *path = text_format("%s/%s", search->folder, index);
        _cleanup_(text_clear) Text release = { 0 };
        Error found = { 0 };
        size_t i;

        if (open_index(host, search, path, &release, &found) < 0) {
                if (is_fatal(&found))
                        return error_set(err, found.kind, "%s", found.text);
                *why = found;
                return 0;
        }
        for (i = 0; i < LISTS_MAX && !*ret_found; i++) {
                _cleanup_free_ char *list = deb_release_list(release.data, release.length, search->architecture, i),
                                    *file = list ? list_file(search, index, list) : NULL;
                char expected[CRYPTO_SHA256_HEX];

                if (!list)
                        break;
                if (!deb_release_digest(release.data, release.length, list, expected))
                        continue;
                if (look_in_list(host, search, file, expected, ret_found, why, err) < 0)
                        return -1;
        }
        return 0;
}

int deb_index_lists(const Host *host, const DebIndexSearch *search, bool *ret_found,
                    char signer[PACKAGE_FILE_SIGNER_MAX], Error *why, Error *err)
{
        _cleanup_(fs_names_freep) char **names = NULL;
        size_t i, n = 0;

        *ret_found = false;
        if (fs_list(host, search->folder, &names, NULL) < 0)
                return 0;
        for (i = 0; names[i] && n < INDEXES_MAX; i++) {
                _cleanup_free_ char *shown = NULL;

                if (!text_equal(names[i], NAME) && !text_ends_with(names[i], "_" NAME))
                        continue;
                n++;
                if (look_in_index(host, search, names[i], ret_found, why, err) < 0)
                        return -1;
                if (!*ret_found)
                        continue;
                shown = text_escape(names[i], 160);
                snprintf(signer, PACKAGE_FILE_SIGNER_MAX, "the index %s/%s", search->folder, shown);
                return 0;
        }
        return 0;
}
