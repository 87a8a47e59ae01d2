/*
 * libraries: what this program is linked with, a line each: "NAME VERSION", for --version. link=system says the
 * versions that are loaded (libcurl is, for the question), link=portable also those of Debian's source packages, for
 * whoever looks whether a correction is in. libsystemd does not tell its version: it is that of the build.
 */
#pragma once

/* Never NULL; the caller frees it. */
char *libraries_text(void);
