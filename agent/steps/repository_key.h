/*
 * repository_key: the pinned keys of the package repository. Of a fetched key file only they are used; keyrings that
 * others share are extended, never replaced. Every change is in the undo journal before it is made.
 */
#pragma once

#include "agent/mission.h"
#include "platform/http.h"

/*
 * Fetches this distribution's key file, puts its pinned keys into SourceFormat.key_file and makes them known to a
 * package manager that keeps keys itself.
 */
int repository_key_install(Mission *mission, HttpClient *http, Failure *failure);

/*
 * For a source that is there already, whose keys a package manager that keeps keys itself has to know before it runs:
 * those of the file that the source names; for the vendor's own place without such a file the pinned ones, and then
 * source->signed_by is SourceFormat.key_file.
 */
int repository_key_prepare(Mission *mission, HttpClient *http, PackageSource *source, Failure *failure);

/*
 * Makes all keys in a file known to a package manager that keeps keys itself; what cannot be read there, it will tell.
 */
int repository_key_import(Mission *mission, const char *path, Error *err) _must_check_;

/*
 * The repository is signed by none of the keys that are known here: adds the vendor's other pinned keys to keyring,
 * provided that it is SourceFormat.key_file or has one of the pinned keys already. *ret_added: some were new. A key
 * file that cannot be had adds nothing.
 */
int repository_key_extend(Mission *mission, HttpClient *http, const char *keyring, bool *ret_added, Failure *failure);

/* A row: what is signed by a key of the vendor's that is not this distribution's usual one, and is in keyring now. */
void repository_key_tell(Mission *mission, const char *what, const char *keyring);
