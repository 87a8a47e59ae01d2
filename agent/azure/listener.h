/*
 * listener: who answers where Azure Arc's agent is asked. Its port is one that any user of this machine may take while
 * the agent does not run: whose socket listens there is told by the kernel.
 *
 * Foreign format: /proc/net/tcp and tcp6 of Linux 3.10 and later: a heading, then "SL: ADDRESS:PORT REMOTE:PORT STATE
 * QUEUES TIMER RETRANSMISSIONS UID ...", addresses as 32-bit words of the machine in hexadecimal; listeners come first.
 */
#pragma once

#include "platform/host.h"

typedef enum AzureListener {
        AZURE_LISTENER_UNKNOWN, /* not on this machine, or its tables cannot be read */
        AZURE_LISTENER_NONE,
        AZURE_LISTENER_TRUSTED, /* root's, or of Arc's agent */
} AzureListener;

/* url: http://HOST:PORT, HOST an address or localhost (127.0.0.1). ERROR_TRUST: another user's. */
int azure_listener_look(const Host *host, const char *url, AzureListener *ret, Error *err) _must_check_;

/* The same URL with 127.0.0.1 for localhost, whose other address anyone may listen on. Caller frees. Pure. */
char *azure_listener_url(const char *url);
