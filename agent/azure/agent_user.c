#include "agent/azure/agent_user.h"

#include <stdlib.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/fs.h"

#define PASSWD_MAX (1024 * 1024)
#define SHOWN_MAX 40

/* "NAME:x:UID:GID:..."; of the first row of that name or, without one, of that uid. */
static char *find(const Host *host, const char *name, int64_t uid, AzureAgentUser *ret)
{
        _cleanup_free_ char *text = NULL;
        const char *cursor, *line;
        size_t length, n;

        if (fs_read(host, "/etc/passwd", PASSWD_MAX, &text, &length, NULL) < 0 || !text)
                return NULL;
        cursor = text;
        while (text_next_line(&cursor, text + length, &line, &n)) {
                _cleanup_free_ char *copy = text_copy_n(line, n);
                char *rest = copy, *row = strsep(&rest, ":"), *number, *group;
                AzureAgentUser found = { 0 };

                strsep(&rest, ":");
                number = strsep(&rest, ":");
                group = strsep(&rest, ":");
                found.known = number && group && text_to_int64(number, 0, UINT32_MAX, &found.uid) &&
                              text_to_int64(group, 0, UINT32_MAX, &found.gid);
                if (name ? !text_equal(row, name) : !found.known || found.uid != uid)
                        continue;
                *ret = found;
                return text_escape(row, SHOWN_MAX);
        }
        return NULL;
}

void azure_agent_user_find(const Host *host, AzureAgentUser *ret)
{
        _cleanup_free_ char *name = NULL;

        *ret = (AzureAgentUser){ 0 };
        name = find(host, AZURE_AGENT_USER, 0, ret);
}

char *azure_user_name(const Host *host, int64_t uid)
{
        AzureAgentUser ignored;
        char *name = find(host, NULL, uid, &ignored);

        return name ? name : text_copy("unknown");
}
