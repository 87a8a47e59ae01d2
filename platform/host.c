#include "platform/host.h"

#include <poll.h>

#include "platform/base/text.h"

char *host_path(const Host *host, const char *path)
{
        return text_format("%s%s", host->root, path);
}

bool host_is_live(const Host *host)
{
        return !*host->root;
}

bool host_may_ask(const Host *host)
{
        return !host->image;
}

bool host_stopping(const Host *host)
{
        return host->stop && *host->stop;
}

void host_waits(const Host *host)
{
        if (host->on_wait)
                host->on_wait(host->userdata);
}

int host_wait(const Host *host, int64_t ms, Deadline deadline, Error *err)
{
        Deadline end = deadline_in(ms);

        for (;;) {
                int64_t left;

                host_waits(host);
                if (host_stopping(host))
                        return error_set(err, ERROR_STOPPED, "asked to stop");
                if (deadline_passed(deadline))
                        return error_set(err, ERROR_TIMEOUT, "the time for it is over");
                left = deadline_left_ms(deadline_sooner(end, deadline));
                if (left == 0)
                        return 0;
                /* in slices: a signal that arrives between the look and poll() must not cost the whole wait */
                poll(NULL, 0, (int)(left < 200 ? left : 200));
        }
}
