/*
 * repository_source: the sources under the vendor's own names, microsoft-CHANNEL.list or .repo. The vendor's installer
 * script writes there whatever it was answered, so what is of no use in them is ours to repair, and only there.
 * Every change is in the undo journal before it is made.
 */
#pragma once

#include "agent/mission.h"

/* Where the vendor's source for a channel lies. Caller frees. */
char *repository_source_file(const Mission *mission, const char *channel);

bool repository_source_is_vendors(const Mission *mission, const char *file);

/* Names the file whose source failed, as an entry of the site's; a key that is not trusted is one that the site has to
 * make known. Returns -1. */
int repository_source_blame(const char *file, const PackageResult *result, Failure *failure);

/*
 * Takes out of them what is of no use here (SourceFormat.mend), and wanted's own place where another file configures
 * it with another keyring: the package manager refuses to work with both. A row tells what was taken out.
 */
int repository_source_mend(Mission *mission, const PackageSource *wanted, Error *err) _must_check_;

/* The files under the vendor's own names, there or not; fs_names_free(). */
char **repository_source_files(const Mission *mission);

/* What stands in file for source's place; a file with nothing left in it is removed. */
int repository_source_take_out(const Mission *mission, const char *file, const PackageSource *source,
                               Error *err) _must_check_;

/* The same in two parts, for a file that is written once more in between and keeps its mode and owner so. */
int repository_source_empty(const Mission *mission, const char *file, const PackageSource *source,
                            Error *err) _must_check_;
int repository_source_drop(const Mission *mission, const char *file, Error *err) _must_check_;

/* source, with the keys of its signed_by, in place of what file held for it, and of what others of the vendor's names
 * hold for it with another keyring where that matters (SourceFormat.one_keyring); what else is of use there is kept.
 * source->file is file then. */
int repository_source_write(Mission *mission, PackageSource *source, const char *file, Error *err) _must_check_;

/* Before a refresh: what it is about to fetch for the source, whole or in part. What is there already is somebody's:
 * kept, unless a power cut may have torn it. */
int repository_source_remember_lists(Mission *mission, const PackageSource *source, Error *err) _must_check_;
