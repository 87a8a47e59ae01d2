/*
 * Gives every file of the folders named to a fuzz target: corpora run as plain tests, without libFuzzer.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"

#define FILE_MAX (4 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
        _cleanup_fclose_ FILE *file = fopen(path, "re");
        _cleanup_free_ uint8_t *data = text_allocate(FILE_MAX), *exact = NULL;
        size_t size;

        if (!file) {
                perror(path);
                return -1;
        }
        size = fread(data, 1, FILE_MAX, file);
        exact = text_allocate(size); /* so that a byte read past the end is seen by the sanitizers */
        memcpy(exact, data, size);
        return LLVMFuzzerTestOneInput(exact, size);
}

static int replay_folder(const char *folder, size_t *n)
{
        DIR *dir = opendir(folder);
        struct dirent *entry;
        int r = 0;

        if (!dir) {
                perror(folder);
                return -1;
        }
        while (r == 0 && (entry = readdir(dir))) {
                _cleanup_free_ char *path = text_format("%s/%s", folder, entry->d_name);

                if (entry->d_name[0] == '.')
                        continue;
                r = replay_file(path);
                *n += 1;
        }
        closedir(dir);
        return r;
}

int main(int argc, char **argv)
{
        size_t n = 0;
        int i;

        for (i = 1; i < argc; i++)
                if (replay_folder(argv[i], &n) < 0)
                        return 1;
        printf("%zu inputs\n", n);
        return n > 0 ? 0 : 1;
}
