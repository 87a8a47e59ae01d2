/*
 * doctor: why this machine is not (shown as) onboarded, and what to do about it; the most likely cause first.
 */
#pragma once

#include "agent/commands/command_line.h"
#include "agent/request.h"

/* What is known of what was asked. Borrowed. */
typedef struct DoctorAsk {
        const Request *asked; /* what the extension's settings allow and want, so that what an administrator has allowed
                                 is not named as the cause; NULL: not known */
        Failure unreadable;   /* why it is not, where that is a fault */
        const char *root;     /* of an image; NULL: the running machine */
        bool site_hidden;     /* only root may read the site's configuration */
        const char *identity; /* of several, the one by which Azure is asked; or NULL */
} DoctorAsk;

/*
 * COMMAND_DONE: nothing wrong was found; COMMAND_NOT_AS_ASKED: causes were; COMMAND_UNKNOWN: none, but the answer as a
 * whole could not be seen.
 */
int doctor_answer(const CommandLine *line, const Host *host, const DoctorAsk *ask);
