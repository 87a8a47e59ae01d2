/*
 * Line by line: begin, headers, blank line, base64, checksum, end. The base64 of a block is decoded in
 * one piece, as the decoder skips line ends itself.
 */
#include "platform/armor.h"

#include <stdint.h>
#include <string.h>

#include "platform/base/secret.h"
#include "platform/base/text.h"
#include "platform/crypto.h"

#define DASHES "-----"
#define KEY_BLOCK "PUBLIC KEY BLOCK"

typedef struct Lines {
        const char *cursor, *end;
        const char *line; /* the present one, trailing blanks cut */
        size_t length;
        size_t number;
} Lines;

static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\r';
}

static bool lines_next(Lines *lines)
{
        if (!text_next_line(&lines->cursor, lines->end, &lines->line, &lines->length))
                return false;
        while (lines->length > 0 && is_blank(lines->line[lines->length - 1]))
                lines->length--;
        lines->number++;
        return true;
}

static bool line_starts_with(const Lines *lines, const char *words)
{
        return lines->length >= strlen(words) && memcmp(lines->line, words, strlen(words)) == 0;
}

static bool line_is(const Lines *lines, const char *words)
{
        return lines->length == strlen(words) && line_starts_with(lines, words);
}

static bool lines_find_begin(Lines *lines)
{
        while (lines_next(lines))
                if (line_starts_with(lines, DASHES "BEGIN PGP "))
                        return true;
        return false;
}

bool armor_is_present(const void *data, size_t length)
{
        Lines lines = { .cursor = data, .end = (const char *)data + length };

        return lines_find_begin(&lines);
}

static uint32_t crc24(const unsigned char *bytes, size_t length)
{
        uint32_t crc = 0xb704ce;
        size_t i;
        int bit;

        for (i = 0; i < length; i++) {
                crc ^= (uint32_t)bytes[i] << 16;
                for (bit = 0; bit < 8; bit++)
                        crc = crc << 1 ^ (crc & 0x800000 ? 0x1864cfb : 0);
        }
        return crc & 0xffffff;
}

static int skip_headers(Lines *lines, Error *err)
{
        while (lines_next(lines)) {
                if (lines->length == 0)
                        return 0;
                if (!memchr(lines->line, ':', lines->length))
                        return error_set(err, ERROR_INPUT, "line %zu of the armored key is no header and no blank line",
                                         lines->number);
        }
        return error_set(err, ERROR_INPUT, "the armored key ends after its headers");
}

static int check_crc(const Lines *lines, const Secret *packets, Error *err)
{
        _cleanup_secret_ Secret sum = { 0 };
        uint32_t expected;

        if (crypto_base64_decode(lines->line + 1, lines->length - 1, &sum, err) < 0 || sum.length != 3)
                return error_set(err, ERROR_INPUT, "line %zu of the armored key is no checksum", lines->number);
        expected = (uint32_t)sum.data[0] << 16 | (uint32_t)sum.data[1] << 8 | sum.data[2];
        if (crc24(packets->data, packets->length) != expected)
                return error_set(err, ERROR_INPUT,
                                 "the armored key is damaged: its checksum at line %zu does not match", lines->number);
        return 0;
}

/* The base64 that follows; stands on the checksum or the end line then. */
static int read_packets(Lines *lines, Secret *ret, Error *err)
{
        const char *start = lines->cursor;
        size_t first = lines->number + 1;

        do {
                if (!lines_next(lines))
                        return error_set(err, ERROR_INPUT, "the armored key has no end line");
        } while (!line_starts_with(lines, "=") && !line_starts_with(lines, DASHES));
        if (crypto_base64_decode(start, (size_t)(lines->line - start), ret, err) < 0)
                return error_prefix(err, "the armored key from line %zu", first);
        return 0;
}

/* From the begin line to the end line. */
static int read_block(Lines *lines, Text *out, Error *err)
{
        _cleanup_secret_ Secret packets = { 0 };

        if (!line_is(lines, DASHES "BEGIN PGP " KEY_BLOCK DASHES))
                return error_set(err, ERROR_INPUT, "line %zu begins another kind of armor than a " KEY_BLOCK,
                                 lines->number);
        if (skip_headers(lines, err) < 0 || read_packets(lines, &packets, err) < 0)
                return -1;
        if (line_starts_with(lines, "=")) {
                if (check_crc(lines, &packets, err) < 0)
                        return -1;
                if (!lines_next(lines))
                        return error_set(err, ERROR_INPUT, "the armored key has no end line");
        }
        if (!line_is(lines, DASHES "END PGP " KEY_BLOCK DASHES))
                return error_set(err, ERROR_INPUT, "line %zu is not the end of the armored key", lines->number);
        text_append_bytes(out, packets.data, packets.length);
        return 0;
}

int armor_read(const void *data, size_t length, unsigned char **ret, size_t *ret_length, Error *err)
{
        Lines lines = { .cursor = data, .end = (const char *)data + length };
        _cleanup_(text_clear) Text out = { 0 };

        while (lines_find_begin(&lines))
                if (read_block(&lines, &out, err) < 0)
                        return -1;
        *ret_length = out.length;
        *ret = (unsigned char *)text_take(&out);
        return 0;
}

#define LINE_BYTES 48 /* 64 characters */

static void append_base64(Text *text, const unsigned char *bytes, size_t length)
{
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        uint32_t word;
        size_t i, n;

        for (i = 0; i < length; i += 3) {
                n = length - i < 3 ? length - i : 3;
                word = (uint32_t)bytes[i] << 16 | (n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                       (n > 2 ? bytes[i + 2] : 0);
                text_append(text, "%c%c%c%c", letters[word >> 18], letters[word >> 12 & 63],
                            n > 1 ? letters[word >> 6 & 63] : '=', n > 2 ? letters[word & 63] : '=');
        }
        text_append(text, "\n");
}

char *armor_write(const void *packets, size_t length)
{
        const unsigned char *bytes = packets;
        uint32_t sum = crc24(bytes, length);
        const unsigned char tail[] = { (unsigned char)(sum >> 16), (unsigned char)(sum >> 8), (unsigned char)sum };
        _cleanup_(text_clear) Text text = { 0 };
        size_t i;

        text_append(&text, DASHES "BEGIN PGP " KEY_BLOCK DASHES "\n\n");
        for (i = 0; i < length; i += LINE_BYTES)
                append_base64(&text, bytes + i, length - i < LINE_BYTES ? length - i : LINE_BYTES);
        text_append(&text, "=");
        append_base64(&text, tail, sizeof(tail));
        text_append(&text, DASHES "END PGP " KEY_BLOCK DASHES "\n");
        return text_take(&text);
}
