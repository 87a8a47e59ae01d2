#include "agent/machine/install_path.h"

#include <string.h>

#include "platform/base/text.h"

char *install_path_base(const char *path)
{
        size_t length = strlen(path);

        while (length > 0 && path[length - 1] == '/')
                length--;
        return text_format("%.*s/" INSTALL_PATH_NAME, (int)length, path);
}
