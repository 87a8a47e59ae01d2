/*
 * An .rpm carries its signature. rpm judges it by the keys of a database of our own, which holds the trusted ones
 * alone: what the machine's own database would also believe is of no account.
 */
#include "platform/packages/package_file.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/process.h"

#define RUN_MS 120000
#define SHOWN_MAX 200
#define NO_MD5                                                                                                         \
        "_pkgverify_flags 0x20000" /* rpm's RPMVSF_NOMD5: what is not looked at below costs more than all else         \
                                    */

static const char *architecture_of(const char *machine)
{
        return machine;
}

static int run(const Host *host, const char *const *argv, ProcessResult *result, Error *err)
{
        const ProcessSpec spec = { .argv = argv, .deadline = deadline_in(RUN_MS), .stoppable = true, .output_fd = -1 };

        if (process_run(host, &spec, result, err) < 0)
                return -1;
        return result->truncated ? error_set(err, ERROR_INPUT, "%s said more than can be read", argv[0]) : 0;
}

/* "...: OK", and of a digest with rpm 4.11 "...: OK (HEX)" */
static bool is_ok(const char *words)
{
        const char *digest = strstr(words, ": OK (");

        if (!digest)
                return text_ends_with(words, ": OK");
        digest += strlen(": OK (");
        return text_equal(digest + strspn(digest, "0123456789abcdef"), ")");
}

/*
 * "    Header V4 RSA/SHA256 Signature, key ID be1229cf: OK" (rpm 4), "Header OpenPGP V4 RSA/SHA256 signature, key
 * fingerprint: ...: OK" (rpm 6), "    Payload SHA256 digest: OK", "    MD5 digest: OK". Every line has to be good. The
 * payload has to be covered, by a signature of all (which speaks of no header) or by its digest in the header that is
 * signed; MD5 alone stands outside of it.
 */
bool package_file_rpm_is_signed(const char *output, size_t output_length)
{
        const char *cursor = output, *end = output + output_length, *line;
        bool header = false, whole = false, payload = false;
        size_t length;

        while (text_next_line(&cursor, end, &line, &length)) {
                _cleanup_free_ char *words = text_trim(text_copy_n(line, length));
                bool is_signature = strcasestr(words, "signature, key") != NULL;

                if (length == 0 || (*line != ' ' && *line != '\t')) /* the name of the file, a warning */
                        continue;
                if (!is_ok(words))
                        return false;
                header |= is_signature && text_starts_with(words, "Header ");
                whole |= is_signature && !text_starts_with(words, "Header ");
                payload |= text_starts_with(words, "Payload SHA") && strstr(words, "digest");
        }
        return whole || (header && payload);
}

char *package_file_rpm_complaint(const char *output, size_t output_length)
{
        const char *cursor = output, *end = output + output_length, *line;
        _cleanup_free_ char *last = NULL;
        bool checked = false;
        size_t length;

        while (text_next_line(&cursor, end, &line, &length)) {
                _cleanup_free_ char *words = text_trim(text_copy_n(line, length));

                if (length == 0 || (*line != ' ' && *line != '\t'))
                        continue;
                if (!is_ok(words)) {
                        _cleanup_free_ char *shown = text_escape(words, SHOWN_MAX);

                        return text_format("rpm said: %s", shown);
                }
                checked = true;
        }
        if (checked)
                return text_copy("rpm checked digests, and no signature that covers all of it");
        last = process_last_line(output, SHOWN_MAX);
        return text_format("rpm said: %s", last);
}

static int rpm_verify(const Host *host, const PackageFileCheck *check, char signer[PACKAGE_FILE_SIGNER_MAX], Error *err)
{
        _cleanup_free_ char *database = text_format("%s/rpmdb", check->work), *words = NULL, *refused = NULL;
        const char *const import[] = { "rpmkeys", "--dbpath", database, "--import", check->keys_armored, NULL };
        const char *const verify[] = { "rpmkeys",    "--dbpath",  database,    "--define", NO_MD5,
                                       "--checksig", "--verbose", check->file, NULL };
        _cleanup_(process_result_clear) ProcessResult imported = { 0 }, verified = { 0 };

        if (fs_make_folder(host, database, 0700, err) < 0 || run(host, import, &imported, err) < 0)
                return -1;
        /* it refuses one of them and takes the others: what got in is judged by */
        if (imported.exit_status != 0) {
                refused = process_last_line(imported.output, 200);
                log_debug("rpm does not take all of the pinned keys: %s", refused);
        }
        if (run(host, verify, &verified, err) < 0)
                return -1;
        if (verified.exit_status == 0 && package_file_rpm_is_signed(verified.output, verified.output_length)) {
                snprintf(signer, PACKAGE_FILE_SIGNER_MAX, "the package itself");
                return 0;
        }
        words = package_file_rpm_complaint(verified.output, verified.output_length);
        return error_set(err, ERROR_TRUST, "it has no good signature by a pinned key; %s%s%s", words,
                         refused ? "; of the pinned keys it said: " : "", refused ? refused : "");
}

static void take_line(const char **cursor, const char *end, char *ret, size_t size)
{
        _cleanup_free_ char *copy = NULL, *shown = NULL;
        const char *line;
        size_t length;

        if (!text_next_line(cursor, end, &line, &length))
                return;
        copy = text_copy_n(line, length);
        shown = text_escape(copy, size - 1);
        snprintf(ret, size, "%s", shown);
}

static int rpm_read(const Host *host, const char *file, PackageFileIdentity *ret, Error *err)
{
        const char *const argv[] = { "rpm",        "-qp",  "--nosignature",
                                     "--nodigest", "--qf", "mde-linux:%{NAME}\\n%{VERSION}-%{RELEASE}\\n%{ARCH}\\n",
                                     file,         NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *words = NULL;
        PackageFileIdentity identity = { 0 };
        const char *cursor, *end;

        if (run(host, argv, &result, err) < 0)
                return -1;
        cursor = strstr(result.output, "mde-linux:"); /* behind warnings */
        end = result.output + result.output_length;
        if (result.exit_status != 0 || !cursor) {
                words = process_last_line(result.output, 200);
                return error_set(err, ERROR_INPUT, "it is no rpm package: %s", words);
        }
        cursor += strlen("mde-linux:");
        take_line(&cursor, end, identity.name, sizeof(identity.name));
        take_line(&cursor, end, identity.version, sizeof(identity.version));
        take_line(&cursor, end, identity.architecture, sizeof(identity.architecture));
        *ret = identity;
        return 0;
}

const PackageFileFormat package_file_rpm = {
        .extension = ".rpm",
        .verify = rpm_verify,
        .verify_alone = true,
        .read = rpm_read,
        .architecture = architecture_of,
};
