/*
 * What the kernel and other people's names put into /proc: no crash, no read past the end, and nothing shown that would
 * have to be escaped.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/container.h"
#include "platform/fanotify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
        if (!holds)
                abort();
}

static void check_lines(const char *text, size_t size)
{
        FanotifyHolder holder = { 0 };
        const char *cursor = text, *line;
        size_t length;

        while (text_next_line(&cursor, text + size, &line, &length)) {
                _cleanup_free_ char *exact = text_allocate(length ? length : 1);

                memcpy(exact, line, length);
                fanotify_parse_line(exact, length, &holder);
        }
        check((holder.permission_bits & ~0x170000ull) == 0 && holder.class <= FANOTIFY_PRE_CONTENT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *text = text_copy_n((const char *)data, size);
        char name[80];
        size_t i;

        check_lines((const char *)data, size);
        check(container_name(text, name, sizeof(name)) == (*name != '\0'));
        check(text_is_utf8(name, strlen(name)));
        for (i = 0; name[i]; i++)
                check((unsigned char)name[i] >= 0x20 && name[i] != '"');
        return 0;
}
