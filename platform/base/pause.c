#include "platform/base/pause.h"

#include <time.h>
#include <unistd.h>

#define ROUND_MS 15000 /* one more question and its answer */
#define LEAST_MS 1000  /* what is less would be no pause */

int64_t pause_random_ms(int64_t most)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return most > 0 ? (now.tv_nsec / 1000 + (int64_t)getpid() * 7919) % most : 0;
}

int64_t pause_take_ms(Pause *pause)
{
        int64_t ms = pause->next_ms;

        pause->next_ms = ms * 2 < pause->longest_ms ? ms * 2 : pause->longest_ms;
        return ms + pause_random_ms(ms / 4);
}

int64_t pause_within_ms(int64_t ms, int64_t left_ms)
{
        if (ms + ROUND_MS <= left_ms)
                return ms;
        if (left_ms - ROUND_MS >= LEAST_MS)
                return left_ms - ROUND_MS;
        return ms < left_ms ? ms : 0;
}
