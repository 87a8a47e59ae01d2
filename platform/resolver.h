/*
 * resolver: who is asked for names, in words for the operator. Names are resolved by the C library (link=system) or by
 * c-ares (link=portable); both go by /etc/resolv.conf (resolv.conf(5)) and ask its first three servers one after the
 * other, and 127.0.0.1 when it names none.
 */
#pragma once

#include "platform/host.h"

/* "10.0.0.1, 10.0.0.2 of /etc/resolv.conf", or why it is 127.0.0.1; escaped. Never NULL; caller frees. */
char *resolver_words(const Host *host);
