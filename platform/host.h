/*
 * host: the machine we work on, as every layer sees it: where its files are, where its services
 * answer, whom to trust beyond the built-in, whether we were asked to stop, and who looks on while we wait. The only
 * seam.
 *
 * root is "" for the running machine; a folder makes readers read below it (recorded hosts,
 * offline images), nothing of it is ever run, and nobody is asked over the network for it. All strings are borrowed and
 * outlive the Host.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "platform/base/cleanup.h"
#include "platform/base/deadline.h"
#include "platform/base/error.h"

typedef struct Host {
        const char *root;
        const char *packages_url;            /* no trailing slash; https://packages.microsoft.com */
        const char *imds_url;                /* Azure VMs' metadata service, likewise; http:// */
        const char *himds_url;               /* that of Azure Arc's agent */
        const char *arm_url;                 /* Azure Resource Manager, likewise, https://; NULL: its cloud's */
        const char *ca_file;                 /* PEM, added to the machine's bundle; or NULL */
        const char *const *onboarding_roots; /* SHA-256 of root certificates, hex, added to the built-in;
                                                NULL-terminated or NULL */
        const char *const *repository_keys;  /* OpenPGP fingerprints, 40 hex digits, likewise */
        const char *openssl; /* the program that decrypts and judges signatures in our library's place, or NULL:
                                host_openssl.h */
        bool image;          /* root is what somebody brought here: nobody is asked over the network for it */
        const volatile sig_atomic_t *stop; /* nonzero: finish the running command, then stop; or NULL */
        void (*on_wait)(void *userdata);   /* host_waits(); or NULL */
        void *userdata;
} Host;

#define HOST_PACKAGES_URL "https://packages.microsoft.com"
#define HOST_IMDS_URL "http://169.254.169.254"
#define HOST_HIMDS_URL "http://127.0.0.1:40342"

char *host_path(const Host *host, const char *path); /* root + path; caller frees */
bool host_is_live(const Host *host);
bool host_may_ask(const Host *host); /* others, over the network: not for an image */
bool host_stopping(const Host *host);

/* For all that waits (for time, a program, a server) and calls it about four times a second, a transfer once: who shows
 * what is done hears that time passes. It never waits itself. */
void host_waits(const Host *host);

/*
 * Waits ms, or until the deadline, or until we are asked to stop, whatever is first.
 * Returns 0 when ms are over; -1 with ERROR_TIMEOUT or ERROR_STOPPED.
 */
int host_wait(const Host *host, int64_t ms, Deadline deadline, Error *err) _must_check_;
