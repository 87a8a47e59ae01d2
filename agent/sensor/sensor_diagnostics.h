/*
 * sensor_diagnostics: the sensor's own archive for its support. It holds more than we know.
 *
 * Foreign format: `mdatp diagnostic create` ends with the path of a .zip in its output, in quotes or not.
 */
#pragma once

#include "platform/host.h"

/*
 * Has the sensor make one; takes minutes. *ret_path is where it says that it lies (absolute; the caller's). What it
 * runs into the deadline with may still be there. ERROR_MISSING: there is no sensor; ERROR_COMMAND: what it said.
 */
int sensor_make_diagnostics(const Host *host, Deadline deadline, char **ret_path, Error *err) _must_check_;

/*
 * Opens what the sensor named, as root: *ret_fd is a regular file of root's in the sensor's own folders, reached
 * through no link of others'. ERROR_TRUST, ERROR_MISSING: the path, escaped, and what is wrong with it.
 */
int sensor_open_diagnostics(const Host *host, const char *path, int *ret_fd, Error *err) _must_check_;

/* The path in its output; NULL: none. Pure; the caller's. */
char *sensor_diagnostics_path(const char *output);
