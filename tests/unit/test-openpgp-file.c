/* The forms a key file comes in, and what is none. */
#include "platform/armor.h"
#include "tests/unit/openpgp_packets.h"

static void all_forms_of_length_are_read(void **state)
{
        static const char headers[][6] = { "\xc6\x10", "\xc6\xff\0\0\0\x10", "\x98\x10", "\x99\0\x10",
                                           "\x9a\0\0\0\x10" };
        static const size_t lengths[] = { 2, 6, 2, 3, 5 };
        size_t i;

        for (i = 0; i < ELEMENTSOF(lengths); i++) {
                _cleanup_(text_clear) Text data = { 0 };
                _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
                unsigned char body[16];

                key_body('A', body);
                text_append_bytes(&data, headers[i], lengths[i]);
                text_append_bytes(&data, body, 16);
                read_all(&data, &file);
                assert_outline(&file, 'A', "k");
        }
}

static void two_octet_length_is_read(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_key(&data, 'A');
        text_append_bytes(&data, "\xcd\xc1\x02", 3); /* user id of 192 + 256 + 2 bytes */
        text_append(&data, "%0450d", 7);
        add_signature(&data, CERTIFICATION, 'A', false);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
}

static void damaged_packets_are_refused(void **state)
{
        static const struct {
                const char *bytes;
                size_t length;
                const char *words;
        } rows[] = {
                { "\xc6\xe4"
                  "data",
                  6, "no OpenPGP packet of known length at offset 0" },   /* partial */
                { "\x9b\4data", 6, "no OpenPGP packet of known length" }, /* indeterminate */
                { "\xc6\x20\4", 3, "claims 32 bytes, 1 are left" },
                { "\xc6\xff\xff\xff\xff\xff", 6, "claims 4294967295 bytes, 0 are left" },
                { "\xc6\xff\0\0", 4, "no OpenPGP packet of known length" },
                { "\xc6\xc1", 2, "no OpenPGP packet of known length" },
                { "\xc6", 1, "no OpenPGP packet of known length" },
                { "\x80\1x", 3, "no OpenPGP packet of known length" }, /* tag 0 */
                { "\xc6\x01\x04", 3, "an OpenPGP key of 1 bytes is none" },
                { "\xcd\x01x\x41", 4, "no OpenPGP packet of known length at offset 3" },
                { "\xcd\x01x", 3, "no public key of version 4" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_refused(rows[i].bytes, rows[i].length, rows[i].words);
}

static void what_is_no_key_file_is_named(void **state)
{
        static const struct {
                const char *bytes;
                size_t length;
                const char *words;
        } rows[] = {
                { "", 0, "the key file is empty" },
                { " \r\n", 3, "the key file is empty" },
                { "<!DOCTYPE html><html>", 21, "the key file is an HTML page" },
                { "\xef\xbb\xbf\n <html>", 11, "the key file is an HTML page" },
                { "<pre>\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n", 43, "an HTML page" },
                { "{\"error\":1}", 11, "a JSON document" },
                { "Access denied", 13, "text without a key block" },
                { "\x1f\x8b\x08\0\0", 5, "a gzip file" },
                { "\0\0\0\x20\1\1\0\2KBXf\0", 13, "a GnuPG keybox" },
                { "\x7f"
                  "ELF\xff",
                  5, "of an unknown form" },
        };
        _cleanup_free_ char *large = text_allocate(OPENPGP_FILE_MAX + 1);
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_refused(rows[i].bytes, rows[i].length, rows[i].words);
        assert_refused(large, OPENPGP_FILE_MAX + 1, "too large");
}

static void too_many_keys_are_refused(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        int i;

        for (i = 0; i < OPENPGP_KEYS_MAX; i++)
                add_key(&data, (char)('A' + i));
        read_all(&data, &file);
        assert_int_equal(file.n_keys, OPENPGP_KEYS_MAX);
        add_key(&data, 'a');
        assert_refused(data.data, data.length, "more than 16 keys");
}

static void several_armored_blocks_are_read(void **state)
{
        _cleanup_(text_clear) Text one = { 0 }, two = { 0 }, data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_sound(&one, 'A', "alice");
        add_sound(&two, 'B', "bob");
        text_append(&data, "Keys of a repository, made by hand\n\n");
        add_armored(&data, &one, "Version: x\r\nComment: -----\r\n");
        text_append(&data, "\nand\n");
        add_armored(&data, &two, "");
        read_all(&data, &file);
        assert_int_equal(file.n_keys, 2);
        assert_outline(&file, 'A', "kus");
        assert_outline(&file, 'B', "kus");
}

#define BEGIN "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
#define END "-----END PGP PUBLIC KEY BLOCK-----\n"

static void damaged_armor_is_refused(void **state)
{
        static const struct {
                const char *text, *words;
        } rows[] = {
                { BEGIN "\nxA==\n=AAAA\n" END, "its checksum at line 4 does not match" },
                { BEGIN "\nxA==\n=AA\n" END, "line 4 of the armored key is no checksum" },
                { BEGIN "\nxA==\n=2GtE\n", "has no end line" },
                { BEGIN "\nxA==\n", "has no end line" },
                { BEGIN "\nx*==\n" END, "the armored key from line 3: not base64 at offset 1" },
                { BEGIN "xA==\n" END, "line 2 of the armored key is no header and no blank line" },
                { BEGIN "Version: 1\n", "ends after its headers" },
                { BEGIN "\nxA==\n-----END PGP MESSAGE-----\n", "line 4 is not the end" },
                { "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxA==\n", "another kind of armor" },
                { BEGIN "\n" END, "no public key of version 4" },
        };
        size_t i;

        for (i = 0; i < ELEMENTSOF(rows); i++)
                assert_refused(rows[i].text, strlen(rows[i].text), rows[i].words);
}

/* Any byte may turn, anywhere: an answer or an error, within bounds (the sanitizers watch). */
static void every_damaged_byte_is_survived(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        size_t i, bit;

        add_sound(&data, 'A', "alice");
        add_text(&data, SUBKEY, "\4subkey");
        add_sound(&data, 'B', "bob");
        for (i = 0; i < data.length; i++)
                for (bit = 0; bit < 8; bit++) {
                        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
                        _cleanup_free_ char *exact = text_allocate(data.length);
                        Error err = { 0 };

                        memcpy(exact, data.data, data.length);
                        exact[i] ^= (char)(1 << bit);
                        if (openpgp_read(exact, data.length, &file, &err) < 0)
                                assert_int_equal(err.kind, ERROR_INPUT);
                }
}

static void what_is_armored_is_read_back(void **state)
{
        unsigned char bytes[200];
        size_t i, length;

        for (i = 0; i < sizeof(bytes); i++)
                bytes[i] = (unsigned char)(i * 37);
        for (i = 1; i < sizeof(bytes); i++) {
                _cleanup_free_ char *text = armor_write(bytes, i);
                _cleanup_free_ unsigned char *back = NULL;
                Error err = { 0 };

                if (armor_read(text, strlen(text), &back, &length, &err) < 0)
                        fail_msg("%zu bytes: %s", i, err.text);
                assert_int_equal(length, i);
                assert_memory_equal(back, bytes, i);
                assert_true(strcspn(strstr(text, "\n\n") + 2, "\n") <= 64);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_forms_of_length_are_read), cmocka_unit_test(two_octet_length_is_read),
                cmocka_unit_test(damaged_packets_are_refused),  cmocka_unit_test(what_is_no_key_file_is_named),
                cmocka_unit_test(too_many_keys_are_refused),    cmocka_unit_test(several_armored_blocks_are_read),
                cmocka_unit_test(damaged_armor_is_refused),     cmocka_unit_test(every_damaged_byte_is_survived),
                cmocka_unit_test(what_is_armored_is_read_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
