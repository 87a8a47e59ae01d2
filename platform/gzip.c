#include "platform/gzip.h"

#include "platform/zlib_loader.h"

#define MEMORY_LEVEL 8

/* Deflate, no name, no time, of an unknown system: made here, as our own zlib is built without gzip's files. */
static const unsigned char header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255 };

static int run(const Zlib *zlib, z_stream *stream, Text *ret, Error *err)
{
        unsigned char block[16384];
        int result;

        do {
                stream->next_out = block;
                stream->avail_out = sizeof(block);
                result = zlib->deflate(stream, Z_FINISH);
                if (result != Z_OK && result != Z_STREAM_END)
                        return error_set(err, ERROR_IO, "zlib cannot go on");
                text_append_bytes(ret, block, sizeof(block) - stream->avail_out);
        } while (result != Z_STREAM_END);
        return 0;
}

static void put_number(Text *ret, uint32_t value)
{
        const unsigned char bytes[] = { (unsigned char)value, (unsigned char)(value >> 8), (unsigned char)(value >> 16),
                                        (unsigned char)(value >> 24) };

        text_append_bytes(ret, bytes, sizeof(bytes));
}

int gzip_bytes(const void *from, size_t length, Text *ret, Error *err)
{
        z_stream stream = { .next_in = (Bytef *)(uintptr_t)from };
        const Zlib *zlib = zlib_load();
        int r;

        if (length > GZIP_SIZE_MAX)
                return error_set(err, ERROR_INPUT, "it is too large to be packed");
        stream.avail_in = (uInt)length;
        if (!zlib)
                return error_set(err, ERROR_MISSING, "zlib (libz.so.1) cannot be loaded: install it");
        if (zlib->deflate_init(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY,
                               ZLIB_VERSION, (int)sizeof(stream)) != Z_OK)
                return error_set(err, ERROR_IO, "zlib cannot start");
        text_append_bytes(ret, header, sizeof(header));
        r = run(zlib, &stream, ret, err);
        zlib->deflate_end(&stream);
        if (r < 0)
                return -1;
        put_number(ret, (uint32_t)zlib->crc(0, from, (uInt)length));
        put_number(ret, (uint32_t)length);
        return 0;
}
