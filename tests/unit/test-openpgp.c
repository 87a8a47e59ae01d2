#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "platform/base/text.h"
#include "platform/crypto.h"
#include "platform/openpgp.h"

enum { SIGNATURE = 2, SECRET = 5, KEY = 6, MARKER = 10, TRUST = 12, USER_ID = 13, SUBKEY = 14, ATTRIBUTE = 17 };
enum { CERTIFICATION = 0x13, DIRECT = 0x1f, KEY_REVOCATION = 0x20, USER_ID_REVOCATION = 0x30 };

/* ---- making packets: only their frame matters, nothing is signed here ------------------------------------------- */

static void add(Text *out, unsigned int tag, const void *body, size_t length)
{
        unsigned char header[] = { (unsigned char)(0xc0 | tag), 255, 0, 0, (unsigned char)(length >> 8),
                                   (unsigned char)length };

        text_append_bytes(out, header, sizeof(header));
        text_append_bytes(out, body, length);
}

static void add_old(Text *out, unsigned int tag, const void *body, size_t length)
{
        unsigned char header[] = { (unsigned char)(0x80 | tag << 2), (unsigned char)length };

        text_append_bytes(out, header, sizeof(header));
        text_append_bytes(out, body, length);
}

/* A key is told apart by one letter. */
static void key_body(char letter, unsigned char body[16])
{
        memset(body, letter, 16);
        body[0] = 4;
}

static void add_key(Text *out, char letter)
{
        unsigned char body[16];

        key_body(letter, body);
        add(out, KEY, body, sizeof(body));
}

static void fingerprint(char letter, char hex[OPENPGP_FINGERPRINT_HEX])
{
        unsigned char hashed[19] = { 0x99, 0, 16 };

        key_body(letter, hashed + 3);
        crypto_sha1_hex(hashed, sizeof(hashed), hex);
}

static void issuer_bytes(char letter, unsigned char bytes[20])
{
        char hex[OPENPGP_FINGERPRINT_HEX];
        unsigned int value, i;

        fingerprint(letter, hex);
        for (i = 0; i < 20; i++) {
                assert_int_equal(sscanf(hex + 2 * i, "%2x", &value), 1);
                bytes[i] = (unsigned char)value;
        }
}

/* by_fingerprint: subpacket 33 in the hashed area, else 16 in the other. Ends with a mark to tell it by. */
static void signature(Text *out, unsigned int type, char issuer, bool by_fingerprint)
{
        unsigned char head[] = { 4, (unsigned char)type, 1, 8 }, id[20];

        issuer_bytes(issuer, id);
        text_append_bytes(out, head, sizeof(head));
        if (by_fingerprint) {
                text_append_bytes(out, "\0\x17\x16\x21\x04", 5);
                text_append_bytes(out, id, 20);
                text_append_bytes(out, "\0\0", 2);
        } else {
                /* a long notation first, so that two-octet lengths are met */
                text_append_bytes(out, "\0\xcb\xc0\x09\x14", 5);
                text_append(out, "%0200d", 0);
                text_append_bytes(out, "\0\x0a\x09\x10", 4);
                text_append_bytes(out, id + 12, 8);
        }
        text_append_bytes(out, "LL\0\x08S", 5);
}

static void add_signature(Text *out, unsigned int type, char issuer, bool by_fingerprint)
{
        _cleanup_(text_clear) Text body = { 0 };

        signature(&body, type, issuer, by_fingerprint);
        add(out, SIGNATURE, body.data, body.length);
}

static void add_text(Text *out, unsigned int tag, const char *text)
{
        add(out, tag, text, strlen(text));
}

static void add_sound(Text *out, char letter, const char *name)
{
        add_key(out, letter);
        add_text(out, USER_ID, name);
        add_signature(out, CERTIFICATION, letter, false);
}

