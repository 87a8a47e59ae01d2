/*
 * hold: changes of this machine are put on hold, and go on again. Looking and telling go on.
 *
 * FACTS_HOLD_FILE holds the reason as text. It is the administrator's: no verb of the extension removes it.
 */
#pragma once

/* "mde-linux hold REASON...": the words are the reason. Returns the exit code. */
int command_hold(int n_words, char *words[]);
int command_unhold(void);
