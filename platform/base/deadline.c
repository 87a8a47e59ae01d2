#include "platform/base/deadline.h"

#include <limits.h>
#include <time.h>

int64_t deadline_now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

Deadline deadline_in(int64_t ms)
{
        return deadline_now_ms() + ms;
}

Deadline deadline_sooner(Deadline a, Deadline b)
{
        return a < b ? a : b;
}

int64_t deadline_left_ms(Deadline deadline)
{
        int64_t now = deadline_now_ms();

        if (deadline <= now)
                return 0;
        return deadline - now > INT_MAX ? INT_MAX : deadline - now;
}

bool deadline_passed(Deadline deadline)
{
        return deadline_left_ms(deadline) == 0;
}
