/* Keyrings of a machine: key files made by hand, in folders of a scratch machine. */
#include "tests/unit/scratch.h"

#include "agent/steps/pinned_keys.h"
#include "openpgp_packets.h"
#include "platform/fs.h"
#include "platform/host_init.h"

#define OURS "/etc/pki/rpm-gpg/RPM-GPG-KEY-microsoft-prod"

/* A copy of the pinned key; they differ by name. */
static void put_key(const Scratch *scratch, const char *path, char letter, const char *name)
{
        _cleanup_(text_clear) Text packets = { 0 };

        add_key(&packets, letter);
        add_text(&packets, USER_ID, name);
        add_signature(&packets, CERTIFICATION, letter, false);
        scratch_write_bytes(scratch, path, packets.data, packets.length);
}

static PinnedKeys gather(Scratch *scratch, const char *keyring)
{
        static const char *pinned[2];
        static char print[OPENPGP_FINGERPRINT_HEX];
        PinnedKeys keys = { 0 };
        Error err = { 0 };

        fingerprint('a', print);
        pinned[0] = print;
        scratch->host.repository_keys = pinned;
        scratch_folder(scratch, "/made");
        if (pinned_keys_gather_of(&scratch->host, keyring, "", "/made", &keys, &err) < 0)
                fail_msg("%s", err.text);
        return keys;
}

static void count_copies(const Scratch *scratch, const PinnedKeys *keys, size_t n)
{
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        _cleanup_free_ char *made = NULL;
        size_t i, length;
        Error err = { 0 };

        for (i = 0; i < ELEMENTSOF(keys->files); i++) {
                assert_int_equal(fs_read(&scratch->host, keys->files[i], 100000, &made, &length, &err), 0);
                assert_int_equal(openpgp_read(made, length, &file, &err), 0);
                assert_int_equal(file.n_keys, n);
                openpgp_file_clear(&file);
                free(TAKE_PTR(made));
        }
}

/* Fedora ships some 300 keys in the folder of ours, and all of them sort before it. */
static void a_key_behind_hundreds_of_others_is_found(void **state)
{
        Scratch *scratch = *state;
        unsigned int i;

        for (i = 0; i < 300; i++) {
                _cleanup_free_ char *path = text_format("/etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-%03u-primary", i);

                put_key(scratch, path, 'b', "Distribution");
        }
        put_key(scratch, OURS, 'a', "Vendor");
        assert_int_equal(gather(scratch, "").n, 1);
}

/* Whatever it is called, and wherever it lies. */
static void the_keyring_of_the_source_is_looked_into_by_its_name(void **state)
{
        Scratch *scratch = *state;

        put_key(scratch, "/srv/keys/vendor", 'a', "Vendor");
        assert_int_equal(gather(scratch, "").n, 0);
        assert_int_equal(gather(scratch, "/srv/keys/vendor").n, 1);
}

/* Rpm refuses the one and takes the other. */
static void all_copies_of_a_key_count_that_differ(void **state)
{
        Scratch *scratch = *state;
        PinnedKeys keys;

        put_key(scratch, "/usr/share/keyrings/microsoft.gpg", 'a', "Vendor, of old");
        put_key(scratch, OURS, 'a', "Vendor");
        put_key(scratch, "/etc/pki/rpm-gpg/RPM-GPG-KEY-same", 'a', "Vendor");
        keys = gather(scratch, OURS);
        assert_int_equal(keys.n, 1);
        count_copies(scratch, &keys, 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_key_behind_hundreds_of_others_is_found, scratch_open, scratch_close),
                cmocka_unit_test_setup_teardown(the_keyring_of_the_source_is_looked_into_by_its_name, scratch_open,
                                                scratch_close),
                cmocka_unit_test_setup_teardown(all_copies_of_a_key_count_that_differ, scratch_open, scratch_close),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
