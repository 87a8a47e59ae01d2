/*
 * Read from the end record alone, and everything has to lie where it says, without gaps: what two readers could
 * understand in two ways is refused.
 */
#include "agent/onboarding/onboarding_zip.h"

#include <string.h>

#include "agent/onboarding/onboarding.h"
#include "platform/base/text.h"
#include "platform/inflate.h"

#define ENTRIES_MAX 16
#define NAME_MAX_BYTES 255
#define RATIO_MAX 1000 /* deflate itself cannot do much better */
#define LOCAL_SIGNATURE 0x04034b50u
#define CENTRAL_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u
#define DESCRIPTOR_SIGNATURE 0x08074b50u
#define LOCAL_BYTES 30u
#define CENTRAL_BYTES 46u
#define END_BYTES 22u
#define DESCRIPTOR_BYTES 16u
#define FLAG_ENCRYPTED 0x0001u
#define FLAG_DESCRIPTOR 0x0008u
#define FLAG_STRONG 0x2040u
#define STORED 0
#define DEFLATED 8

typedef struct Zip {
        const unsigned char *bytes;
        size_t length;
} Zip;

typedef struct ZipEntry {
        const unsigned char *name;
        size_t name_length;
        unsigned flags, method;
        uint32_t crc;
        size_t packed, size, offset; /* of its local header */
        size_t data, end;            /* of what is packed; where the next thing begins */
} ZipEntry;

static unsigned two(const unsigned char *p)
{
        return p[0] | (unsigned)p[1] << 8;
}

static uint32_t four(const unsigned char *p)
{
        return two(p) | (uint32_t)two(p + 2) << 16;
}

static int odd(Error *err, const char *what)
{
        return error_set(err, ERROR_INPUT, "the zip archive %s", what);
}

static char *shown_name(const ZipEntry *entry)
{
        _cleanup_free_ char *name = text_copy_n((const char *)entry->name, entry->name_length);

        return text_escape(name, 60);
}

static int odd_entry(Error *err, const ZipEntry *entry, const char *what)
{
        _cleanup_free_ char *name = shown_name(entry);

        return error_set(err, ERROR_INPUT, "the zip archive's entry %s %s", name, what);
}

bool onboarding_zip_is(const void *bytes, size_t length)
{
        uint32_t start = length >= 4 ? four(bytes) : 0;

        return start == LOCAL_SIGNATURE || start == END_SIGNATURE;
}

/* The end record may have a comment behind it. *ret_directory and *ret_end: where the central directory lies. */
static int find_directory(const Zip *zip, size_t *ret_directory, size_t *ret_end, unsigned *ret_n, Error *err)
{
        size_t at = zip->length - END_BYTES, size, offset;
        const unsigned char *end;

        while (four(zip->bytes + at) != END_SIGNATURE)
                if (at-- == 0 || zip->length - at > END_BYTES + UINT16_MAX)
                        return odd(err, "has no end record: it is cut off or damaged");
        if (two(zip->bytes + at + 20) != zip->length - at - END_BYTES)
                return odd(err, "has bytes behind its end");
        end = zip->bytes + at;
        size = four(end + 12);
        offset = four(end + 16);
        if (two(end + 10) == UINT16_MAX || size == UINT32_MAX || offset == UINT32_MAX)
                return odd(err, "is a zip64 one, which no onboarding package needs");
        if (two(end + 4) || two(end + 6) || two(end + 8) != two(end + 10))
                return odd(err, "is one part of several");
        if (two(end + 10) > ENTRIES_MAX)
                return error_set(err, ERROR_INPUT, "the zip archive has %u entries; at most %d are read", two(end + 10),
                                 ENTRIES_MAX);
        if (offset > at || size != at - offset)
                return odd(err, "has bytes that belong to nothing, or is cut off");
        *ret_directory = offset;
        *ret_end = at;
        *ret_n = two(end + 10);
        return 0;
}

