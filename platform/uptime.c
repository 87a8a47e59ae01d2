#include "platform/uptime.h"

#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

int64_t uptime_s(const Host *host)
{
        _cleanup_free_ char *text = NULL;
        int64_t seconds;
        size_t length = 0;

        if (fs_read(host, "/proc/uptime", 256, &text, &length, NULL) < 0 || !text)
                return -1;
        text[strcspn(text, ". \n")] = '\0';
        return text_to_int64(text, 0, INT32_MAX, &seconds) ? seconds : -1;
}
