#include "platform/base/version.h"

/* The values come from the build, for this one file: another version is one file to compile. */
const char version_text[] = VERSION_TEXT;
const bool version_is_portable = PORTABLE;
const VersionOfLibrary version_curl = { BUILT_CURL, PACKAGE_CURL };
const VersionOfLibrary version_json = { BUILT_JSON, PACKAGE_JSON };
const VersionOfLibrary version_openssl = { BUILT_OPENSSL, PACKAGE_OPENSSL };
const VersionOfLibrary version_systemd = { BUILT_SYSTEMD, PACKAGE_SYSTEMD };
const VersionOfLibrary version_zlib = { BUILT_ZLIB, PACKAGE_ZLIB };
#if PORTABLE
const VersionOfLibrary version_libc = { BUILT_LIBC, PACKAGE_LIBC };
#else
const VersionOfLibrary version_libc = { "", "" };
#endif
const int64_t version_built_s = BUILD_TIME;