static int read_central(const Zip *zip, size_t *at, size_t end, ZipEntry *ret, Error *err)
{
        const unsigned char *p = zip->bytes + *at;
        size_t more;

        if (end - *at < CENTRAL_BYTES || four(p) != CENTRAL_SIGNATURE)
                return odd(err, "has a damaged directory");
        more = (size_t)two(p + 28) + two(p + 30) + two(p + 32);
        if (end - *at - CENTRAL_BYTES < more)
                return odd(err, "has a damaged directory");
        *ret = (ZipEntry){ .name = p + CENTRAL_BYTES,
                           .name_length = two(p + 28),
                           .flags = two(p + 8),
                           .method = two(p + 10),
                           .crc = four(p + 16),
                           .packed = four(p + 20),
                           .size = four(p + 24),
                           .offset = four(p + 42) };
        if (ret->name_length == 0 || ret->name_length > NAME_MAX_BYTES || memchr(ret->name, '\0', ret->name_length))
                return odd(err, "has an entry with a name that is none");
        if (two(p + 34) != 0)
                return odd(err, "is one part of several");
        if (ret->packed == UINT32_MAX || ret->size == UINT32_MAX || ret->offset == UINT32_MAX)
                return odd(err, "is a zip64 one, which no onboarding package needs");
        *at += CENTRAL_BYTES + more;
        return 0;
}

/* Behind the data, when the sizes were not known before it: with or without its signature. */
static size_t descriptor_bytes(const Zip *zip, const ZipEntry *entry, size_t at, size_t limit)
{
        const unsigned char *p = zip->bytes + at;
        size_t skip = limit - at >= DESCRIPTOR_BYTES && four(p) == DESCRIPTOR_SIGNATURE ? 4 : 0;

        if (!(entry->flags & FLAG_DESCRIPTOR))
                return 0;
        if (limit - at < skip + 12 || four(p + skip) != entry->crc || four(p + skip + 4) != entry->packed ||
            four(p + skip + 8) != entry->size)
                return SIZE_MAX;
        return skip + 12;
}

/* directory: where all entries end. */
static int read_local(const Zip *zip, size_t directory, ZipEntry *entry, Error *err)
{
        const unsigned char *p = zip->bytes + entry->offset;
        bool later = entry->flags & FLAG_DESCRIPTOR;
        size_t head, descriptor;

        if (entry->offset > directory || directory - entry->offset < LOCAL_BYTES || four(p) != LOCAL_SIGNATURE)
                return odd_entry(err, entry, "is not where the directory says");
        head = LOCAL_BYTES + (size_t)two(p + 26) + two(p + 28);
        if (directory - entry->offset < head || directory - entry->offset - head < entry->packed)
                return odd_entry(err, entry, "is cut off");
        if (two(p + 26) != entry->name_length || memcmp(p + LOCAL_BYTES, entry->name, entry->name_length) != 0 ||
            two(p + 6) != entry->flags || two(p + 8) != entry->method)
                return odd_entry(err, entry, "has another head than the directory says");
        if (!later && (four(p + 14) != entry->crc || four(p + 18) != entry->packed || four(p + 22) != entry->size))
                return odd_entry(err, entry, "has another size than the directory says");
        entry->data = entry->offset + head;
        descriptor = descriptor_bytes(zip, entry, entry->data + entry->packed, directory);
        if (descriptor == SIZE_MAX)
                return odd_entry(err, entry, "has another size than the directory says");
        entry->end = entry->data + entry->packed + descriptor;
        return 0;
}

static bool is_same_name(const ZipEntry *a, const ZipEntry *b)
{
        return a->name_length == b->name_length && memcmp(a->name, b->name, a->name_length) == 0;
}

/* From the first byte to the directory every byte belongs to one entry. */
static int check_order(const ZipEntry *entries, unsigned n, size_t directory, Error *err)
{
        size_t at = 0;
        unsigned i, j, met;

        for (met = 0; met < n; met++) {
                for (i = 0; i < n && entries[i].offset != at; i++)
                        ;
                if (i == n)
                        break;
                at = entries[i].end;
        }
        if (met < n || at != directory)
                return odd(err, "has bytes that belong to no entry, or to two");
        for (i = 0; i < n; i++)
                for (j = 0; j < i; j++)
                        if (is_same_name(&entries[i], &entries[j]))
                                return odd_entry(err, &entries[i], "is there twice");
        return 0;
}

