/*
 * cleanup: owners that free what they own when they leave scope, and attributes for prototypes.
 *
 * An owner is declared with _cleanup_(x) on its first line and leaves with TAKE_PTR or TAKE_FD,
 * so that no function needs a goto. Every destructor takes NULL and half-built objects.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _must_check_ __attribute__((warn_unused_result))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _noreturn_ __attribute__((noreturn))

#define ELEMENTSOF(a) (sizeof(a) / sizeof((a)[0]))

#define TAKE_PTR(p)                                                                                                    \
        ({                                                                                                             \
                __typeof__(p) *_pp = &(p);                                                                             \
                __typeof__(p) _value = *_pp;                                                                           \
                *_pp = NULL;                                                                                           \
                _value;                                                                                                \
        })

#define TAKE_FD(fd)                                                                                                    \
        ({                                                                                                             \
                int *_fdp = &(fd);                                                                                     \
                int _value = *_fdp;                                                                                    \
                *_fdp = -1;                                                                                            \
                _value;                                                                                                \
        })

/* Defines free_fn ## p, to be named in _cleanup_(). */
#define DEFINE_CLEANUP(type, free_fn)                                                                                  \
        static inline void free_fn##p(type *p)                                                                         \
        {                                                                                                              \
                if (*p)                                                                                                \
                        free_fn(*p);                                                                                   \
        }

static inline void cleanup_free(void *p)
{
        free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

static inline void cleanup_fclose(FILE **file)
{
        if (*file)
                fclose(*file);
}

#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)
