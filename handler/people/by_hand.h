/*
 * by_hand: a person's request, carried out as the extension's worker does it: the same lock, journal, history and
 * steps; told on the terminal and in /var/log/mde-linux.
 */
#pragma once

#include "agent/commands/command_line.h"
#include "agent/guest/places.h"
#include "agent/outcome.h"
#include "handler/settings.h"

typedef struct ByHand {
        const CommandLine *line;
        const char *operation; /* "Onboard": as the journal shows it */
        Host host;
        Configuration configuration;
        Settings settings; /* what is asked; its request is carried out */
        char *root;        /* of --root; NULL */
} ByHand;

void by_hand_clear(ByHand *hand);

/* Carries the request out, with --dry-run: plans it, and tells what came of it; the exit code. */
int by_hand_run(ByHand *hand);

/* Tells that it cannot be a request; the exit code. */
int by_hand_refuse(ByHand *hand, const Failure *failure);
