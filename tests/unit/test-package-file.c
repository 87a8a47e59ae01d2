/* Packages that are files: the pure parts, and with the real gpg and gpgv (skipped where they are not installed). */
#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/steps/pinned_keys.h"
#include "openpgp_packets.h"
#include "platform/armor.h"
#include "platform/fs.h"
#include "platform/fs_digest.h"
#include "platform/fs_take.h"
#include "platform/openpgp_verify.h"
#include "platform/packages/clearsigned.h"
#include "platform/packages/deb_index.h"
#include "platform/packages/package_file.h"
#include "platform/host_init.h"

#define BEGIN "-----BEGIN PGP SIGNED MESSAGE-----\n"
#define SIGNATURE_BLOCK "-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n"
#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void a_clearsigned_text_is_taken_apart(void **state)
{
        static const char *const rows[][2] = {
                { BEGIN "Hash: SHA512\n\nOrigin: x\nSuite: y\n" SIGNATURE_BLOCK, "Origin: x\nSuite: y" },
                { BEGIN "\nOrigin: x\n" SIGNATURE_BLOCK, "Origin: x" },
                { BEGIN "\nOrigin: x \t\n\n y\r\n" SIGNATURE_BLOCK, "Origin: x\n\n y" },
                { BEGIN "Hash: SHA512\nHash: SHA256\n\n" SIGNATURE_BLOCK, "" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(text_clear) Text text = { 0 }, signature = { 0 };
                Error err = { 0 };

                if (clearsigned_split(rows[i][0], strlen(rows[i][0]), &text, &signature, &err) < 0)
                        fail_msg("%s: %s", rows[i][0], err.text);
                assert_string_equal(text.data ? text.data : "", rows[i][1]);
                assert_string_equal(signature.data, SIGNATURE_BLOCK);
        }
}

static void what_stands_beside_a_clearsigned_text_is_refused(void **state)
{
        static const char *const rows[] = {
                "",
                "Origin: x\n",
                "\n" BEGIN "\nOrigin: x\n" SIGNATURE_BLOCK,
                "Origin: evil\n" BEGIN "\nOrigin: x\n" SIGNATURE_BLOCK,
                BEGIN "\nOrigin: x\n" SIGNATURE_BLOCK "Origin: evil\n",
                BEGIN "\nOrigin: x\n" SIGNATURE_BLOCK BEGIN "\nOrigin: evil\n" SIGNATURE_BLOCK,
                BEGIN "Origin: evil\n\nOrigin: x\n" SIGNATURE_BLOCK,
                BEGIN "Hash: SHA512\nOrigin: x\n" SIGNATURE_BLOCK,
                BEGIN "\nOrigin: x\n- escaped\n" SIGNATURE_BLOCK,
                BEGIN "\nOrigin: x\n",
                BEGIN "\nOrigin: x\n-----BEGIN PGP SIGNATURE-----\n\nabcd\n",
                BEGIN "\nOrigin: x\n-----BEGIN PGP SIGNATURE-----\n-----BEGIN PGP SIGNATURE-----\n"
                      "-----END PGP SIGNATURE-----\n",
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                Text text = { 0 }, signature = { 0 };
                Error err = { 0 };

                if (clearsigned_split(rows[i], strlen(rows[i]), &text, &signature, &err) == 0)
                        fail_msg("%s", rows[i]);
                assert_int_equal(err.kind, ERROR_INPUT);
                assert_null(text.data);
        }
}

static void lists_of_packages_are_found_in_an_index(void **state)
{
        static const char release[] = "Origin: x\nMD5Sum:\n " A64 " 1 main/binary-amd64/Packages\nSHA256:\n " B64
                                      " 2 main/binary-amd64/Packages\n " A64 " 3 main/binary-amd64/Packages.gz\n " A64
                                      " 4 main/binary-arm64/Packages\n short 5 extra/binary-amd64/Packages\n " A64
                                      " 6 extra/binary-amd64/Packages\nSHA512:\n " A64 " 7 x/binary-amd64/Packages\n";
        char digest[CRYPTO_SHA256_HEX];
        _cleanup_free_ char *first = deb_release_list(release, sizeof(release) - 1, "amd64", 0);
        _cleanup_free_ char *second = deb_release_list(release, sizeof(release) - 1, "amd64", 1);

        assert_string_equal(first, "main/binary-amd64/Packages");
        assert_string_equal(second, "extra/binary-amd64/Packages");
        assert_null(deb_release_list(release, sizeof(release) - 1, "amd64", 2));
        assert_true(deb_release_digest(release, sizeof(release) - 1, first, digest));
        assert_string_equal(digest, "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB");
        assert_false(deb_release_digest(release, sizeof(release) - 1, "other", digest));
}

/* rpm 4.18 and 6 as they were seen; 4.11 by its sources, not run. */
static void all_of_an_rpm_has_to_be_signed(void **state)
{
        static const struct {
                const char *output;
                bool good;
        } rows[] = {
                { "/x.rpm:\n    Header V4 RSA/SHA256 Signature, key ID be1229cf: OK\n    Header SHA256 digest: OK\n"
                  "    Payload SHA256 digest: OK\n    V4 RSA/SHA256 Signature, key ID be1229cf: OK\n    MD5 digest: "
                  "OK\n",
                  true },
                { "/x.rpm:\n    Header V4 RSA/SHA256 Signature, key ID be1229cf: OK\n    Header SHA1 digest: OK\n"
                  "    Payload SHA256 digest: OK\n",
                  true },
                { "/x.rpm:\n    Header OpenPGP V4 RSA/SHA256 signature, key fingerprint: bc528686be1229cf: OK\n"
                  "    Header SHA256 digest: OK\n    Payload SHA256 digest: OK\n",
                  true },
                { "/x.rpm:\n    Header V3 RSA/SHA256 Signature, key ID be1229cf: OK\n    Header SHA1 digest: OK (0a)\n"
                  "    V3 RSA/SHA256 Signature, key ID be1229cf: OK\n    MD5 digest: OK (0b)\n",
                  true },
                { "/x.rpm:\n    V3 RSA/SHA256 Signature, key ID be1229cf: OK\n    MD5 digest: BAD Expected: OK (0b) "
                  "x\n",
                  false },
                { "/x.rpm:\n    Header V3 RSA/SHA256 Signature, key ID be1229cf: OK\n    Header SHA1 digest: OK (00)\n"
                  "    MD5 digest: OK\n",
                  false },
                { "/x.rpm:\n    Header V3 RSA/SHA256 Signature, key ID be1229cf: OK\n    MD5 digest: OK\n", false },
                { "/x.rpm:\n    Header SHA256 digest: OK\n    Payload SHA256 digest: OK\n", false },
                { "/x.rpm:\n    Header V4 RSA/SHA256 Signature, key ID 01234567: NOKEY\n    Payload SHA256 digest: "
                  "OK\n",
                  false },
                { "/x.rpm:\n    Header V4 RSA/SHA256 Signature, key ID be1229cf: OK\n    Payload SHA256 digest: BAD\n",
                  false },
                { "/x Signature, key: OK\n", false },
                { "", false },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                if (package_file_rpm_is_signed(rows[i].output, strlen(rows[i].output)) != rows[i].good)
                        fail_msg("%s", rows[i].output);
}

static void what_rpm_does_not_like_is_told(void **state)
{
        static const char *const rows[][2] = {
                { "/x.rpm:\n    Header V4 RSA/SHA256 Signature, key ID 01234567: NOKEY\n    Header SHA256 digest: OK\n"
                  "    Payload SHA256 digest: OK\n",
                  "rpm said: Header V4 RSA/SHA256 Signature, key ID 01234567: NOKEY" },
                { "/x.rpm:\n    Header V4 RSA/SHA256 Signature, key ID be1229cf: OK\n    Payload SHA256 digest: BAD "
                  "(Expected 0a != 0b)\n    MD5 digest: OK\n",
                  "rpm said: Payload SHA256 digest: BAD (Expected 0a != 0b)" },
                { "/x.rpm:\n    Header SHA256 digest: OK\n    Payload SHA256 digest: OK\n",
                  "rpm checked digests, and no signature that covers all of it" },
                { "error: /x.rpm: not an rpm package\n", "rpm said: error: /x.rpm: not an rpm package" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_free_ char *told = package_file_rpm_complaint(rows[i][0], strlen(rows[i][0]));

                assert_string_equal(told, rows[i][1]);
        }
}

static void a_copy_is_of_a_regular_file_of_bounded_size(void **state)
{
        Scratch *scratch = *state;
        _cleanup_free_ char *link = text_format("%s/link", scratch->root),
                            *pipe = text_format("%s/pipe", scratch->root), *bytes = NULL;
        char digest[CRYPTO_SHA256_HEX], same[CRYPTO_SHA256_HEX];
        Error err = { 0 };
        size_t length;

        scratch_write(scratch, "/file", "hello");
        assert_int_equal(fs_take(&scratch->host, "/file", "/copy", 5, 0644, &err), 0);
        assert_int_equal(fs_read(&scratch->host, "/copy", 100, &bytes, &length, &err), 0);
        assert_string_equal(bytes, "hello");
        assert_int_equal(fs_sha256_hex(&scratch->host, "/copy", 5, digest, &err), 0);
        crypto_sha256_hex("hello", 5, same);
        assert_string_equal(digest, same);
        assert_int_equal(fs_sha256_hex(&scratch->host, "/copy", 4, digest, &err), -1);
        assert_int_equal(fs_take(&scratch->host, "/file", "/copy", 4, 0644, &err), -1);
        assert_non_null(strstr(err.text, "/file has 5 bytes, more than 4"));
        assert_int_equal(symlink("file", link), 0);
        assert_int_equal(fs_take(&scratch->host, "/link", "/copy", 5, 0644, &err), -1);
        assert_non_null(strstr(err.text, "is a symbolic link"));
        assert_int_equal(mkfifo(pipe, 0600), 0);
        assert_int_equal(fs_take(&scratch->host, "/pipe", "/copy", 5, 0644, &err), -1);
        assert_non_null(strstr(err.text, "is no regular file"));
        assert_int_equal(fs_take(&scratch->host, "/none", "/copy", 5, 0644, &err), -1);
        assert_int_equal(err.kind, ERROR_MISSING);
}

/* --- with gpg -------------------------------------------------------------------------------------------- */

/* Runs a shell line in the scratch folder; gpg's home is there too. */
static bool shell(const Scratch *scratch, const char *line)
{
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                int null = open("/dev/null", O_RDWR | O_CLOEXEC);

                if (chdir(scratch->root) < 0)
                        _exit(126);
                dup2(null, 0);
                dup2(null, 1);
                dup2(null, 2);
                setenv("GNUPGHOME", scratch->root, 1);
                execl("/bin/sh", "sh", "-ec", line, NULL);
                _exit(127);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static const char make_keys[] =
        "command -v gpg gpgv; g='gpg --batch --yes --quiet --pinentry-mode loopback --passphrase \"\"'\n"
        "for who in ours theirs; do eval $g --quick-gen-key $who@keys.test rsa2048 sign never; "
        "eval $g --export $who@keys.test > $who.gpg; done\n"
        "echo package > package.deb; mkdir -p index work\n"
        "printf 'Package: x\\nSHA256: %s\\n\\n' $(sha256sum package.deb | cut -d' ' -f1) > index/Packages\n"
        "printf 'Origin: x\\nSHA256:\\n %s 1 main/binary-amd64/Packages\\n' "
        "$(sha256sum index/Packages | cut -d' ' -f1) > Release\n"
        "for who in ours theirs; do eval $g --armor --local-user $who@keys.test --detach-sign -o $who.asc package.deb; "
        "eval $g --local-user $who@keys.test --clearsign -o $who.InRelease Release; done\n"
        "cat ours.asc theirs.asc > both.asc; gpgconf --kill all\n";

static char *below(const Scratch *scratch, const char *name)
{
        return text_format("%s/%s", scratch->root, name);
}

static int verify(const Scratch *scratch, const char *keyring, const char *signature, const char *file, Error *err)
{
        _cleanup_free_ char *k = below(scratch, keyring), *s = below(scratch, signature), *f = below(scratch, file);
        Host host;

        host_init(&host);
        return openpgp_verify(&host, k, s, f, scratch->root, err);
}

static void a_signature_is_good_by_the_keys_given_alone(void **state)
{
        Scratch *scratch = *state;
        Error err = { 0 };

        if (!shell(scratch, make_keys))
                skip();
        if (verify(scratch, "ours.gpg", "ours.asc", "package.deb", &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(verify(scratch, "ours.gpg", "theirs.asc", "package.deb", &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_non_null(strstr(err.text, "No public key"));
        assert_int_equal(verify(scratch, "ours.gpg", "both.asc", "package.deb", &err), -1);
        assert_int_equal(verify(scratch, "ours.gpg", "ours.asc", "Release", &err), -1);
        assert_int_equal(verify(scratch, "ours.gpg", "Release", "package.deb", &err), -1);
        assert_int_equal(verify(scratch, "none.gpg", "ours.asc", "package.deb", &err), -1);
}

static bool is_listed(const Scratch *scratch, const char *index, Error *why)
{
        _cleanup_free_ char *folder = below(scratch, "index"), *work = below(scratch, "work"),
                            *keyring = below(scratch, "ours.gpg"), *package = below(scratch, "package.deb"),
                            *copy = text_format("cp %s index/InRelease", index);
        char digest[CRYPTO_SHA256_HEX], signer[PACKAGE_FILE_SIGNER_MAX] = "";
        const DebIndexSearch search = {
                .folder = folder, .architecture = "amd64", .keyring = keyring, .work = work, .digest = digest
        };
        bool found = false;
        Error err = { 0 };
        Host host;

        host_init(&host);
        *why = (Error){ 0 };
        assert_true(shell(scratch, copy));
        assert_int_equal(fs_sha256_hex(&host, package, 1000, digest, &err), 0);
        if (deb_index_lists(&host, &search, &found, signer, why, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(found, *signer != '\0');
        return found;
}

static void a_package_is_listed_by_a_signed_index(void **state)
{
        Scratch *scratch = *state;
        Error why = { 0 };

        if (!shell(scratch, make_keys))
                skip();
        if (!is_listed(scratch, "ours.InRelease", &why))
                fail_msg("%s", why.text);
        assert_false(is_listed(scratch, "theirs.InRelease", &why));
        assert_non_null(strstr(why.text, "No public key"));
        assert_true(shell(scratch, "sed s/Origin/origin/ ours.InRelease > altered; "
                                   "(echo Origin: evil; cat ours.InRelease) > behind"));
        assert_false(is_listed(scratch, "altered", &why));
        assert_non_null(strstr(why.text, "BAD signature"));
        assert_false(is_listed(scratch, "behind", &why));
        assert_true(shell(scratch, "echo other > package.deb"));
        assert_false(is_listed(scratch, "ours.InRelease", &why));
        assert_true(shell(scratch, "echo >> index/Packages"));
        assert_false(is_listed(scratch, "ours.InRelease", &why));
        assert_non_null(strstr(why.text, "is not the one that is signed"));
}

static void pinned_keys_are_gathered_by_their_fingerprints_alone(void **state)
{
        static const char fingerprint[] = "gpg --batch --with-colons --list-keys ours@keys.test | "
                                          "sed -n 's/^fpr:*\\(.*\\):$/\\1/p' > print; mkdir -p keys made; "
                                          "cp ours.gpg keys/a.gpg; cp theirs.gpg keys/b.gpg";
        Scratch *scratch = *state;
        const char *pinned[2] = { NULL, NULL };
        _cleanup_free_ char *print = NULL, *made = NULL, *plain = NULL, *mine = NULL;
        size_t length, made_length, mine_length;
        PinnedKeys keys = { 0 };
        Error err = { 0 };

        if (!shell(scratch, make_keys))
                skip();
        assert_true(shell(scratch, fingerprint));
        assert_int_equal(fs_read(&scratch->host, "/print", 100, &print, &length, &err), 0);
        assert_int_equal(pinned_keys_gather(&scratch->host, "/keys", "/made", &keys, &err), 0);
        assert_int_equal(keys.n, 0);
        pinned[0] = text_trim(print);
        scratch->host.repository_keys = pinned;
        if (pinned_keys_gather(&scratch->host, "/keys", "/made", &keys, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(keys.n, 1);
        assert_int_equal(fs_read(&scratch->host, keys.files[0], 10000, &made, &made_length, &err), 0);
        assert_int_equal(fs_read(&scratch->host, "/ours.gpg", 10000, &mine, &mine_length, &err), 0);
        assert_int_equal(made_length, mine_length);
        assert_memory_equal(made, mine, mine_length);
        assert_int_equal(fs_read(&scratch->host, keys.files[1], 10000, &plain, &made_length, &err), 0);
        assert_true(armor_is_present(plain, made_length));
}

static void put_key(const Scratch *scratch, const char *path, bool revoked)
{
        _cleanup_(text_clear) Text packets = { 0 };

        add_key(&packets, 'a');
        if (revoked)
                add_signature(&packets, KEY_REVOCATION, 'a', true);
        add_text(&packets, USER_ID, "Vendor");
        add_signature(&packets, CERTIFICATION, 'a', false);
        scratch_write_bytes(scratch, path, packets.data, packets.length);
}

static PinnedKeys gather(Scratch *scratch)
{
        static const char *pinned[2];
        static char print[OPENPGP_FINGERPRINT_HEX];
        PinnedKeys keys = { 0 };
        Error err = { 0 };

        fingerprint('a', print);
        pinned[0] = print;
        scratch->host.repository_keys = pinned;
        scratch_folder(scratch, "/made");
        if (pinned_keys_gather_beside(&scratch->host, "/keys", "/made", &keys, &err) < 0)
                fail_msg("%s", err.text);
        return keys;
}

static void a_revoked_copy_beside_a_package_takes_nothing_from_a_good_one(void **state)
{
        Scratch *scratch = *state;
        PinnedKeys keys;

        put_key(scratch, "/keys/a.gpg", true);
        keys = gather(scratch);
        assert_int_equal(keys.n, 0);
        assert_string_equal(keys.revoked, "/keys/a.gpg");
        put_key(scratch, "/keys/b.gpg", false);
        keys = gather(scratch);
        assert_int_equal(keys.n, 1);
        assert_string_equal(keys.revoked, "");
        _cleanup_free_ char *good = below(scratch, "keys/b.gpg");
        assert_int_equal(remove(good), 0);
        put_key(scratch, "/etc/apt/keyrings/vendor.gpg", false);
        assert_int_equal(gather(scratch).n, 1);
}

/* Only root writes there: it is believed. */
static void what_the_machines_own_keyrings_revoke_is_not_used(void **state)
{
        Scratch *scratch = *state;
        PinnedKeys keys;

        put_key(scratch, "/usr/share/keyrings/vendor.gpg", true);
        put_key(scratch, "/etc/apt/keyrings/vendor.gpg", false);
        put_key(scratch, "/keys/a.gpg", false);
        keys = gather(scratch);
        assert_int_equal(keys.n, 0);
        assert_string_equal(keys.revoked, "/usr/share/keyrings/vendor.gpg");
}

/* A folder of keyrings that a source names is one of them, wherever it lies. */
static void what_a_keyring_of_a_source_revokes_is_not_used_either(void **state)
{
        Scratch *scratch = *state;
        PinnedKeys keys = { 0 };
        Error err = { 0 };

        put_key(scratch, "/keys/a.gpg", true);
        put_key(scratch, "/etc/apt/keyrings/vendor.gpg", false);
        assert_int_equal(gather(scratch).n, 1);
        if (pinned_keys_gather(&scratch->host, "/keys", "/made", &keys, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(keys.n, 0);
        assert_string_equal(keys.revoked, "/keys/a.gpg");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_clearsigned_text_is_taken_apart),
                cmocka_unit_test(what_stands_beside_a_clearsigned_text_is_refused),
                cmocka_unit_test(lists_of_packages_are_found_in_an_index),
                cmocka_unit_test(all_of_an_rpm_has_to_be_signed),
                cmocka_unit_test(what_rpm_does_not_like_is_told),
                cmocka_unit_test_setup_teardown(a_copy_is_of_a_regular_file_of_bounded_size, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_signature_is_good_by_the_keys_given_alone, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_package_is_listed_by_a_signed_index, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_a_keyring_of_a_source_revokes_is_not_used_either, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(a_revoked_copy_beside_a_package_takes_nothing_from_a_good_one,
                                                scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(what_the_machines_own_keyrings_revoke_is_not_used, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(pinned_keys_are_gathered_by_their_fingerprints_alone, scratch_open,
                                                scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
