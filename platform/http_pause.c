#include "platform/http_pause.h"

#include <time.h>
#include <unistd.h>

#define WAIT_MAX_MS 30000

/* Up to 1, 2, 4 ... s: anywhere in that range, so that machines that failed together do not come back together. */
static int64_t jittered_ms(int n)
{
        int64_t most = n < 5 ? (int64_t)1000 << n : WAIT_MAX_MS;
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (now.tv_nsec / 1000 + (int64_t)getpid() * 7919) % most + 1;
}

int64_t http_pause_ms(const HttpAnswerHeaders *answer, int n)
{
        int64_t ms = jittered_ms(n);

        if (answer->retry_after_s >= 0)
                return answer->retry_after_s > 0 ? answer->retry_after_s * 1000 + ms % 1000 : 1;
        if (answer->retry_at > 0) {
                int64_t now = answer->date > 0 ? answer->date : (int64_t)time(NULL);

                return answer->retry_at > now ? (answer->retry_at - now) * 1000 + ms % 1000 : 1;
        }
        return ms;
}
