/*
 * Pipes are filled before the program starts and emptied when it has ended, so that nobody has to feed it: what goes
 * through is small, and a pipe is made as large as that. memfd_create would be no simpler, and is not in every kernel.
 */
#include "platform/host_openssl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_openssl_words.h"
#include "platform/process.h"
#include "platform/process_start.h"
#include "platform/trusted_folder.h"

#define FIPS_FILE_MAX 64
#define RUN_MS 10000 /* it takes milliseconds */
#define DESCRIPTORS_MAX 4
#define DESCRIPTOR_PATH_MAX 32

Tri host_openssl_fips(const Host *host)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;

        if (fs_read(host, HOST_OPENSSL_FIPS_FILE, FIPS_FILE_MAX, &text, &length, NULL) < 0)
                return TRI_UNKNOWN;
        if (!text) /* the running kernel lacks it; of a recorded machine nothing is known */
                return host_is_live(host) ? TRI_NO : TRI_UNKNOWN;
        return tri(text_equal(text_trim(text), "1"));
}

const char *host_openssl_choose(const Host *host, bool portable)
{
        return portable && host_openssl_fips(host) == TRI_YES ? HOST_OPENSSL_PROGRAM : NULL;
}

bool host_openssl_decides(const Host *host)
{
        return host->openssl && host_is_live(host);
}

Tri host_openssl_business(const Host *host)
{
        if (host_is_live(host) && !host->openssl && host_openssl_fips(host) == TRI_UNKNOWN)
                return TRI_UNKNOWN;
        return tri(host_openssl_decides(host));
}

/* --- descriptors ---------------------------------------------------------------------------------- */

/* What the program gets: "/proc/self/fd/N" each. */
typedef struct Handed {
        int fds[DESCRIPTORS_MAX];
        char paths[DESCRIPTORS_MAX][DESCRIPTOR_PATH_MAX];
        size_t n;
} Handed;

static void handed_clear(Handed *handed)
{
        while (handed->n > 0)
                close(handed->fds[--handed->n]);
}

static const char *handed_add(Handed *handed, int fd)
{
        char *path = handed->paths[handed->n];

        handed->fds[handed->n++] = fd;
        snprintf(path, DESCRIPTOR_PATH_MAX, "/proc/self/fd/%d", fd);
        return path;
}

/* It is the machine that keeps a system call of ours from us then, and not its cryptography that refuses something. */
static int fail_here(Error *err)
{
        if (err && err->kind == ERROR_DENIED)
                err->kind = ERROR_COMMAND;
        return -1;
}

/* A pipe that takes so many bytes without a reader. The read end never blocks. */
static int make_pipe(size_t length, int *ret_read, int *ret_write, Error *err)
{
        _cleanup_close_ int read_end = -1, write_end = -1;
        int size;

        if (process_pipe(&read_end, &write_end, err) < 0)
                return -1;
        size = fcntl(write_end, F_GETPIPE_SZ);
        if (size < 0 || (size_t)size < length)
                size = fcntl(write_end, F_SETPIPE_SZ, (int)length);
        if (size < 0 || (size_t)size < length) {
                error_errno(err, errno, "make a pipe for %zu bytes", length);
                return fail_here(err);
        }
        *ret_read = TAKE_FD(read_end);
        *ret_write = TAKE_FD(write_end);
        return 0;
}

/* *ret_path belongs to handed. */
static int hand_over(Handed *handed, const HostOpensslBytes *bytes, const char **ret_path, Error *err)
{
        _cleanup_close_ int read_end = -1, write_end = -1;
        ssize_t n;

        if (make_pipe(bytes->length, &read_end, &write_end, err) < 0)
                return -1;
        if (fcntl(write_end, F_SETFL, O_NONBLOCK) < 0)
                return error_errno(err, errno, "make a pipe");
        n = bytes->length > 0 ? write(write_end, bytes->data, bytes->length) : 0;
        if (n < 0 || (size_t)n < bytes->length)
                return error_set(err, ERROR_IO, "%zu bytes do not fit into a pipe", bytes->length);
        *ret_path = handed_add(handed, TAKE_FD(read_end));
        return 0;
}

static void read_all(int fd, Secret *plain)
{
        size_t length = 0;
        ssize_t n;

        do {
                n = read(fd, plain->data + length, plain->length - length);
                if (n > 0)
                        length += (size_t)n;
        } while ((n > 0 && length < plain->length) || (n < 0 && errno == EINTR));
        plain->length = length;
        plain->data[length] = '\0';
}

/* --- the program ---------------------------------------------------------------------------------- */

static int check_folder_of(const Host *host, const char *path, Error *err)
{
        _cleanup_free_ char *folder = text_copy(path);
        _cleanup_close_ int fd = -1;
        const char *missing;

        *strrchr(folder, '/') = '\0';
        return trusted_folder_open(host, folder, &fd, &missing, err);
}

/* It may be a link (alternatives), which only root can have made. */
static int check_program(const Host *host, Error *err)
{
        _cleanup_free_ char *real = realpath(host->openssl, NULL);
        Error found;

        if (!real)
                return error_set(err, ERROR_MISSING, "there is no program %s", host->openssl);
        if (check_folder_of(host, host->openssl, &found) < 0 || check_folder_of(host, real, &found) < 0 ||
            fs_check_trusted(host, real, &found) < 0)
                return error_set(err, ERROR_MISSING, "%s is not run: %s", host->openssl, found.text);
        return 0;
}

static int run(const Host *host, const char *const *argv, const Handed *handed, ProcessResult *ret, Error *err)
{
        const ProcessSpec spec = {
                .argv = argv,
                .passed = handed ? handed->fds : NULL,
                .n_passed = handed ? handed->n : 0,
                .deadline = deadline_in(RUN_MS),
                .stoppable = true,
                .output_fd = -1,
        };

        if (check_program(host, err) < 0)
                return -1;
        return process_run(host, &spec, ret, err) < 0 ? fail_here(err) : 0;
}

