/* Before everything else in each source of libsystemd: what it takes from glibc's headers and musl's do not have. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define __UAPI_DEF_ETHHDR 0 /* struct ethhdr is netinet/if_ether.h's, in whatever order that and the kernel's header come */
#include <netinet/in.h>     /* likewise, before linux/ipv6.h */
#include <stddef.h>

typedef int (*comparison_fn_t)(const void *, const void *);
