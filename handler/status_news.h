/*
 * status_news: what an outcome would tell over what stands in the status file: a look that finds what was told already
 * writes nothing, and one that finds another number says so in the file alone.
 */
#pragma once

#include "agent/outcome.h"
#include "handler/environment.h"

typedef struct StatusNews {
        bool differs; /* in words, times apart; the order of rows does not count */
        bool verdict; /* in its top level; or there is no file that can be read */
        bool worse;   /* a row is a warning or an error that was none */
        char *rows;   /* what became of the rows whose level changed, a sentence each; "": of none */
} StatusNews;

void status_news_clear(StatusNews *news);

/* What the last run did stays told beside what a look finds, which knows nothing of it: puts those rows of the file
 * that outcome does not have into it. A success takes over those of an untroubled one alone. */
void status_carry(const Host *host, const Environment *environment, int sequence, Outcome *outcome);

/* outcome: as it will be shown. Never fails. */
void status_news_find(const Host *host, const Environment *environment, int sequence, const char *operation,
                      const Outcome *outcome, StatusNews *ret);
