/*
 * judged_twice: the same tests with our library, and, asked for by an argument, with this machine's openssl program in
 * its place. For tests that include cmocka.h before.
 */
#pragma once

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/host_openssl.h"

/* False: to be left out, as there is no program; that has been said. */
static inline bool judge_is_there(int argc, char **argv, const char **program)
{
        if (argc < 2 || strcmp(argv[1], "host-openssl") != 0)
                return true;
        *program = HOST_OPENSSL_PROGRAM;
        if (access(HOST_OPENSSL_PROGRAM, X_OK) == 0)
                return true;
        puts("1..0 # SKIP there is no " HOST_OPENSSL_PROGRAM);
        return false;
}
