/*
 * One pass over the packets, writing what may stay behind each other into one buffer. Packet headers
 * are written afresh, in the shortest old form, so the output never outgrows the input and has one
 * reading only. A user id waits until a certification of its own key proves that the key claims it.
 */
#include "platform/openpgp.h"

#include <stdint.h>
#include <string.h>

#include "platform/armor.h"
#include "platform/base/text.h"
#include "platform/crypto.h"

enum { TAG_SIGNATURE = 2, TAG_SECRET_KEY = 5, TAG_PUBLIC_KEY = 6, TAG_MARKER = 10, TAG_TRUST = 12, TAG_USER_ID = 13 };
enum { SIGNATURE_CERTIFICATION_FIRST = 0x10, SIGNATURE_CERTIFICATION_LAST = 0x13, SIGNATURE_KEY_REVOCATION = 0x20 };
enum { SUBPACKET_ISSUER = 16, SUBPACKET_ISSUER_FINGERPRINT = 33 };

#define FINGERPRINT_BYTES 20
#define KEY_ID_BYTES 8
#define KEY_BODY_MIN 8
#define KEY_BODY_MAX 0xffff

typedef struct Packet {
        unsigned int tag;
        const unsigned char *body;
        size_t length;
} Packet;

typedef struct Bytes {
        const unsigned char *start, *cursor, *end;
} Bytes;

typedef struct Reader {
        OpenpgpFile *file;
        unsigned char *out;
        OpenpgpKey *key; /* the present one; NULL: what comes is not of a key we know */
        unsigned char fingerprint[FINGERPRINT_BYTES];
        Packet user_id;  /* not yet written */
        bool in_user_id; /* certifications that come belong to a user id */
} Reader;

static size_t bytes_left(const Bytes *bytes)
{
        return (size_t)(bytes->end - bytes->cursor);
}

/* A big-endian number of n bytes. False: not so many left. */
static bool bytes_number(Bytes *bytes, size_t n, size_t *ret)
{
        size_t value = 0;

        if (bytes_left(bytes) < n)
                return false;
        while (n-- > 0)
                value = value << 8 | *bytes->cursor++;
        *ret = value;
        return true;
}

/* New format: one, two or five octets. False: cut off, or a partial length. */
static bool new_length(Bytes *bytes, size_t *ret)
{
        size_t first, second;

        if (!bytes_number(bytes, 1, &first) || (first >= 224 && first < 255))
                return false;
        if (first == 255)
                return bytes_number(bytes, 4, ret);
        if (first >= 192) {
                if (!bytes_number(bytes, 1, &second))
                        return false;
                first = ((first - 192) << 8) + second + 192;
        }
        *ret = first;
        return true;
}

static bool packet_header(Bytes *bytes, Packet *ret)
{
        size_t first;

        if (!bytes_number(bytes, 1, &first) || !(first & 0x80))
                return false;
        if (first & 0x40) {
                ret->tag = first & 0x3f;
                return ret->tag != 0 && new_length(bytes, &ret->length);
        }
        ret->tag = first >> 2 & 0xf;
        /* length type 3 is "until the end of the file" */
        return ret->tag != 0 && (first & 3) != 3 && bytes_number(bytes, (size_t)1 << (first & 3), &ret->length);
}

static int packet_next(Bytes *bytes, Packet *ret, Error *err)
{
        size_t offset = (size_t)(bytes->cursor - bytes->start);

        if (!packet_header(bytes, ret))
                return error_set(err, ERROR_INPUT, "no OpenPGP packet of known length at offset %zu", offset);
        if (ret->length > bytes_left(bytes))
                return error_set(err, ERROR_INPUT, "the OpenPGP packet at offset %zu claims %zu bytes, %zu are left",
                                 offset, ret->length, bytes_left(bytes));
        ret->body = bytes->cursor;
        bytes->cursor += ret->length;
        return 0;
}

static void write_packet(Reader *reader, const Packet *packet)
{
        unsigned int size = packet->length < 0x100 ? 0 : packet->length < 0x10000 ? 1 : 2;
        int shift;

        *reader->out++ = (unsigned char)(0x80 | packet->tag << 2 | size);
        for (shift = (8 << size) - 8; shift >= 0; shift -= 8)
                *reader->out++ = (unsigned char)(packet->length >> shift);
        memcpy(reader->out, packet->body, packet->length);
        reader->out += packet->length;
        reader->key->length = (size_t)(reader->out - reader->key->packets);
}

/* Of a version 4 key: over 0x99, two octets of length, the body. */
static void compute_fingerprint(const Packet *packet, char hex[OPENPGP_FINGERPRINT_HEX])
{
        _cleanup_free_ unsigned char *hashed = text_allocate(packet->length + 3);

        hashed[0] = 0x99;
        hashed[1] = (unsigned char)(packet->length >> 8);
        hashed[2] = (unsigned char)packet->length;
        memcpy(hashed + 3, packet->body, packet->length);
        crypto_sha1_hex(hashed, packet->length + 3, hex);
}

