/*
 * zlib_loader: what is used of zlib. link=system loads it when a zip is met, as hardly any machine ever meets one;
 * link=portable has it built in. By pointers and not under zlib's own names: other libraries may bring in the same one.
 */
#pragma once

#include <zlib.h>

typedef struct Zlib {
        int (*init)(z_streamp stream, int bits, const char *version, int size); /* inflateInit2_ */
        int (*run)(z_streamp stream, int flush);                                /* inflate */
        int (*end)(z_streamp stream);                                           /* inflateEnd */
        uLong (*crc)(uLong crc, const Bytef *bytes, uInt length);               /* crc32 */
        int (*deflate_init)(z_streamp stream, int level, int method, int bits, int memory, int strategy,
                            const char *version, int size); /* deflateInit2_ */
        int (*deflate)(z_streamp stream, int flush);
        int (*deflate_end)(z_streamp stream);
} Zlib;

/* NULL: this machine has none. */
const Zlib *zlib_load(void);
