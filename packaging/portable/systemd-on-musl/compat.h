/* Before everything else in each source of libsystemd: what it takes from glibc's headers and musl's do not have. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define __UAPI_DEF_ETHHDR 0 /* struct ethhdr is netinet/if_ether.h's, in whatever order that and the kernel's header come */
#include <netinet/in.h>     /* likewise, before linux/ipv6.h */
#include <stddef.h>
#include <string.h>

/* glibc's returns the text. With the standard's, which returns a number, each error of the bus that has no words of its own is a
 * crash: PID 1 executed anew, a message bus that went. */
char *mde_strerror_r(int number, char *buffer, size_t size);
#define strerror_r mde_strerror_r

typedef int (*comparison_fn_t)(const void *, const void *);
