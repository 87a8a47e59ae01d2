#include "platform/http_memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "platform/base/secret.h"

static void *allocate(size_t size)
{
        return malloc(size);
}

static void *allocate_zeroed(size_t n, size_t size)
{
        return calloc(n, size);
}

static void give_back(void *bytes)
{
        if (bytes)
                secret_wipe(bytes, malloc_usable_size(bytes));
        free(bytes);
}

static void *resize(void *bytes, size_t size)
{
        size_t had = bytes ? malloc_usable_size(bytes) : 0;
        void *more;

        if (had >= size && size > had / 2)
                return bytes;
        more = malloc(size ? size : 1);
        if (!more)
                return NULL;
        if (bytes)
                memcpy(more, bytes, had < size ? had : size);
        give_back(bytes);
        return more;
}

static char *duplicate(const char *text)
{
        return strdup(text);
}

CURLcode http_memory_init(void)
{
        return curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocate, give_back, resize, duplicate, allocate_zeroed);
}
