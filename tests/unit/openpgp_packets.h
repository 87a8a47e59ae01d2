/*
 * openpgp_packets: key files made by hand, and questions about what was read from them.
 */
#pragma once

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

static inline void add(Text *out, unsigned int tag, const void *body, size_t length)
{
        unsigned char header[] = { (unsigned char)(0xc0 | tag), 255, 0, 0, (unsigned char)(length >> 8),
                                   (unsigned char)length };

        text_append_bytes(out, header, sizeof(header));
        text_append_bytes(out, body, length);
}

static inline void add_old(Text *out, unsigned int tag, const void *body, size_t length)
{
        unsigned char header[] = { (unsigned char)(0x80 | tag << 2), (unsigned char)length };

        text_append_bytes(out, header, sizeof(header));
        text_append_bytes(out, body, length);
}

/* A key is told apart by one letter. */
static inline void key_body(char letter, unsigned char body[16])
{
        memset(body, letter, 16);
        body[0] = 4;
}

static inline void add_key(Text *out, char letter)
{
        unsigned char body[16];

        key_body(letter, body);
        add(out, KEY, body, sizeof(body));
}

static inline void fingerprint(char letter, char hex[OPENPGP_FINGERPRINT_HEX])
{
        unsigned char hashed[19] = { 0x99, 0, 16 };

        key_body(letter, hashed + 3);
        crypto_sha1_hex(hashed, sizeof(hashed), hex);
}

static inline void issuer_bytes(char letter, unsigned char bytes[20])
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
static inline void signature(Text *out, unsigned int type, char issuer, bool by_fingerprint)
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

static inline void add_signature(Text *out, unsigned int type, char issuer, bool by_fingerprint)
{
        _cleanup_(text_clear) Text body = { 0 };

        signature(&body, type, issuer, by_fingerprint);
        add(out, SIGNATURE, body.data, body.length);
}

static inline void add_text(Text *out, unsigned int tag, const char *text)
{
        add(out, tag, text, strlen(text));
}

static inline void add_sound(Text *out, char letter, const char *name)
{
        add_key(out, letter);
        add_text(out, USER_ID, name);
        add_signature(out, CERTIFICATION, letter, false);
}

static inline void add_armored(Text *out, const Text *packets, const char *headers)
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

static inline void read_all(const Text *data, OpenpgpFile *file)
{
        Error err = { 0 };

        if (openpgp_read(data->data, data->length, file, &err) < 0)
                fail_msg("%s", err.text);
}

static inline void assert_refused(const void *data, size_t length, const char *words)
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
static inline char *outline(const OpenpgpKey *key)
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

static inline void assert_outline(const OpenpgpFile *file, char letter, const char *expected)
{
        const OpenpgpKey *key = find(file, letter);
        _cleanup_free_ char *found = NULL;

        assert_non_null(key);
        found = outline(key);
        assert_string_equal(found, expected);
}

static inline bool holds(const OpenpgpKey *key, const char *words)
{
        return memmem(key->packets, key->length, words, strlen(words)) != NULL;
}
