/*
 * outlet: a terminal that is written to and never waited for: one that is stopped (Ctrl-S), that nobody reads or whose
 * line is dead holds nobody up.
 *
 * It is opened anew, by /proc/self/fd: that a write does not wait is a property of the open file, and the one we were
 * given is also the shell's. What the terminal does not take yet is kept, so much of it, and written before all else;
 * where it cannot be opened anew all is kept until outlet_end(). What is put while too much is kept is gone.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#define OUTLET_MAX 4096

typedef struct Outlet {
        int fd; /* of our own; -1: none */
        size_t length;
        char kept[OUTLET_MAX];
} Outlet;

void outlet_open(Outlet *outlet, FILE *terminal);

/* Nothing is kept any more: what is put now is seen now, as far as can be told. */
bool outlet_is_free(Outlet *outlet);

/* All of the text or nothing. */
void outlet_put(Outlet *outlet, const char *text);

/* What is kept goes to the terminal, which is waited for. */
void outlet_end(Outlet *outlet, FILE *terminal);
