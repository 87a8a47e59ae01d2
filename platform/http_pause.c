#include "platform/http_pause.h"

#include <time.h>

#include "platform/base/pause.h"

#define WAIT_MAX_MS 30000

/* Up to 1, 2, 4 ... s: anywhere in that range, so that machines that failed together do not come back together. */
static int64_t jittered_ms(int n)
{
        int64_t most = n < 5 ? (int64_t)1000 << n : WAIT_MAX_MS;

        return pause_random_ms(most) + 1;
}

int64_t http_asked_ms(const HttpAnswerHeaders *answer)
{
        int64_t now = answer->date > 0 ? answer->date : (int64_t)time(NULL);

        if (answer->retry_after_s >= 0)
                return answer->retry_after_s * 1000;
        return answer->retry_at > now ? (answer->retry_at - now) * 1000 : 0;
}

int64_t http_pause_ms(const HttpAnswerHeaders *answer, int n)
{
        int64_t ms = jittered_ms(n);

        int64_t asked = http_asked_ms(answer);

        if (answer->retry_after_s < 0 && answer->retry_at <= 0)
                return ms;
        return asked > 0 ? asked + ms % 1000 : 1;
}
