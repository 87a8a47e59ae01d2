/*
 * link=system only.
 */
#include "platform/zlib_loader.h"

#include <dlfcn.h>
#include <stdbool.h>

static struct {
        void *library;
        Zlib functions;
} the_zlib;

static bool find(void *pointer, const char *name)
{
        void *symbol = dlsym(the_zlib.library, name);

        *(void **)pointer = symbol;
        return symbol != NULL;
}

const Zlib *zlib_load(void)
{
        Zlib *zlib = &the_zlib.functions;

        if (!the_zlib.library)
                the_zlib.library = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
        return the_zlib.library && find(&zlib->init, "inflateInit2_") && find(&zlib->run, "inflate") &&
                               find(&zlib->end, "inflateEnd") && find(&zlib->crc, "crc32") &&
                               find(&zlib->deflate_init, "deflateInit2_") && find(&zlib->deflate, "deflate") &&
                               find(&zlib->deflate_end, "deflateEnd")
                       ? zlib
                       : NULL;
}