static unsigned char hex_value(char c)
{
        return (unsigned char)(c <= '9' ? c - '0' : c - 'A' + 10);
}

static int take_key(Reader *reader, const Packet *packet, Error *err)
{
        size_t i;

        reader->key = NULL;
        reader->in_user_id = false;
        if (packet->length < KEY_BODY_MIN || packet->length > KEY_BODY_MAX)
                return error_set(err, ERROR_INPUT, "an OpenPGP key of %zu bytes is none", packet->length);
        if (packet->body[0] != 4) {
                reader->file->skipped = true;
                return 0;
        }
        if (reader->file->n_keys == OPENPGP_KEYS_MAX)
                return error_set(err, ERROR_INPUT, "more than %d keys in one file", OPENPGP_KEYS_MAX);
        reader->key = &reader->file->keys[reader->file->n_keys++];
        reader->key->packets = reader->out;
        compute_fingerprint(packet, reader->key->fingerprint);
        for (i = 0; i < FINGERPRINT_BYTES; i++)
                reader->fingerprint[i] = (unsigned char)(hex_value(reader->key->fingerprint[2 * i]) << 4 |
                                                         hex_value(reader->key->fingerprint[2 * i + 1]));
        write_packet(reader, packet);
        return 0;
}

/* What a signature says of who made it. */
typedef struct Issuer {
        bool ours, other;
} Issuer;

static const unsigned char *own_key_id(const Reader *reader)
{
        return reader->fingerprint + FINGERPRINT_BYTES - KEY_ID_BYTES;
}

static void note_issuer(Issuer *issuer, bool matches)
{
        *(matches ? &issuer->ours : &issuer->other) = true;
}

static void read_subpacket(const Reader *reader, const unsigned char *body, size_t length, Issuer *issuer)
{
        unsigned int type = body[0] & 0x7f;

        if (type == SUBPACKET_ISSUER)
                note_issuer(issuer,
                            length == 1 + KEY_ID_BYTES && memcmp(body + 1, own_key_id(reader), KEY_ID_BYTES) == 0);
        else if (type == SUBPACKET_ISSUER_FINGERPRINT)
                note_issuer(issuer, length == 2 + FINGERPRINT_BYTES && body[1] == 4 &&
                                            memcmp(body + 2, reader->fingerprint, FINGERPRINT_BYTES) == 0);
}

/* One area of subpackets, behind two octets of its length. False: damaged. */
static bool read_subpackets(const Reader *reader, Bytes *bytes, Issuer *issuer)
{
        size_t area, length;
        Bytes inner;

        if (!bytes_number(bytes, 2, &area) || area > bytes_left(bytes))
                return false;
        inner = (Bytes){ bytes->cursor, bytes->cursor, bytes->cursor + area };
        bytes->cursor += area;
        while (bytes_left(&inner) > 0) {
                /* lengths are written as a packet's, but 224 to 254 begin two octets too */
                size_t first = *inner.cursor;

                if (first >= 224 && first < 255) {
                        if (!bytes_number(&inner, 2, &length))
                                return false;
                        length -= (192 << 8) - 192;
                } else if (!new_length(&inner, &length))
                        return false;
                if (length == 0 || length > bytes_left(&inner))
                        return false;
                read_subpacket(reader, inner.cursor, length, issuer);
                inner.cursor += length;
        }
        return true;
}

/* The type of a signature that names the present key as its only issuer; -1: another's, or damaged. */
static int own_signature_type(const Reader *reader, const Packet *packet)
{
        const unsigned char *body = packet->body;
        Bytes bytes = { body, body, body + packet->length };
        Issuer issuer = { 0 };

        if (packet->length >= 15 && body[0] == 3) { /* length 5, type, time, key id */
                note_issuer(&issuer, memcmp(body + 7, own_key_id(reader), KEY_ID_BYTES) == 0);
                return issuer.ours ? body[2] : -1;
        }
        if (packet->length < 10 || body[0] != 4)
                return -1;
        bytes.cursor += 4; /* version, type, algorithms */
        if (!read_subpackets(reader, &bytes, &issuer) || !read_subpackets(reader, &bytes, &issuer))
                return -1;
        return issuer.ours && !issuer.other ? body[1] : -1;
}

static void take_signature(Reader *reader, const Packet *packet)
{
        int type = own_signature_type(reader, packet);

        if (type == SIGNATURE_KEY_REVOCATION)
                reader->key->revoked = true;
        if (!reader->in_user_id || type < SIGNATURE_CERTIFICATION_FIRST || type > SIGNATURE_CERTIFICATION_LAST)
                return;
        if (reader->user_id.body)
                write_packet(reader, &reader->user_id);
        reader->user_id.body = NULL;
        write_packet(reader, packet);
}

