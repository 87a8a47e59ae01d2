/*
 * repository_unsigned: entries for the sensor's place by which the package manager would take its packages without a
 * signature. The vendor signs: such an entry is a mistake, or somebody's way onto this machine.
 *
 * All files are looked at: an entry that another one of its id hides comes into force when that one goes.
 */
#pragma once

#include "agent/mission.h"
#include "platform/base/text.h"

/* What was taken out. */
typedef struct RepositoryUnsigned {
        char file[256]; /* the first that held such an entry; "": none did */
        char weakness[SOURCE_WEAKNESS_MAX];
        Text others; /* a sentence for each other one */
        Text ids;    /* a line each */
} RepositoryUnsigned;

void repository_unsigned_clear(RepositoryUnsigned *taken);

/*
 * Takes them out of the files under the vendor's own names; every change is in the undo journal before it is made. The
 * first of them stays though nothing is left in it, for ours to stand there (repository_source_drop).
 * One that stands elsewhere, that cannot be taken out, or that would come into force by this is a refusal: the failure
 * names it.
 */
int repository_unsigned_take_out(const Mission *mission, const PackageSource *source, RepositoryUnsigned *ret,
                                 Failure *failure) _must_check_;

/* A row, where any was taken out; anew: ours stands in place of the first. */
void repository_unsigned_tell(Mission *mission, const RepositoryUnsigned *taken, bool anew);

/* The first for the place of source, whose file may be any (SourceFormat.find_unverified). */
int repository_unsigned_find(const Mission *mission, const PackageSource *source, bool *ret_found, PackageSource *ret,
                             Error *err) _must_check_;

/* The failure that there is one. */
int repository_unsigned_check(const Mission *mission, const PackageSource *source, Failure *failure) _must_check_;

/* The failure that entry is one. Returns -1. */
int repository_unsigned_refuse(const Mission *mission, const PackageSource *entry, Failure *failure);
