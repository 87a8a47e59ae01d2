/*
 * waagent_conf: values of the guest agent's configuration, read as the agent itself reads them. Pure.
 *
 * Foreign format (WALinuxAgent): NAME=VALUE a line; a line that begins with # is a comment, as is what follows a # in a
 * value; blanks and double quotes around a value do not count. Of a name that stands twice the last one counts, and the
 * value None is none. Of a switch only y and n, in any case, are values; with any other it is as it is by default.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define WAAGENT_CONF "/etc/waagent.conf"

/* Caller frees. NULL: it does not say. */
char *waagent_conf_value(const char *text, size_t length, const char *name);

/* A switch that is on by default is switched off. */
bool waagent_conf_is_off(const char *text, size_t length, const char *name);
