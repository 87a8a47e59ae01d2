/*
 * status_show: where this machine stands, for people on one screen and as the document mde-linux.status.
 */
#pragma once

#include "agent/commands/screen.h"
#include "agent/answers/standing.h"

typedef struct StatusView {
        const Facts *facts;
        const Extension *extension;
        const Asked *asked;
        const Standing *standing;
        bool live, root;
        bool site_hidden;  /* only root may read the site's configuration */
        const char *image; /* its folder; NULL: the running machine */
} StatusView;

/* On stdout. Both return the exit code: COMMAND_FAILED when it cannot be written, else status_code(). */
int status_show(const StatusView *view);
int status_show_json(const StatusView *view);
