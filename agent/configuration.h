/*
 * configuration: /etc/mde-linux/mde-linux.conf: what the site's administrator decided.
 *
 * An ini file, owned by root and writable by nobody else, else it is refused:
 *
 *   [settings]   NAME = VALUE: site defaults for the public settings; lists and objects as JSON in one line
 *   [policy]     allowed-tenants, deny-settings
 *   [endpoints]  packages, arm, imds, himds
 *   [trust]      ca-file, onboarding-roots, repository-keys
 *
 * Whatever else stands in it is refused as well: a policy that is silently not enforced would be worse than an error.
 * For the same reason a key of [settings] or [policy] may not stand twice. Names and values of [settings], and names
 * in deny-settings, are looked at by who knows the settings.
 */
#pragma once

#include "agent/reasons.h"
#include "platform/host.h"

#define CONFIGURATION_FILE "/etc/mde-linux/mde-linux.conf"

typedef struct ConfigurationSetting {
        char *name;
        char *value; /* trimmed, as it stands there; may be "" */
        unsigned line;
} ConfigurationSetting;

typedef struct Configuration {
        char *packages_url;
        char *arm_url;
        char *imds_url, *himds_url;
        char *ca_file;
        char **onboarding_roots; /* NULL-terminated, or NULL */
        char **repository_keys;
        char **allowed_tenants; /* org ids; NULL: any */
        char **denied_settings; /* names, dotted to reach into an object; NULL: the built-in ones */
        unsigned denied_line;   /* where they stand */
        ConfigurationSetting *settings;
        size_t n_settings;
        bool hidden;    /* the file is there, and who looks may not read it: what it says is not known */
        Failure unread; /* why a file that should count does not; NONE: it does, or there is none, or it is hidden */
} Configuration;

void configuration_clear(Configuration *configuration);

/* No file: nothing is configured. */
int configuration_read(const Host *host, Configuration *ret, Failure *failure) _must_check_;

/* As who looks: root may, always. */
bool configuration_is_hidden(const Host *host);

/* host borrows from configuration from now on. */
void configuration_apply(const Configuration *configuration, Host *host);

/* What [settings] says of it; NULL: nothing. Borrowed. */
const char *configuration_setting(const Configuration *configuration, const char *name);

/*
 * The names that the control plane may not set here, NULL-terminated: those of [policy] deny-settings (none, when it
 * is there and empty), else the exclusions inside managedConfig.
 */
const char *const *configuration_denied(const Configuration *configuration);