static int take_packet(Reader *reader, const Packet *packet, Error *err)
{
        if (packet->tag == TAG_PUBLIC_KEY)
                return take_key(reader, packet, err);
        if (packet->tag == TAG_SECRET_KEY) {
                reader->file->skipped = true;
                reader->key = NULL;
        }
        if (!reader->key || packet->tag == TAG_TRUST || packet->tag == TAG_MARKER)
                return 0;
        if (packet->tag == TAG_SIGNATURE) {
                take_signature(reader, packet);
                return 0;
        }
        /* whatever else it is, signatures behind it are not about the user id before it */
        reader->in_user_id = packet->tag == TAG_USER_ID;
        reader->user_id = *packet;
        return 0;
}

static int read_packets(const unsigned char *data, size_t length, OpenpgpFile *ret, Error *err)
{
        Bytes bytes = { data, data, data + length };
        Reader reader = { .file = ret, .out = ret->bytes };
        Packet packet;

        while (bytes_left(&bytes) > 0)
                if (packet_next(&bytes, &packet, err) < 0 || take_packet(&reader, &packet, err) < 0)
                        return -1;
        if (ret->n_keys == 0)
                return error_set(err, ERROR_INPUT, "the file holds OpenPGP packets but no public key of version 4");
        return 0;
}

/* Behind a byte order mark and blanks; length when there is nothing else. */
static size_t first_character(const unsigned char *data, size_t length)
{
        size_t i = length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

        while (i < length && (data[i] == ' ' || (data[i] >= '\t' && data[i] <= '\r')))
                i++;
        return i;
}

/* What bytes that are neither armor nor packets look like. */
static const char *describe(const unsigned char *data, size_t length)
{
        size_t i = first_character(data, length);

        if (i == length)
                return "empty";
        if (data[i] == '<')
                return "an HTML page";
        if (data[i] == '{' || data[i] == '[')
                return "a JSON document";
        if (length >= 12 && memcmp(data + 8, "KBXf", 4) == 0)
                return "a GnuPG keybox";
        if (length >= 2 && data[0] == 0x1f && data[1] == 0x8b)
                return "a gzip file";
        return text_is_utf8((const char *)data, length) ? "text without a key block" : "of an unknown form";
}

int openpgp_read(const void *data, size_t length, OpenpgpFile *ret, Error *err)
{
        const unsigned char *bytes = data;
        _cleanup_free_ unsigned char *decoded = NULL;
        _cleanup_(openpgp_file_clear) OpenpgpFile file = { 0 };
        size_t first;

        if (length > OPENPGP_FILE_MAX)
                return error_set(err, ERROR_INPUT, "a key file of %zu bytes is too large", length);
        first = first_character(bytes, length);
        if (length == 0 || first > 0 || !(bytes[0] & 0x80)) {
                if ((first < length && bytes[first] == '<') || !armor_is_present(data, length))
                        return error_set(err, ERROR_INPUT, "the key file is %s, not an OpenPGP key",
                                         describe(bytes, length));
                if (armor_read(data, length, &decoded, &length, err) < 0)
                        return -1;
                bytes = decoded;
        }
        file.bytes = text_allocate(length);
        if (read_packets(bytes, length, &file, err) < 0)
                return -1;
        *ret = file;
        file = (OpenpgpFile){ 0 };
        return 0;
}

void openpgp_file_clear(OpenpgpFile *file)
{
        free(file->bytes);
        *file = (OpenpgpFile){ 0 };
}

/* Blanks skipped. */
static bool same_fingerprint(const char *fingerprint, const char *wanted)
{
        char plain[OPENPGP_FINGERPRINT_HEX];
        size_t n = 0;

        for (; *wanted; wanted++) {
                if (*wanted == ' ' || *wanted == '\t')
                        continue;
                if (n == sizeof(plain) - 1)
                        return false;
                plain[n++] = *wanted;
        }
        plain[n] = '\0';
        return text_equal_nocase(fingerprint, plain);
}

int openpgp_find(const OpenpgpFile *file, const char *fingerprint, const OpenpgpKey **ret, Error *err)
{
        const OpenpgpKey *found = NULL;
        size_t i;

        for (i = 0; i < file->n_keys; i++) {
                if (!same_fingerprint(file->keys[i].fingerprint, fingerprint))
                        continue;
                if (file->keys[i].revoked)
                        return error_set(err, ERROR_TRUST, "the key %s is revoked", file->keys[i].fingerprint);
                if (!found)
                        found = &file->keys[i];
        }
        *ret = found;
        return 0;
}
