/*
 * http_pause: how long to wait between two tries of a transfer. Part of http.
 */
#pragma once

#include "platform/http_headers.h"

/* For how long the answer asks to be left alone; 0: it does not. */
int64_t http_asked_ms(const HttpAnswerHeaders *answer);

/* After the try n (from 0): what the answer to it asks for, else up to 1, 2, 4 ... 30 s at random; ms, at least 1. */
int64_t http_pause_ms(const HttpAnswerHeaders *answer, int n);
