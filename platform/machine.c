#include "platform/machine.h"

void machine_look(const Host *host, const char *const *folders, const char *user, Machine *ret)
{
        *ret = (Machine){ .known = TRI_UNKNOWN };
}
