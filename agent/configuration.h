/*
 * configuration: /etc/mde-linux/mde-linux.conf: what the site's administrator decided.
 *
 * An ini file, owned by root and writable by nobody else, else it is refused. This version knows
 * [endpoints] packages and [trust] ca-file, onboarding-roots, repository-keys. Whatever else stands in it
 * is refused as well: a policy that is silently not enforced would be worse than an error.
 */
#pragma once

#include "agent/reasons.h"
#include "platform/host.h"

#define CONFIGURATION_FILE "/etc/mde-linux/mde-linux.conf"

typedef struct Configuration {
        char *packages_url;
        char *ca_file;
        char **onboarding_roots; /* NULL-terminated, or NULL */
        char **repository_keys;
} Configuration;

void configuration_clear(Configuration *configuration);

/* No file: nothing is configured. */
int configuration_read(const Host *host, Configuration *ret, Failure *failure) _must_check_;

/* host borrows from configuration from now on. */
void configuration_apply(const Configuration *configuration, Host *host);