static bool is_onboarding(const ZipEntry *entry)
{
        static const char *const endings[] = { ".py", ".sh", ".json" };
        size_t i;

        for (i = 0; i < ELEMENTSOF(endings); i++) {
                size_t length = strlen(endings[i]);

                if (entry->name_length > length &&
                    strncasecmp((const char *)entry->name + entry->name_length - length, endings[i], length) == 0)
                        return true;
        }
        return false;
}

static int choose(const ZipEntry *entries, unsigned n, const ZipEntry **ret, Error *err)
{
        unsigned i;

        *ret = NULL;
        for (i = 0; i < n; i++) {
                if (!is_onboarding(&entries[i]))
                        continue;
                if (*ret) {
                        _cleanup_free_ char *one = shown_name(*ret), *two = shown_name(&entries[i]);

                        return error_set(err, ERROR_INPUT,
                                         "the zip archive has more than one file that could be the onboarding "
                                         "package: %s and %s",
                                         one, two);
                }
                *ret = &entries[i];
        }
        if (*ret)
                return 0;
        return error_set(err, ERROR_INPUT,
                         "the zip archive (%u entries) has no onboarding file, whose name would end in .py, .sh or "
                         ".json",
                         n);
}

static int unpack(const Zip *zip, const ZipEntry *entry, Secret *ret, Error *err)
{
        _cleanup_secret_ Secret content = { 0 };
        uint32_t crc = 0;

        if (entry->flags & (FLAG_ENCRYPTED | FLAG_STRONG))
                return odd_entry(err, entry, "is encrypted");
        if (entry->method != STORED && entry->method != DEFLATED)
                return odd_entry(err, entry, "is compressed in a way that is not read: stored or deflated is");
        if (entry->size > ONBOARDING_SCRIPT_MAX || entry->size / RATIO_MAX > entry->packed)
                return odd_entry(err, entry, "is larger than any onboarding package");
        if (entry->method == STORED && entry->size != entry->packed)
                return odd_entry(err, entry, "has two sizes");
        secret_allocate(&content, entry->size);
        if (entry->method == STORED)
                memcpy(content.data, zip->bytes + entry->data, entry->size);
        else if (inflate_bytes(zip->bytes + entry->data, entry->packed, content.data, entry->size, err) < 0)
                return error_prefix(err, "the zip archive");
        if (inflate_crc32(content.data, content.length, &crc, err) < 0)
                return -1;
        if (crc != entry->crc)
                return odd_entry(err, entry, "is damaged: its checksum differs");
        *ret = content;
        content = (Secret){ 0 };
        return 0;
}

int onboarding_zip_read(const void *bytes, size_t length, Secret *ret, Error *err)
{
        const Zip zip = { .bytes = bytes, .length = length };
        ZipEntry entries[ENTRIES_MAX];
        const ZipEntry *wanted = NULL;
        size_t directory = 0, at, end = 0;
        unsigned i, n = 0;

        if (length < END_BYTES || length > ONBOARDING_ZIP_MAX)
                return odd(err, length < END_BYTES ? "is cut off" : "is larger than any onboarding package");
        if (find_directory(&zip, &directory, &end, &n, err) < 0)
                return -1;
        at = directory;
        for (i = 0; i < n; i++)
                if (read_central(&zip, &at, end, &entries[i], err) < 0 ||
                    read_local(&zip, directory, &entries[i], err) < 0)
                        return -1;
        if (at != end)
                return odd(err, "has a damaged directory");
        if (check_order(entries, n, directory, err) < 0 || choose(entries, n, &wanted, err) < 0)
                return -1;
        return unpack(&zip, wanted, ret, err);
}
