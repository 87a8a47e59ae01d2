/*
 * cause_words: what the doctor's causes mean, and what to do. Data only: the manual's pages and completions are made of
 * them as well.
 */
#pragma once

typedef struct CauseWords {
        const char *id;     /* stable, what people search for; NULL ends the list */
        const char *what;   /* one sentence */
        const char *remedy; /* likewise */
} CauseWords;

/* By id. A cause that speaks by reasons only stands in the table of reasons. */
extern const CauseWords cause_words[];

const CauseWords *cause_words_find(const char *id); /* NULL: none */
