/* The same module against the real gpg and gpgv, in a home of its own; skipped where they are not installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/wait.h>

#include "platform/armor.h"
#include "platform/base/text.h"
#include "platform/openpgp.h"

#define ALICE "Alice <alice@keys.test>"
#define BOB "Bob <bob@keys.test>"

typedef struct Home {
        char folder[32];
        char alice[OPENPGP_FINGERPRINT_HEX], bob[OPENPGP_FINGERPRINT_HEX];
} Home;

/* Runs a program below the home; output (both streams) goes to its file "out". Its exit status. */
static int run(const Home *home, const char *const argv[])
{
        pid_t pid = fork();
        int status;

        assert_true(pid >= 0);
        if (pid == 0) {
                int out;

                if (chdir(home->folder) < 0)
                        _exit(126);
                out = open("out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
                dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
                dup2(out, 1);
                dup2(out, 2);
                setenv("GNUPGHOME", home->folder, 1);
                execvp(argv[0], (char *const *)argv);
                _exit(127);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *slurp(const Home *home, const char *name, size_t *ret_length)
{
        _cleanup_free_ char *path = text_format("%s/%s", home->folder, name);
        _cleanup_fclose_ FILE *file = fopen(path, "re");
        char *data = text_allocate(OPENPGP_FILE_MAX);

        assert_non_null(file);
        *ret_length = fread(data, 1, OPENPGP_FILE_MAX - 1, file);
        return data;
}

static void spill(const Home *home, const char *name, const void *data, size_t length)
{
        _cleanup_free_ char *path = text_format("%s/%s", home->folder, name);
        _cleanup_fclose_ FILE *file = fopen(path, "we");

        assert_non_null(file);
        assert_int_equal(fwrite(data, 1, length, file), length);
}

static void must_run(const Home *home, const char *const argv[])
{
        int status = run(home, argv);
        size_t length;

        if (status != 0) {
                _cleanup_free_ char *out = slurp(home, "out", &length);

                fail_msg("%s ended with %d: %s", argv[0], status, out);
        }
}

#define RUN(home, ...) must_run(home, (const char *const[]){ __VA_ARGS__, NULL })
#define GPG(home, ...)                                                                                                 \
        RUN(home, "gpg", "--batch", "--yes", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", \
            __VA_ARGS__)

static void look_up(const Home *home, const char *user, char fingerprint[OPENPGP_FINGERPRINT_HEX])
{
        _cleanup_free_ char *out = NULL;
        const char *line;
        size_t length;

        GPG(home, "--with-colons", "--list-keys", user);
        out = slurp(home, "out", &length);
        line = strstr(out, "\nfpr:::::::::");
        assert_non_null(line);
        snprintf(fingerprint, OPENPGP_FINGERPRINT_HEX, "%s", line + strlen("\nfpr:::::::::"));
}

static int setup(void **state)
{
        Home *home = text_allocate(sizeof(*home));

        *state = home;
        snprintf(home->folder, sizeof(home->folder), "/tmp/openpgp-XXXXXX");
        assert_non_null(mkdtemp(home->folder));
        GPG(home, "--quick-gen-key", ALICE, "rsa2048", "sign", "never");
        GPG(home, "--quick-gen-key", BOB, "ed25519", "sign", "never");
        look_up(home, ALICE, home->alice);
        look_up(home, BOB, home->bob);
        GPG(home, "--quick-add-key", home->alice, "ed25519", "sign", "never");
        GPG(home, "--quick-add-uid", home->alice, "Alice at work <alice@work.test>");
        GPG(home, "--local-user", home->bob, "--quick-sign-key", home->alice);
        return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        return remove(path) < 0 && type != FTW_NS ? -1 : 0;
}

static int teardown(void **state)
{
        Home *home = *state;

        run(home, (const char *const[]){ "gpgconf", "--kill", "all", NULL });
        nftw(home->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        free(home);
        return 0;
}

static void read_export(const Home *home, const char *name, OpenpgpFile *file)
{
        size_t length;
        _cleanup_free_ char *data = slurp(home, name, &length);
        Error err = { 0 };

        if (openpgp_read(data, length, file, &err) < 0)
                fail_msg("%s", err.text);
}

static const OpenpgpKey *find(const OpenpgpFile *file, const char *fingerprint)
{
        const OpenpgpKey *key = NULL;
        Error err = { 0 };

        if (openpgp_find(file, fingerprint, &key, &err) < 0)
                fail_msg("%s", err.text);
        assert_non_null(key);
        return key;
}

/* What gpg sees in the stripped key, in its colon form. */
static char *show(const Home *home, const OpenpgpKey *key)
{
        size_t length;

        spill(home, "stripped", key->packets, key->length);
        GPG(home, "--with-colons", "--import-options", "show-only", "--import", "stripped");
        return slurp(home, "out", &length);
}

static void armored_export_of_two_keys_is_read(void **state)
{
        const Home *home = *state;
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        GPG(home, "--armor", "--output", "two.asc", "--export", home->alice, home->bob);
        read_export(home, "two.asc", &file);
        assert_int_equal(file.n_keys, 2);
        find(&file, home->alice);
        find(&file, home->bob);
}

static void subkey_and_foreign_signature_do_not_reach_gpg(void **state)
{
        const Home *home = *state;
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        _cleanup_free_ char *before = NULL, *after = NULL;
        size_t length;

        GPG(home, "--output", "alice.gpg", "--export", home->alice);
        GPG(home, "--with-colons", "--with-sig-list", "--import-options", "show-only", "--import", "alice.gpg");
        before = slurp(home, "out", &length);
        assert_non_null(strstr(before, "\nsub:"));
        read_export(home, "alice.gpg", &file);
        after = show(home, find(&file, home->alice));
        assert_non_null(strstr(after, home->alice));
        assert_non_null(strstr(after, ALICE));
        assert_non_null(strstr(after, "alice@work.test"));
        assert_null(strstr(after, "\nsub:"));
        assert_null(memmem(find(&file, home->alice)->packets, find(&file, home->alice)->length, "bob", 3));
}

/* Bob's user id and certification, pasted behind Alice's key. */
static void smuggled_user_id_does_not_reach_gpg(void **state)
{
        const Home *home = *state;
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 }, bob = { 0 };
        _cleanup_(text_clear) Text mixed = { 0 };
        _cleanup_free_ char *shown = NULL, *alice = NULL;
        const OpenpgpKey *key;
        size_t length, skipped;

        GPG(home, "--output", "alice.gpg", "--export", home->alice);
        GPG(home, "--output", "bob.gpg", "--export", home->bob);
        read_export(home, "bob.gpg", &bob);
        key = find(&bob, home->bob);
        skipped = 2u + key->packets[1];
        alice = slurp(home, "alice.gpg", &length);
        text_append_bytes(&mixed, alice, length);
        text_append_bytes(&mixed, key->packets + skipped, key->length - skipped);
        assert_non_null(memmem(mixed.data, mixed.length, BOB, strlen(BOB)));
        spill(home, "mixed.gpg", mixed.data, mixed.length);
        read_export(home, "mixed.gpg", &file);
        assert_int_equal(file.n_keys, 1);
        shown = show(home, find(&file, home->alice));
        assert_non_null(strstr(shown, ALICE));
        assert_null(strstr(shown, BOB));
}

static void stripped_keyring_verifies_the_key_and_not_its_subkey(void **state)
{
        const Home *home = *state;
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        _cleanup_free_ char *exactly = text_format("%s!", home->alice);
        const OpenpgpKey *key;

        GPG(home, "--output", "alice.gpg", "--export", home->alice);
        spill(home, "message", "text", 4);
        GPG(home, "--local-user", exactly, "--output", "by-key.sig", "--detach-sign", "message");
        GPG(home, "--local-user", home->alice, "--output", "by-subkey.sig", "--detach-sign", "message");
        read_export(home, "alice.gpg", &file);
        key = find(&file, home->alice);
        spill(home, "stripped.gpg", key->packets, key->length);
        RUN(home, "gpgv", "--keyring", "./stripped.gpg", "by-key.sig", "message");
        RUN(home, "gpgv", "--keyring", "./alice.gpg", "by-subkey.sig", "message");
        assert_int_not_equal(run(home, (const char *const[]){ "gpgv", "--keyring", "./stripped.gpg", "by-subkey.sig",
                                                              "message", NULL }),
                             0);
        spill(home, "message", "tExt", 4);
        assert_int_not_equal(run(home, (const char *const[]){ "gpgv", "--keyring", "./stripped.gpg", "by-key.sig",
                                                              "message", NULL }),
                             0);
}

/* gpg writes a revocation with every new key, disarmed by a colon before the dashes. */
static void what_we_armor_is_taken_by_gpg(void **state)
{
        const Home *home = *state;
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        _cleanup_free_ char *armored = NULL, *seen = NULL;
        const OpenpgpKey *key;
        size_t length;

        GPG(home, "--armor", "--output", "armor.asc", "--export", home->alice);
        read_export(home, "armor.asc", &file);
        key = find(&file, home->alice);
        armored = armor_write(key->packets, key->length);
        spill(home, "armored", armored, strlen(armored));
        GPG(home, "--with-colons", "--import-options", "show-only", "--import", "armored");
        seen = slurp(home, "out", &length);
        assert_non_null(strstr(seen, home->alice));
}

static void key_revoked_by_gpg_is_refused(void **state)
{
        const Home *home = *state;
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        _cleanup_free_ char *name = text_format("openpgp-revocs.d/%s.rev", home->bob);
        size_t length;
        _cleanup_free_ char *text = slurp(home, name, &length);
        char *armor = strstr(text, ":-----BEGIN");
        const OpenpgpKey *key = NULL;
        Error err = { 0 };

        assert_non_null(armor);
        spill(home, "revocation.asc", armor + 1, strlen(armor + 1));
        GPG(home, "--import", "revocation.asc");
        GPG(home, "--armor", "--output", "revoked.asc", "--export", home->bob);
        read_export(home, "revoked.asc", &file);
        assert_int_equal(openpgp_find(&file, home->bob, &key, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(armored_export_of_two_keys_is_read),
                cmocka_unit_test(subkey_and_foreign_signature_do_not_reach_gpg),
                cmocka_unit_test(smuggled_user_id_does_not_reach_gpg),
                cmocka_unit_test(stripped_keyring_verifies_the_key_and_not_its_subkey),
                cmocka_unit_test(what_we_armor_is_taken_by_gpg),
                cmocka_unit_test(key_revoked_by_gpg_is_refused),
        };

        /* cmocka's own skip() reads as a failure in TAP */
        if (access("/usr/bin/gpg", X_OK) < 0 || access("/usr/bin/gpgv", X_OK) < 0) {
                puts("1..0 # SKIP gpg and gpgv are not installed");
                return 0;
        }
        return cmocka_run_group_tests(tests, setup, teardown);
}
