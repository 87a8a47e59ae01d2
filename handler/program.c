#include "handler/program.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/base/text.h"
#include "platform/base/version.h"
#include "platform/crypto.h"
#include "platform/fs.h"
#include "platform/process.h"

#define CANDIDATE PROGRAM ".new"
#define BINARY_MAX (64 * 1024 * 1024)
#define PROOF_MS 10000

static int digest_of(const Host *host, const char *path, char digest[CRYPTO_SHA256_HEX], Error *err)
{
        _cleanup_free_ char *bytes = NULL;
        size_t length = 0;

        digest[0] = '\0';
        if (crypto_check(err) < 0 || fs_read(host, path, BINARY_MAX, &bytes, &length, err) < 0)
                return -1;
        if (bytes)
                crypto_sha256_hex(bytes, length, digest);
        return 0;
}

static int prove(const Host *host, const char *program, Error *err)
{
        const char *argv[] = { program, "--version", NULL };
        ProcessSpec spec = { .argv = argv, .deadline = deadline_in(PROOF_MS) };
        _cleanup_(process_result_clear) ProcessResult result = { 0 };

        if (process_run(host, &spec, &result, err) < 0)
                return error_prefix(err, "run %s", program);
        if (result.exit_status != 0 || !strstr(result.output, version_text)) {
                _cleanup_free_ char *said = process_last_line(result.output, 200);

                return error_set(err, ERROR_COMMAND, "%s does not run here (exit %d): %s", program, result.exit_status,
                                 said);
        }
        return 0;
}

/* A convenience for people: never over somebody else's file, never a reason to fail. */
static void make_link(const Host *host)
{
        _cleanup_free_ char *link = host_path(host, PROGRAM_LINK);

        if (fs_is_folder(host, "/usr/local/sbin") && symlink(PROGRAM, link) < 0 && errno != EEXIST)
                return;
}

static int replace(const Host *host, Error *err)
{
        _cleanup_free_ char *candidate = host_path(host, CANDIDATE), *program = host_path(host, PROGRAM);

        if (fs_copy(host, "/proc/self/exe", CANDIDATE, 0755, err) < 0)
                return -1;
        if (prove(host, CANDIDATE, err) < 0) {
                (void)unlink(candidate);
                return -1;
        }
        return rename(candidate, program) < 0 ? error_errno(err, errno, "put %s in place", PROGRAM) : 0;
}

/* Proven even when it is there already: units that cannot run it would never tell how they ended. */
int program_install(const Host *host, Error *err)
{
        char own[CRYPTO_SHA256_HEX], present[CRYPTO_SHA256_HEX];

        if (digest_of(host, "/proc/self/exe", own, err) < 0 || digest_of(host, PROGRAM, present, err) < 0)
                return -1;
        if (text_equal(own, present))
                return prove(host, PROGRAM, err);
        if (fs_make_folder(host, PROGRAM_FOLDER "/bin", 0755, err) < 0 || replace(host, err) < 0)
                return -1;
        make_link(host);
        return 0;
}

bool program_is_in_place(const Host *host)
{
        _cleanup_free_ char *path = host_path(host, PROGRAM);
        struct stat own, present;

        return stat("/proc/self/exe", &own) == 0 && lstat(path, &present) == 0 && S_ISREG(present.st_mode) &&
               (present.st_mode & S_IXUSR) && present.st_size == own.st_size;
}

int program_remove(const Host *host, Error *err)
{
        _cleanup_free_ char *link = host_path(host, PROGRAM_LINK);
        char target[sizeof(PROGRAM) + 1];
        ssize_t n = readlink(link, target, sizeof(target));

        if (n == (ssize_t)strlen(PROGRAM) && memcmp(target, PROGRAM, (size_t)n) == 0 &&
            fs_remove(host, PROGRAM_LINK, err) < 0)
                return -1;
        return fs_remove_tree(host, PROGRAM_FOLDER, err);
}

bool program_is_packaged(const Host *host)
{
        _cleanup_free_ char *path = host_path(host, PROGRAM_PACKAGED);
        struct stat st;

        return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IXUSR);
}
