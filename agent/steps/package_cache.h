/*
 * package_cache: our own folder for packages, while a run lasts: a downloader's own user must reach it.
 */
#pragma once

#include "agent/state.h"

#define PACKAGE_CACHE STATE_CACHE "/archives"

/* The copy of a packageFile, without its extension: zypper empties the folder for downloads of what it did not put
 * there. */
#define PACKAGE_FILE_PLACE STATE_CACHE "/file"
#define PACKAGE_FILE_COPY PACKAGE_FILE_PLACE "/" SENSOR_PACKAGE

/* Makes it, with partial/ below it; it is in the undo journal before. */
int package_cache_prepare(const Host *host, Error *err) _must_check_;