static void add_armored(Text *out, const Text *packets, const char *headers)
{
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const unsigned char *p = (const unsigned char *)packets->data;
        size_t i;

        text_append(out, "-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n%s\r\n", headers);
        for (i = 0; i < packets->length; i += 3) {
                size_t left = packets->length - i;
                unsigned int bits =
                        (unsigned int)p[i] << 16 | (left > 1 ? p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);

                text_append(out, "%c%c%c%c%s", alphabet[bits >> 18], alphabet[bits >> 12 & 63],
                            left > 1 ? alphabet[bits >> 6 & 63] : '=', left > 2 ? alphabet[bits & 63] : '=',
                            i % 48 == 45 ? "\r\n" : "");
        }
        text_append(out, "\r\n-----END PGP PUBLIC KEY BLOCK-----\r\n");
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

static void read_all(const Text *data, OpenpgpFile *file)
{
        Error err = { 0 };

        if (openpgp_read(data->data, data->length, file, &err) < 0)
                fail_msg("%s", err.text);
}

static void assert_refused(const void *data, size_t length, const char *words)
{
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        Error err = { 0 };

        assert_int_equal(openpgp_read(data, length, &file, &err), -1);
        assert_int_equal(err.kind, ERROR_INPUT);
        if (!strstr(err.text, words))
                fail_msg("expected \"%s\", not \"%s\"", words, err.text);
        assert_null(file.bytes);
}

static const OpenpgpKey *find(const OpenpgpFile *file, char letter)
{
        char hex[OPENPGP_FINGERPRINT_HEX];
        const OpenpgpKey *key = NULL;
        Error err = { 0 };

        fingerprint(letter, hex);
        if (openpgp_find(file, hex, &key, &err) < 0)
                fail_msg("%s", err.text);
        return key;
}

/* The tags that went out, as letters: key, uid, signature. */
static char *outline(const OpenpgpKey *key)
{
        static const char letters[] = "??s???k??????u";
        _cleanup_(text_clear) Text text = { 0 };
        size_t i = 0;

        while (i < key->length) {
                unsigned int tag = key->packets[i] >> 2 & 15, size = key->packets[i] & 3;

                assert_int_equal(key->packets[i] & 0xc0, 0x80);
                assert_true(size <= 1 && tag < sizeof(letters) - 1);
                text_append(&text, "%c", letters[tag]);
                i += size == 0 ? 2u + key->packets[i + 1] : 3u + (key->packets[i + 1] << 8 | key->packets[i + 2]);
        }
        assert_int_equal(i, key->length);
        return text_take(&text);
}

static void assert_outline(const OpenpgpFile *file, char letter, const char *expected)
{
        const OpenpgpKey *key = find(file, letter);
        _cleanup_free_ char *found = NULL;

        assert_non_null(key);
        found = outline(key);
        assert_string_equal(found, expected);
}

static bool holds(const OpenpgpKey *key, const char *words)
{
        return memmem(key->packets, key->length, words, strlen(words)) != NULL;
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

static void sound_key_goes_out_whole(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_key(&data, 'A');
        add_text(&data, USER_ID, "first");
        add_signature(&data, CERTIFICATION, 'A', false);
        add_signature(&data, 0x10, 'A', true);
        add_text(&data, USER_ID, "second");
        add_signature(&data, 0x12, 'A', true);
        read_all(&data, &file);
        assert_int_equal(file.n_keys, 1);
        assert_outline(&file, 'A', "kussus");
        assert_true(holds(&file.keys[0], "first") && holds(&file.keys[0], "second"));
}

static void fingerprint_is_found_in_any_case_with_blanks(void **state)
{
        _cleanup_(text_clear) Text data = { 0 }, spaced = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        char hex[OPENPGP_FINGERPRINT_HEX];
        const OpenpgpKey *key = NULL;
        Error err = { 0 };
        size_t i;

        add_sound(&data, 'A', "a");
        read_all(&data, &file);
        fingerprint('A', hex);
        for (i = 0; hex[i]; i++)
                text_append(&spaced, "%s%c", i % 4 ? "" : " ", hex[i] >= 'A' ? hex[i] + 32 : hex[i]);
        assert_int_equal(openpgp_find(&file, spaced.data, &key, &err), 0);
        assert_non_null(key);
        text_append(&spaced, "0");
        assert_int_equal(openpgp_find(&file, spaced.data, &key, &err), 0);
        assert_null(key);
        assert_int_equal(openpgp_find(&file, "", &key, &err), 0);
        assert_null(key);
}

static void each_key_of_several_is_kept_apart(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_sound(&data, 'A', "alice");
        add_sound(&data, 'B', "bob");
        read_all(&data, &file);
        assert_int_equal(file.n_keys, 2);
        assert_outline(&file, 'A', "kus");
        assert_outline(&file, 'B', "kus");
        assert_true(holds(find(&file, 'A'), "alice") && !holds(find(&file, 'A'), "bob"));
        assert_true(holds(find(&file, 'B'), "bob") && !holds(find(&file, 'B'), "alice"));
        assert_null(find(&file, 'C'));
}

static void subkeys_attributes_and_their_signatures_stay_behind(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_sound(&data, 'A', "alice");
        add_text(&data, ATTRIBUTE, "picture");
        add_signature(&data, CERTIFICATION, 'A', false);
        add_text(&data, SUBKEY, "\4subkey of somebody");
        add_signature(&data, 0x18, 'A', true);
        add_signature(&data, CERTIFICATION, 'A', true);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
        assert_false(holds(find(&file, 'A'), "subkey") || holds(find(&file, 'A'), "picture"));
}

static void foreign_signatures_and_user_ids_without_own_stay_behind(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_key(&data, 'A');
        add_signature(&data, DIRECT, 'A', true);
        add_signature(&data, CERTIFICATION, 'A', true); /* of no user id */
        add_text(&data, USER_ID, "smuggled");
        add_signature(&data, CERTIFICATION, 'B', false);
        add_text(&data, USER_ID, "bare");
        add_text(&data, USER_ID, "alice");
        add_signature(&data, CERTIFICATION, 'B', true);
        add_signature(&data, CERTIFICATION, 'A', false);
        add_signature(&data, USER_ID_REVOCATION, 'B', false);
        add_signature(&data, 0x28, 'A', false);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
        assert_true(holds(find(&file, 'A'), "alice"));
        assert_false(holds(find(&file, 'A'), "smuggled") || holds(find(&file, 'A'), "bare"));
}

static void signature_with_two_issuers_is_foreign(void **state)
{
        _cleanup_(text_clear) Text data = { 0 }, body = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        unsigned char ours[20], theirs[20];

        issuer_bytes('A', ours);
        issuer_bytes('B', theirs);
        add_key(&data, 'A');
        add_text(&data, USER_ID, "alice");
        text_append_bytes(&body, "\4\x13\1\x08\0\x17\x16\x21\4", 9);
        text_append_bytes(&body, theirs, 20);
        text_append_bytes(&body, "\0\x0a\x09\x10", 4);
        text_append_bytes(&body, ours + 12, 8);
        text_append_bytes(&body, "LL\0\x08S", 5);
        add(&data, SIGNATURE, body.data, body.length);
        read_all(&data, &file);
        assert_outline(&file, 'A', "k");
}

static void version_3_certification_is_kept(void **state)
{
        _cleanup_(text_clear) Text data = { 0 }, body = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        unsigned char ours[20];

        issuer_bytes('A', ours);
        add_key(&data, 'A');
        add_text(&data, USER_ID, "alice");
        text_append_bytes(&body, "\3\5\x10TIME", 7);
        text_append_bytes(&body, ours + 12, 8);
        text_append_bytes(&body, "\1\2LL\0\x08S", 7);
        add(&data, SIGNATURE, body.data, body.length);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
}

static void every_cut_of_a_signature_is_survived(void **state)
{
        _cleanup_(text_clear) Text body = { 0 };
        size_t i;

        signature(&body, CERTIFICATION, 'A', false);
        for (i = 0; i < body.length; i++) {
                _cleanup_(text_clear) Text data = { 0 };
                _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

                add_key(&data, 'A');
                add_text(&data, USER_ID, "alice");
                add(&data, SIGNATURE, body.data, i);
                read_all(&data, &file);
                assert_outline(&file, 'A', i < body.length - 5 ? "k" : "kus");
        }
}

static void trust_and_marker_packets_of_old_keyrings_are_skipped(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_text(&data, MARKER, "PGP");
        add_key(&data, 'A');
        add_old(&data, TRUST, "\0", 1);
        add_old(&data, USER_ID, "alice", 5);
        add_old(&data, TRUST, "\0", 1);
        add_signature(&data, CERTIFICATION, 'A', false);
        add_old(&data, TRUST, "\0", 1);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
}

static void revoked_key_is_refused(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        char hex[OPENPGP_FINGERPRINT_HEX];
        const OpenpgpKey *key = NULL;
        Error err = { 0 };

        add_sound(&data, 'A', "alice"); /* a clean copy of it before does not help */
        add_key(&data, 'A');
        add_signature(&data, KEY_REVOCATION, 'A', true);
        add_sound(&data, 'B', "bob");
        read_all(&data, &file);
        fingerprint('A', hex);
        assert_int_equal(openpgp_find(&file, hex, &key, &err), -1);
        assert_int_equal(err.kind, ERROR_TRUST);
        assert_non_null(strstr(err.text, "is revoked"));
        assert_null(key);
        assert_non_null(find(&file, 'B'));
}

static void revocation_by_somebody_else_changes_nothing(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_key(&data, 'A');
        add_signature(&data, KEY_REVOCATION, 'B', true);
        add_text(&data, USER_ID, "alice");
        add_signature(&data, CERTIFICATION, 'A', false);
        read_all(&data, &file);
        assert_outline(&file, 'A', "kus");
}

static void keys_of_other_kinds_are_passed_over(void **state)
{
        _cleanup_(text_clear) Text data = { 0 };
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };

        add_text(&data, KEY, "\3 an old key of version 3");
        add_text(&data, USER_ID, "old");
        add_text(&data, SECRET, "\4 a secret key");
        add_text(&data, USER_ID, "secret");
        add_signature(&data, CERTIFICATION, 'A', false);
        assert_refused(data.data, data.length, "no public key of version 4");
        add_sound(&data, 'A', "alice");
        read_all(&data, &file);
        assert_int_equal(file.n_keys, 1);
        assert_outline(&file, 'A', "kus");
}

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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sound_key_goes_out_whole),
                cmocka_unit_test(fingerprint_is_found_in_any_case_with_blanks),
                cmocka_unit_test(each_key_of_several_is_kept_apart),
                cmocka_unit_test(subkeys_attributes_and_their_signatures_stay_behind),
                cmocka_unit_test(foreign_signatures_and_user_ids_without_own_stay_behind),
                cmocka_unit_test(signature_with_two_issuers_is_foreign),
                cmocka_unit_test(version_3_certification_is_kept),
                cmocka_unit_test(every_cut_of_a_signature_is_survived),
                cmocka_unit_test(trust_and_marker_packets_of_old_keyrings_are_skipped),
                cmocka_unit_test(revoked_key_is_refused),
                cmocka_unit_test(revocation_by_somebody_else_changes_nothing),
                cmocka_unit_test(keys_of_other_kinds_are_passed_over),
                cmocka_unit_test(all_forms_of_length_are_read),
                cmocka_unit_test(two_octet_length_is_read),
                cmocka_unit_test(damaged_packets_are_refused),
                cmocka_unit_test(what_is_no_key_file_is_named),
                cmocka_unit_test(too_many_keys_are_refused),
                cmocka_unit_test(several_armored_blocks_are_read),
                cmocka_unit_test(damaged_armor_is_refused),
                cmocka_unit_test(every_damaged_byte_is_survived),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
