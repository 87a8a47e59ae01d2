/*
 * repository_source: the source lists under the vendor's own names, microsoft-CHANNEL.list. The vendor's installer
 * script writes there whatever it was answered, so what is of no use in them is ours to repair, and only there.
 * Every change is in the undo journal before it is made.
 */
#pragma once

#include "agent/mission.h"

#define REPOSITORY_SOURCES "/etc/apt/sources.list.d"
#define REPOSITORY_KEYRING "/usr/share/keyrings/microsoft-prod.gpg"

bool repository_source_is_vendors(const char *file);

/*
 * Takes out of them what is of no use here (apt_source_mend.h), and wanted's own place where another file configures
 * it with another keyring: apt refuses to work with both. A row tells what was taken out.
 */
int repository_source_mend(Mission *mission, const AptSource *wanted, Error *err) _must_check_;

/* source, with REPOSITORY_KEYRING, in place of what file held for it; what else is of use there is kept. */
int repository_source_write(Mission *mission, AptSource *source, const char *file, Error *err) _must_check_;
