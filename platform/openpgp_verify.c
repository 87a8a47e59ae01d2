#include "platform/openpgp_verify.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/process.h"

#define VERIFY_MS 120000 /* a slow disk */
#define SHOWN_MAX 200

/* What apt goes by: its own exceptions for keys of old are the distribution's decision. */
static const char *const policies[] = { "/etc/crypto-policies/back-ends/apt-sequoia.config",
                                        "/usr/share/apt/default-sequoia.config" };

/* Wants every signature of the file to be good. The status lines are gpg's stable interface; "gpgv: " begins others. */
static bool is_good_by_gpgv(const ProcessResult *result)
{
        static const char *const bad[] = { "BADSIG ", "ERRSIG ", "EXPSIG ", "EXPKEYSIG ", "REVKEYSIG " };
        const char *cursor = result->output, *end = cursor + result->output_length, *line;
        bool good = false, valid = false;
        size_t length, i;

        while (text_next_line(&cursor, end, &line, &length)) {
                static const char prefix[] = "[GNUPG:] ";
                _cleanup_free_ char *words = NULL;

                if (length < sizeof(prefix) || memcmp(line, prefix, sizeof(prefix) - 1) != 0)
                        continue;
                words = text_copy_n(line + sizeof(prefix) - 1, length - sizeof(prefix) + 1);
                good |= text_starts_with(words, "GOODSIG ");
                valid |= text_starts_with(words, "VALIDSIG ");
                for (i = 0; i < ELEMENTSOF(bad); i++)
                        if (text_starts_with(words, bad[i]))
                                return false;
        }
        return result->exit_status == 0 && !result->truncated && good && valid;
}

static bool is_good_by_sqv(const ProcessResult *result)
{
        return result->exit_status == 0;
}

static int run(const Host *host, const char *const *argv, const char *const *environment,
               bool (*is_good)(const ProcessResult *), bool *ret_good, char **ret_words, Error *err)
{
        _cleanup_(process_result_clear) ProcessResult result = { 0 };
        const ProcessSpec spec = { .argv = argv,
                                   .environment = environment,
                                   .deadline = deadline_in(VERIFY_MS),
                                   .stoppable = true,
                                   .output_fd = -1 };

        if (process_run(host, &spec, &result, err) < 0)
                return -1;
        *ret_good = is_good(&result);
        *ret_words = process_last_line(result.output, SHOWN_MAX);
        return 0;
}

int openpgp_verify(const Host *host, const char *keyring, const char *signature, const char *file, const char *home,
                   Error *err)
{
        const char *const gpgv[] = { "gpgv",          "--homedir", home,        "--status-fd", "1",
                                     "--weak-digest", "SHA1",      "--keyring", keyring,       "--",
                                     signature,       file,        NULL };
        const char *const sqv[] = { "sqv", "--keyring", keyring, signature, file, NULL };
        _cleanup_free_ char *words = NULL, *policy = NULL;
        const char *environment[2] = { NULL, NULL };
        Error missing = { 0 };
        bool good = false;
        size_t i;
        int result = run(host, gpgv, NULL, is_good_by_gpgv, &good, &words, &missing);

        if (result < 0 && missing.kind == ERROR_MISSING) {
                for (i = 0; i < ELEMENTSOF(policies) && !policy; i++)
                        if (fs_exists(host, policies[i]))
                                environment[0] = policy = text_format("SEQUOIA_CRYPTO_POLICY=%s", policies[i]);
                result = run(host, sqv, environment, is_good_by_sqv, &good, &words, &missing);
        }
        if (result < 0 && missing.kind == ERROR_MISSING)
                return error_set(err, ERROR_MISSING, "neither gpgv nor sqv is installed: install gpgv");
        if (result < 0)
                return error_set(err, missing.kind, "%s", missing.text);
        return good ? 0 : error_set(err, ERROR_TRUST, "%s", *words ? words : "the signature is not good");
}
