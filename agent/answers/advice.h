/*
 * advice: what to do, in words that were written for the machine itself, for who asks about an image by --root. Pure.
 *
 * Where it can be done from here, commands of ours get --root and paths begin with the image's folder; where it takes
 * the running machine, that is said. root: the folder; NULL: the running machine, and words stay as they are.
 */
#pragma once

#define ADVICE_OPTION_MAX 160

/* " --root /srv/image"; "" for the running machine; " --root DIR" where the name would have to be quoted, or is long.
 * Returns ret. */
const char *advice_option(const char *root, char ret[ADVICE_OPTION_MAX]);

/* Advice: sentences that say what to do and nothing else. Caller frees. */
char *advice_words(const char *root, const char *words);

/* What says what is so as well: commands and paths only. Caller frees. */
char *advice_text(const char *root, const char *text);

/* The same of what names a command of ours; else its words are about what was found, and stay. Caller frees. */
char *advice_note(const char *root, const char *text);
