#include "platform/inflate.h"

#include "platform/zlib_loader.h"

static int missing(Error *err)
{
        return error_set(err, ERROR_MISSING, "zlib (libz.so.1) cannot be loaded");
}

int inflate_bytes(const void *from, size_t length, void *to, size_t size, Error *err)
{
        z_stream stream = { .next_in = (Bytef *)(uintptr_t)from, .next_out = to };
        const Zlib *zlib = zlib_load();
        int result;

        if (length > UINT32_MAX || size > UINT32_MAX)
                return error_set(err, ERROR_INPUT, "it is too large");
        stream.avail_in = (uInt)length;
        stream.avail_out = (uInt)size;
        if (!zlib)
                return missing(err);
        if (zlib->init(&stream, -MAX_WBITS, ZLIB_VERSION, (int)sizeof(stream)) != Z_OK)
                return error_set(err, ERROR_IO, "zlib cannot start");
        result = zlib->run(&stream, Z_FINISH);
        zlib->end(&stream);
        if (result != Z_STREAM_END)
                return error_set(err, ERROR_INPUT, "what is compressed in it is damaged or longer than it says");
        if (stream.avail_in > 0 || stream.avail_out > 0)
                return error_set(err, ERROR_INPUT, "what is compressed in it is shorter than it says");
        return 0;
}

int inflate_crc32(const void *bytes, size_t length, uint32_t *ret, Error *err)
{
        const Zlib *zlib = zlib_load();

        if (length > UINT32_MAX)
                return error_set(err, ERROR_INPUT, "it is too large");
        if (!zlib)
                return missing(err);
        *ret = (uint32_t)zlib->crc(0, bytes, (uInt)length);
        return 0;
}
