/*
 * A .deb has no signature that apt or dpkg know of. Two others do: one beside it, FILE.asc, and that of the
 * repository's index, which names the SHA-256 of its package lists, which name that of each package.
 */
#include "platform/packages/package_file.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/fs_digest.h"
#include "platform/fs_take.h"
#include "platform/openpgp_verify.h"
#include "platform/packages/deb_index.h"
#include "platform/process.h"

#define SIGNATURE_MAX (64 * 1024)
#define READ_MS 60000
#define LISTS "/var/lib/apt/lists"

static const char *architecture_of(const char *machine)
{
        return text_equal(machine, "x86_64") ? "amd64" : text_equal(machine, "aarch64") ? "arm64" : machine;
}

/* *ret_there false: there is none. */
static int verify_signature(const Host *host, const PackageFileCheck *check, bool *ret_there,
                            char signer[PACKAGE_FILE_SIGNER_MAX], Error *err)
{
        _cleanup_free_ char *beside = text_format("%s.asc", check->origin),
                            *copy = text_format("%s/signature", check->work), *shown = text_escape(beside, 200);

        *ret_there = fs_exists(host, beside);
        if (!*ret_there)
                return 0;
        if (fs_take(host, beside, copy, SIGNATURE_MAX, 0600, err) < 0)
                return -1;
        if (openpgp_verify(host, check->keys_binary, copy, check->file, check->work, err) < 0)
                return error_prefix(err, "%s", shown);
        snprintf(signer, PACKAGE_FILE_SIGNER_MAX, "%s", shown);
        return 0;
}

/* In the folder of the file, then in apt's own. What is wrong with an index is told when no other one is good. */
static int verify_by_index(const Host *host, const PackageFileCheck *check, char signer[PACKAGE_FILE_SIGNER_MAX],
                           Error *err)
{
        const char *slash = strrchr(check->origin, '/');
        _cleanup_free_ char *folder = text_copy_n(check->origin, (size_t)(slash - check->origin));
        const char *const folders[] = { *folder ? folder : "/", LISTS };
        char digest[CRYPTO_SHA256_HEX];
        Error why = { 0 };
        size_t i;

        if (fs_sha256_hex(host, check->file, PACKAGE_FILE_MAX, digest, err) < 0)
                return -1;
        for (i = 0; i < ELEMENTSOF(folders); i++) {
                const DebIndexSearch search = { .folder = folders[i],
                                                .architecture = architecture_of(check->architecture),
                                                .keyring = check->keys_binary,
                                                .work = check->work,
                                                .digest = digest };
                bool found = false;
                Error ignored = { 0 }; /* apt's own are mostly others' */

                if (deb_index_lists(host, &search, &found, signer, i == 0 ? &why : &ignored, err) < 0)
                        return -1;
                if (found)
                        return 0;
        }
        return error_set(err, ERROR_TRUST,
                         "there is no %s.asc, and no index that one of the keys signed lists its SHA-256%s%s",
                         slash + 1, why.kind ? "; " : "", why.text);
}

static int deb_verify(const Host *host, const PackageFileCheck *check, char signer[PACKAGE_FILE_SIGNER_MAX], Error *err)
{
        bool there = false;

        if (verify_signature(host, check, &there, signer, err) < 0)
                return -1;
        return there ? 0 : verify_by_index(host, check, signer, err);
}

/* "Package: mdatp" */
static void take_field(const char *output, const char *name, char *ret, size_t size)
{
        const char *cursor = output, *end = output + strlen(output), *line;
        size_t length, n = strlen(name);

        while (text_next_line(&cursor, end, &line, &length)) {
                _cleanup_free_ char *value = NULL, *shown = NULL;

                if (length <= n || memcmp(line, name, n) != 0)
                        continue;
                value = text_copy_n(line + n, length - n);
                shown = text_escape(text_trim(value), size - 1);
                snprintf(ret, size, "%s", shown);
                return;
        }
}

static int deb_read(const Host *host, const char *file, PackageFileIdentity *ret, Error *err)
{
        const char *const argv[] = { "dpkg-deb", "--field", file, "Package", "Version", "Architecture", NULL };
        const ProcessSpec spec = { .argv = argv, .deadline = deadline_in(READ_MS), .stoppable = true, .output_fd = -1 };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *words = NULL;
        PackageFileIdentity identity = { 0 };

        if (process_run(host, &spec, &result, err) < 0)
                return -1;
        take_field(result.output, "Package:", identity.name, sizeof(identity.name));
        take_field(result.output, "Version:", identity.version, sizeof(identity.version));
        take_field(result.output, "Architecture:", identity.architecture, sizeof(identity.architecture));
        if (result.exit_status == 0 && *identity.name && *identity.version) {
                *ret = identity;
                return 0;
        }
        words = process_last_line(result.output, 200);
        return error_set(err, ERROR_INPUT, "it is no Debian package: %s", words);
}

const PackageFileFormat package_file_deb = {
        .extension = ".deb",
        .verify = deb_verify,
        .read = deb_read,
        .architecture = architecture_of,
};