/* --- what it says --------------------------------------------------------------------------------- */

static int fail(const Host *host, const ProcessResult *result, Error *err)
{
        char words[HOST_OPENSSL_WORDS_MAX];

        if (host_openssl_read_words(result->output, words) == ERROR_DENIED)
                return error_set(err, ERROR_DENIED, "%s refused it: %s", host->openssl, words);
        return error_set(err, ERROR_COMMAND, "%s failed with exit code %d%s%s", host->openssl, result->exit_status,
                         *words ? ": " : "", words);
}

int host_openssl_version(const Host *host, char version[HOST_OPENSSL_VERSION_MAX], Error *err)
{
        const char *const argv[] = { host->openssl, "version", NULL };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_free_ char *shown = NULL;

        if (run(host, argv, NULL, &result, err) < 0)
                return -1;
        if (result.exit_status != 0)
                return fail(host, &result, err);
        shown = host_openssl_read_version(result.output, HOST_OPENSSL_VERSION_MAX - 8);
        snprintf(version, HOST_OPENSSL_VERSION_MAX, "%s", shown);
        return 0;
}

/* --- opening -------------------------------------------------------------------------------------- */

static int fail_to_open(const Host *host, const ProcessResult *result, Error *err)
{
        char words[HOST_OPENSSL_WORDS_MAX];

        if (host_openssl_read_words(result->output, words) != ERROR_TRUST)
                return fail(host, result, err);
        return error_set(
                err, ERROR_TRUST,
                "the key of the certificate does not open the content: it was encrypted with another key, or damaged");
}

typedef struct Opening {
        const Host *host;
        const HostOpensslBytes *der, *certificate_pem, *key_pem;
        Secret *ret_plain;
} Opening;

/*
 * *ret_key_step: it failed because the key of the content did not open. Only -debug_decrypt makes "cms" tell that; else
 * both commands go on with a random key, which ends in "bad decrypt" or, one time in 256, in garbage. All that the
 * option adds to the output are errors of openssl, and a wrong key leaves here with one text, whichever they were.
 */
static int open_by(const Opening *opening, const char *command, const char *option, bool *ret_key_step, Error *err)
{
        const HostOpensslBytes *der = opening->der;
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_(handed_clear) Handed handed = { 0 };
        const char *in = NULL, *certificate = NULL, *key = NULL;
        _cleanup_close_ int read_end = -1;
        int write_end = -1;

        *ret_key_step = false;
        /* twice: a pipe keeps pages, which the program may fill by halves; what comes is shorter than the CMS */
        if (hand_over(&handed, der, &in, err) < 0 ||
            hand_over(&handed, opening->certificate_pem, &certificate, err) < 0 ||
            hand_over(&handed, opening->key_pem, &key, err) < 0 ||
            make_pipe(2 * der->length, &read_end, &write_end, err) < 0)
                return -1;

        const char *const argv[] = { opening->host->openssl,
                                     command,
                                     "-decrypt",
                                     "-inform",
                                     "DER",
                                     "-in",
                                     in,
                                     "-recip",
                                     certificate,
                                     "-inkey",
                                     key,
                                     "-out",
                                     handed_add(&handed, write_end),
                                     option,
                                     NULL };

        if (run(opening->host, argv, &handed, &result, err) < 0)
                return -1;
        if (result.exit_status != 0) {
                *ret_key_step = host_openssl_read_key_step(result.output);
                return fail_to_open(opening->host, &result, err);
        }
        secret_allocate(opening->ret_plain, der->length);
        read_all(read_end, opening->ret_plain);
        return 0;
}

/*
 * The second command takes what the first of some versions does not, and is tried for that only: it would hide that the
 * key of the content is refused.
 */
int host_openssl_open(const Host *host, const HostOpensslBytes *der, const HostOpensslBytes *certificate_pem,
                      const HostOpensslBytes *key_pem, Secret *ret_plain, Error *err)
{
        const Opening opening = { host, der, certificate_pem, key_pem, ret_plain };
        bool key_step;
        Error first;

        if (open_by(&opening, "cms", "-debug_decrypt", &key_step, &first) == 0)
                return 0;
        if (!key_step && (first.kind == ERROR_DENIED || first.kind == ERROR_COMMAND) &&
            open_by(&opening, "smime", NULL, &key_step, NULL) == 0)
                return 0;
        return error_set(err, first.kind, "%s", first.text);
}

/* --- signatures ----------------------------------------------------------------------------------- */

int host_openssl_verify(const Host *host, const char *digest, const HostOpensslBytes *key_pem,
                        const HostOpensslBytes *data, const HostOpensslBytes *signature, bool *ret_valid, Error *err)
{
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        _cleanup_(handed_clear) Handed handed = { 0 };
        const char *key = NULL, *signed_by = NULL, *in = NULL;
        char option[32];

        snprintf(option, sizeof(option), "-%s", digest);
        if (hand_over(&handed, key_pem, &key, err) < 0 || hand_over(&handed, signature, &signed_by, err) < 0 ||
            hand_over(&handed, data, &in, err) < 0)
                return -1;

        const char *const argv[] = { host->openssl, "dgst", option, "-verify", key, "-signature", signed_by, in, NULL };

        if (run(host, argv, &handed, &result, err) < 0)
                return -1;
        if (result.exit_status == 0 && host_openssl_read_verified(result.output))
                *ret_valid = true;
        else if (result.exit_status != 0 && host_openssl_read_verdict(result.output))
                *ret_valid = false;
        else
                return fail(host, &result, err);
        return 0;
}
