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
 * the pinned ones of the file that the source names; for the vendor's own place without such a file those of
 * SourceFormat.key_file, which is source->signed_by then.
 */
int repository_key_prepare(Mission *mission, HttpClient *http, PackageSource *source, Failure *failure);

/*
 * Makes the pinned keys in a file known to a package manager that keeps keys itself, and no others: a site's own keys
 * have to be known to it already. What cannot be read there, it will tell. ERROR_TRUST: a pinned one is revoked.
 */
int repository_key_import(Mission *mission, const char *path, Error *err) _must_check_;

/*
 * Fills source->index_keys for a package manager that keeps keys itself, when the source's index is signed and its file
 * of keys has pinned ones: a file of ours below STATE_CACHE, with these alone.
 */
int repository_key_pin_index(Mission *mission, PackageSource *source, Error *err) _must_check_;

/*
 * The repository is signed by none of the keys that are known here: adds the vendor's other pinned keys to keyring,
 * provided that it is SourceFormat.key_file or has one of the pinned keys already. *ret_added: some were new. A key
 * file that cannot be had adds nothing.
 */
int repository_key_extend(Mission *mission, HttpClient *http, const char *keyring, bool *ret_added, Failure *failure);

/* It lies on the package server, or on the mirror that stands for it; whatever login its address holds. */
bool repository_key_is_vendors(const Mission *mission, const PackageSource *source);

/* A row: what is signed by a key of the vendor's that is not this distribution's usual one, and is in keyring now. */
void repository_key_tell(Mission *mission, const char *what, const char *keyring);
