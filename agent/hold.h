/*
 * hold: the file by which an administrator puts changes of this machine on hold: FACTS_HOLD_FILE.
 *
 * Format (ours; people write it, too): text, the reason. A line after the first that is "until TIME" (hold_time()) is
 * the end of the hold; without one it has no end. What cannot be read holds, and so does a hold whose end cannot.
 */
#pragma once

#include "platform/base/tri.h"
#include "platform/host.h"

#define HOLD_FILE_MAX 4096        /* a longer one holds, its words are not known */
#define HOLD_YEARS_MAX 10         /* an end further away is a mistake in writing */
#define HOLD_REASON_SHOWN_MAX 256 /* bytes, escaped */
#define HOLD_TROUBLE_MAX 256

typedef struct Hold {
        Tri held;                           /* UNKNOWN: it cannot be seen whether there is one */
        bool over;                          /* there is one, and its end has passed: it holds nothing any more */
        bool damaged;                       /* its end cannot be read: it holds */
        int64_t since_s;                    /* when its file was written last, since 1970; 0: not known */
        int64_t until_s;                    /* its end, since 1970; 0: none */
        char reason[HOLD_REASON_SHOWN_MAX]; /* escaped, without the line of its end; "": none given */
        char trouble[HOLD_TROUBLE_MAX];     /* why its file cannot be read: it holds, and nothing is known of it; "" */
} Hold;

/* Never fails. */
void hold_read(const Host *host, int64_t now_s, Hold *ret);

/*
 * Puts the file in place of what is there, or takes it away, durably; on failure what was there is there. The folder is
 * made where it is missing, and reached as safe_folder.h says. Errors are about the folder. ret_was_held: there was
 * one.
 */
int hold_write(const Host *host, const char *text, Error *err) _must_check_;
int hold_remove(const Host *host, bool *ret_was_held, Error *err) _must_check_;

/* Pure. text: of an existing file. */
void hold_parse(const char *text, int64_t now_s, Hold *ret);

/* Why changes are on hold, or that this is not known and why: a part of a sentence. Pure; caller frees. */
char *hold_reason_words(const Hold *hold);

/* The same as a sentence. */
char *hold_sentence(const Hold *hold);

/* One sentence about its end, for whoever waits for it; "" when it has none. Pure; caller frees. */
char *hold_end_words(const Hold *hold);

/*
 * A point in time, UTC: "2026-12-01", "2026-12-01T08:30", with seconds and Z or without, a blank for the T; or from
 * now_s on: "+90m", "+2h", "+3d", "+1w". Pure. False: it is neither, or there is no such day.
 */
bool hold_time(const char *text, int64_t now_s, int64_t *ret);
