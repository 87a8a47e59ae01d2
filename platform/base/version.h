/*
 * version: of this program, A.B.C.D: the extension's and the packages'.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct VersionOfLibrary {
        const char *built;   /* what we were compiled with */
        const char *package; /* Debian's package that is inside; "": none is */
} VersionOfLibrary;

extern const VersionOfLibrary version_curl, version_json, version_openssl, version_systemd, version_zlib;
extern const VersionOfLibrary version_libc; /* known of one that is inside */

extern const char version_text[];
extern const bool version_is_portable; /* all libraries are inside: only another build brings their corrections */
extern const int64_t version_built_s;  /* since 1970: the date of what it was built from; 0: not known */
