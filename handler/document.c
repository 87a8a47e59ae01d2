#include "handler/document.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define WAIT_MS 200
#define TORN_TRIES 6
#define BLANK_TRIES 2 /* an empty file is also how the agent says "no settings" */

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool is_blank(const char *text, size_t length)
{
        size_t i;

        for (i = 0; i < length; i++)
                if (!strchr(" \t\r\n", text[i]) || !text[i])
                        return false;
        return true;
}

int document_parse(const char *text, size_t length, Json **ret, Error *err)
{
        size_t mark = sizeof(byte_order_mark) - 1;

        if (length >= mark && memcmp(text, byte_order_mark, mark) == 0) {
                text += mark;
                length -= mark;
        }
        if (is_blank(text, length)) {
                *ret = NULL;
                return 0;
        }
        return json_parse_unique(text, length, ret, err);
}

/* One look. *ret_tries: how many looks an answer like this one deserves. */
static int look(const Host *host, const char *path, Json **ret, int *ret_tries, Error *err)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        int r;

        *ret_tries = 1;
        if (fs_read(host, path, DOCUMENT_SIZE_MAX, &text, &length, err) < 0)
                return -1;
        if (!text) {
                *ret = NULL;
                return 0;
        }
        r = document_parse(text, length, ret, err);
        if (r < 0)
                *ret_tries = TORN_TRIES;
        else if (!*ret)
                *ret_tries = BLANK_TRIES;
        return r < 0 ? error_prefix(err, "%s", path) : 0;
}

int document_read(const Host *host, const char *path, Json **ret, Error *err)
{
        Json *json = NULL;
        int try, tries, r;

        for (try = 1;; try++) {
                r = look(host, path, &json, &tries, err);
                if (try >= tries)
                        break;
                if (host_wait(host, WAIT_MS, DEADLINE_NEVER, err) < 0)
                        return -1;
        }
        if (r == 0)
                *ret = json;
        return r;
}
