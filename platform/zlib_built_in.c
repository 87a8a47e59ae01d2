/*
 * link=portable only.
 */
#include "platform/zlib_loader.h"

const Zlib *zlib_load(void)
{
        static const Zlib zlib = { inflateInit2_, inflate, inflateEnd, crc32, deflateInit2_, deflate, deflateEnd };

        return &zlib;
}
