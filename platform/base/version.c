#include "platform/base/version.h"

/* VERSION_TEXT comes from the build, for this one file: another version is one file to compile. */
const char version_text[] = VERSION_TEXT;
