#include "platform/packages/clearsigned.h"

#include <string.h>

#define BEGIN "-----BEGIN PGP SIGNED MESSAGE-----"
#define SIGNATURE "-----BEGIN PGP SIGNATURE-----"
#define END "-----END PGP SIGNATURE-----"

static bool is_line(const char *line, size_t length, const char *wanted)
{
        return length == strlen(wanted) && memcmp(line, wanted, length) == 0;
}

/* "Hash: SHA512" lines, and a blank one. */
static int skip_headers(const char **cursor, const char *end, Error *err)
{
        const char *line;
        size_t length;

        while (text_next_line(cursor, end, &line, &length)) {
                if (length == 0)
                        return 0;
                if (length < 6 || memcmp(line, "Hash: ", 6) != 0)
                        break;
        }
        return error_set(err, ERROR_INPUT, "what stands above its text is not understood");
}

/* A signature of a text covers its lines without the blanks at their ends, and not the last line's end. */
static int take_text(const char **cursor, const char *end, Text *ret, Error *err)
{
        const char *line;
        size_t length, n = 0;

        while (text_next_line(cursor, end, &line, &length)) {
                if (is_line(line, length, SIGNATURE))
                        return 0;
                if (length > 0 && *line == '-')
                        break;
                if (memchr(line, '\0', length))
                        return error_set(err, ERROR_INPUT, "there is a NUL in it");
                while (length > 0 && strchr(" \t\r", line[length - 1]))
                        length--;
                if (n++ > 0)
                        text_append_bytes(ret, "\n", 1);
                text_append_bytes(ret, line, length);
        }
        return error_set(err, ERROR_INPUT, "its text has no signature below it");
}

static int take_signature(const char **cursor, const char *end, Text *ret, Error *err)
{
        const char *line;
        size_t length;

        text_append(ret, "%s\n", SIGNATURE);
        while (text_next_line(cursor, end, &line, &length)) {
                bool last = is_line(line, length, END);

                if (length > 0 && *line == '-' && !last)
                        break;
                text_append_bytes(ret, line, length);
                text_append_bytes(ret, "\n", 1);
                if (last && *cursor == end)
                        return 0;
                if (last)
                        return error_set(err, ERROR_INPUT, "something stands behind its signature");
        }
        return error_set(err, ERROR_INPUT, "its signature has no end");
}

int clearsigned_split(const char *text, size_t length, Text *ret_text, Text *ret_signature, Error *err)
{
        const char *cursor = text, *end = text + length, *line;
        size_t n;

        if (!text_next_line(&cursor, end, &line, &n) || !is_line(line, n, BEGIN))
                return error_set(err, ERROR_INPUT, "it is no text with its signature");
        if (skip_headers(&cursor, end, err) < 0 || take_text(&cursor, end, ret_text, err) < 0 ||
            take_signature(&cursor, end, ret_signature, err) < 0) {
                text_clear(ret_text);
                text_clear(ret_signature);
                return -1;
        }
        return 0;
}
