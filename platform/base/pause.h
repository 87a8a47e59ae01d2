/*
 * pause: how long to wait between rounds of the same question, so that machines which failed together neither come back
 * together nor wear out who is asked.
 */
#pragma once

#include <stdint.h>

typedef struct Pause {
        int64_t next_ms;    /* at first: the first one */
        int64_t longest_ms; /* without what is added at random */
} Pause;

/* This one, up to a quarter longer at random; the next is twice as long. */
int64_t pause_take_ms(Pause *pause);

/* ms, or what of it leaves time for one more short round before the end, which is left_ms away; 0: there is none. */
int64_t pause_within_ms(int64_t ms, int64_t left_ms);

/* Anywhere from 0 to most - 1; 0 for none. Not for secrets. */
int64_t pause_random_ms(int64_t most);
