/*
 * scratch: a folder that stands for a machine, for one test.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "platform/base/text.h"
#include "platform/host.h"
#include "platform/host_init.h"

typedef struct Scratch {
        char root[64];
        Host host;
} Scratch;

static inline int scratch_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        return remove(path);
}

/* cmocka's setup and teardown of a test. */
static inline int scratch_open(void **state)
{
        Scratch *scratch = text_allocate(sizeof(*scratch));

        snprintf(scratch->root, sizeof(scratch->root), "/tmp/mde-linux-test-XXXXXX");
        assert_non_null(mkdtemp(scratch->root));
        host_init(&scratch->host);
        scratch->host.root = scratch->root;
        *state = scratch;
        return 0;
}

static inline int scratch_close(void **state)
{
        Scratch *scratch = *state;

        nftw(scratch->root, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
        free(scratch);
        return 0;
}

static inline void scratch_folder(const Scratch *scratch, const char *path)
{
        _cleanup_free_ char *full = text_format("%s%s", scratch->root, path);
        char *slash;

        if (!*path)
                return;
        for (slash = strchr(full + strlen(scratch->root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                mkdir(full, 0755);
                *slash = '/';
        }
        mkdir(full, 0755);
}

/* With the folders above it; mode 0600. */
static inline void scratch_write_bytes(const Scratch *scratch, const char *path, const void *bytes, size_t length)
{
        _cleanup_free_ char *full = text_format("%s%s", scratch->root, path), *folder = text_copy(path);
        _cleanup_fclose_ FILE *file = NULL;

        *strrchr(folder, '/') = '\0';
        scratch_folder(scratch, folder);
        file = fopen(full, "we");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, length, file), length);
        assert_int_equal(fchmod(fileno(file), 0600), 0);
}

static inline void scratch_write(const Scratch *scratch, const char *path, const char *text)
{
        scratch_write_bytes(scratch, path, text, strlen(text));
}

/* Caller frees; NULL: no such file. */
static inline char *scratch_read(const Scratch *scratch, const char *path)
{
        _cleanup_free_ char *full = text_format("%s%s", scratch->root, path);
        _cleanup_fclose_ FILE *file = fopen(full, "re");
        _cleanup_(text_clear) Text text = { 0 };
        char block[4096];
        size_t n;

        if (!file)
                return NULL;
        while ((n = fread(block, 1, sizeof(block), file)) > 0)
                text_append_bytes(&text, block, n);
        return text_take(&text);
}
