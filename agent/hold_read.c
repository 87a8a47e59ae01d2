#include "agent/hold.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "agent/facts.h"
#include "platform/base/text.h"
#include "platform/fs.h"
#include "platform/host_open.h"

/* fs_exists() takes what it may not see for absent. */
static Tri is_there(const Host *host, int64_t *ret_since_s)
{
        struct stat st;

        if (host_lstat(host, FACTS_HOLD_FILE, &st) == 0) {
                *ret_since_s = (int64_t)st.st_mtime;
                return TRI_YES;
        }
        return errno == ENOENT || errno == ENOTDIR ? TRI_NO : TRI_UNKNOWN;
}

void hold_read(const Host *host, int64_t now_s, Hold *ret)
{
        _cleanup_free_ char *text = NULL;
        int64_t since_s = 0;
        size_t length = 0;
        Error err = { 0 };

        *ret = (Hold){ .held = is_there(host, &since_s) };
        if (ret->held == TRI_YES && fs_read(host, FACTS_HOLD_FILE, HOLD_FILE_MAX, &text, &length, &err) < 0)
                snprintf(ret->trouble, sizeof(ret->trouble), "%.*s", HOLD_TROUBLE_MAX - 1, err.text);
        else if (ret->held == TRI_YES && !text)
                snprintf(ret->trouble, sizeof(ret->trouble), FACTS_HOLD_FILE " is a link that leads nowhere");
        else if (ret->held == TRI_YES)
                hold_parse(text, now_s, ret);
        ret->since_s = since_s;
}
