#include "handler/plain_text.h"

#include <stdbool.h>
#include <string.h>

#include "platform/base/text.h"

/* Bytes of the character at the start of text; 0: it is none. */
static size_t character_length(const char *text, size_t left)
{
        size_t n;

        for (n = 1; n <= 4 && n <= left; n++)
                if (text_is_utf8(text, n))
                        return n;
        return 0;
}

static bool is_control(const char *character, size_t length)
{
        const unsigned char *p = (const unsigned char *)character;

        return length == 1 ? *p < 0x20 || *p == 0x7f : length == 2 && p[0] == 0xc2 && p[1] < 0xa0;
}

char *plain_text(const char *text, size_t max)
{
        _cleanup_(text_clear) Text out = { 0 };
        size_t left = strlen(text), n, count, keep = 0;

        for (count = 0; left > 0 && count < max; count++) {
                if (count + 3 <= max)
                        keep = out.length;
                n = character_length(text, left);
                if (n == 0)
                        text_append_bytes(&out, "?", 1);
                else if (is_control(text, n))
                        text_append_bytes(&out, " ", 1);
                else
                        text_append_bytes(&out, text, n);
                text += n ? n : 1;
                left -= n ? n : 1;
        }
        if (left > 0) {
                out.length = keep;
                text_append_bytes(&out, "...", 3);
        }
        return text_take(&out);
}
