/*
 * environment: HandlerEnvironment.json: the folders the guest agent gives us.
 *
 * Foreign format (Azure guest agent and Arc's extension manager): an array of one object, or the bare
 * object; version a number or a string; eventsFolder or eventsFolder_preview or neither; unknown members.
 * The agent writes it without a rename, so a torn one is read again for a moment.
 */
#pragma once

#include "platform/host.h"

typedef struct Environment {
        char *base;    /* the folder that holds HandlerEnvironment.json; absolute, no trailing slash */
        char *name;    /* Microsoft.Azure.AzureDefenderForServers.MDE.Linux */
        char *version; /* of this package: from the folder's name, else AZURE_GUEST_AGENT_EXTENSION_VERSION, else our
                          own */
        char *config_folder;
        char *status_folder;
        char *log_folder;
        char *events_folder; /* NULL: the agent collects none */
} Environment;

void environment_clear(Environment *environment);

/* Looks in $AZURE_GUEST_AGENT_EXTENSION_PATH, the working folder, the folder above our own and our own. */
int environment_find(const Host *host, Environment *ret, Error *err) _must_check_;

/* From a known folder (the worker). */
int environment_read(const Host *host, const char *base, Environment *ret, Error *err) _must_check_;
