#include "platform/base/version.h"

/* The values come from the build, for this one file: another version is one file to compile. */
const char version_text[] = VERSION_TEXT;
const bool version_is_portable = PORTABLE;
const int64_t version_built_s = BUILD_TIME;
