#include "agent/commands/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "platform/base/cleanup.h"

void outlet_open(Outlet *outlet, FILE *terminal)
{
        char path[40];

        snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(terminal));
        *outlet = (Outlet){ .fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) };
}

static void write_kept(Outlet *outlet)
{
        while (outlet->fd >= 0 && outlet->length > 0) {
                ssize_t n = write(outlet->fd, outlet->kept, outlet->length);

                if (n < 0 && errno != EAGAIN && errno != EINTR)
                        outlet->length = 0; /* it hung up: nobody will see it */
                if (n <= 0)
                        return;
                outlet->length -= (size_t)n;
                memmove(outlet->kept, outlet->kept + n, outlet->length);
        }
}

bool outlet_is_free(Outlet *outlet)
{
        write_kept(outlet);
        return outlet->fd >= 0 && outlet->length == 0;
}

void outlet_put(Outlet *outlet, const char *text)
{
        size_t length = strlen(text);

        write_kept(outlet);
        if (length > sizeof(outlet->kept) - outlet->length)
                return;
        memcpy(outlet->kept + outlet->length, text, length);
        outlet->length += length;
        write_kept(outlet);
}

void outlet_end(Outlet *outlet, FILE *terminal)
{
        write_kept(outlet);
        fwrite(outlet->kept, 1, outlet->length, terminal);
        fflush(terminal);
        if (outlet->fd >= 0)
                close(TAKE_FD(outlet->fd));
        outlet->length = 0;
}
