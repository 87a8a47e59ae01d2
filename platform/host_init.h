/*
 * host_init: what every program of ours begins with.
 */
#pragma once

#include "platform/host.h"

/* The running machine, built-in endpoints, and by whom its cryptography is done (host_openssl.h). */
void host_init(Host *host);
