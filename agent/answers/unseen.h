/*
 * unseen: what facts leave open, in words for people. Pure.
 */
#pragma once

#include "agent/facts.h"

#define UNSEEN_MAX 8

/* What else may not have been seen beside facts: a part of a sentence, too. */
#define UNSEEN_SITE "what this site's configuration (/etc/mde-linux/mde-linux.conf) says"

/* Each is a part of a sentence, "which programs hold file access back"; static. Returns how many. */
size_t unseen_list(const Facts *facts, const char *ret[UNSEEN_MAX]);

/* The distribution, or who blocks file access, is among them: that nothing is known to speak against the sensor is then
 * no answer. */
bool unseen_decides(const Facts *facts);

/* "A, B and C"; "" for none. Caller frees. */
char *unseen_join(const char *const *items, size_t n);
