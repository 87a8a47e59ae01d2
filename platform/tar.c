#include "platform/tar.h"

#include <string.h>

#define BLOCK 512

typedef struct Header {
        char name[100];
        char mode[8], uid[8], gid[8];
        char size[12], time[12];
        char checksum[8];
        char type;
        char link[100];
        char magic[8];
        char user[32], group[32];
        char major[8], minor[8];
        char prefix[155];
        char padding[12];
} Header;

_Static_assert(sizeof(Header) == BLOCK, "the header of ustar is one block");

static void put_octal(char *field, size_t size, uint64_t value)
{
        char digits[32];

        snprintf(digits, sizeof(digits), "%0*llo", (int)size - 1, (unsigned long long)value);
        memcpy(field, digits, size - 1);
}

/* The sum of all bytes, with blanks where it will stand. */
static void put_checksum(Header *header)
{
        const unsigned char *bytes = (const unsigned char *)header;
        unsigned sum = 0;
        size_t i;

        memset(header->checksum, ' ', sizeof(header->checksum));
        for (i = 0; i < sizeof(*header); i++)
                sum += bytes[i];
        put_octal(header->checksum, sizeof(header->checksum) - 1, sum);
        header->checksum[6] = '\0';
        header->checksum[7] = ' ';
}

static void pad(Text *archive, size_t length)
{
        static const char zeros[BLOCK];

        if (length % BLOCK)
                text_append_bytes(archive, zeros, BLOCK - length % BLOCK);
}

static bool is_fit(const char *name)
{
        return *name && *name != '/' && strlen(name) <= TAR_NAME_MAX && !strstr(name, "..");
}

int tar_add(Text *archive, const char *name, const void *data, size_t length, int64_t time_s, Error *err)
{
        Header header = { .type = '0', .magic = "ustar" };

        if (!is_fit(name))
                return error_set(err, ERROR_INPUT, "an archive cannot hold a file of this name");
        if (length > TAR_FILE_MAX)
                return error_set(err, ERROR_INPUT, "%s is too large for this archive", name);
        memcpy(header.name, name, strlen(name));
        memcpy(header.magic + 6, "00", 2);
        put_octal(header.mode, sizeof(header.mode), 0600);
        put_octal(header.uid, sizeof(header.uid), 0);
        put_octal(header.gid, sizeof(header.gid), 0);
        put_octal(header.size, sizeof(header.size), length);
        put_octal(header.time, sizeof(header.time), time_s > 0 && time_s < 1LL << 33 ? (uint64_t)time_s : 0);
        put_octal(header.major, sizeof(header.major), 0);
        put_octal(header.minor, sizeof(header.minor), 0);
        put_checksum(&header);
        text_append_bytes(archive, &header, sizeof(header));
        text_append_bytes(archive, data, length);
        pad(archive, length);
        return 0;
}

void tar_end(Text *archive)
{
        static const char zeros[2 * BLOCK];

        text_append_bytes(archive, zeros, sizeof(zeros));
}
