/*
 * version: of this program, A.B.C.D: the extension's and the packages'.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

extern const char version_text[];
extern const bool version_is_portable; /* all libraries are inside: only another build brings their corrections */
extern const int64_t version_built_s;  /* since 1970: the date of what it was built from; 0: not known */
