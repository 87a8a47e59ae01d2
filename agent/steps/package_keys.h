/*
 * package_keys: a package manager that asks nothing takes the keys of any source that it needs a dependency of. What it
 * takes while it works for us is in the undo journal.
 */
#pragma once

#include "agent/mission.h"

/* Around a command that downloads or installs. Nothing to do where the manager never takes keys by itself. */
int package_keys_before(Mission *mission, Error *err) _must_check_;
int package_keys_after(Mission *mission, Error *err) _must_check_;

/* Before the commit point is noted: a row about keys that stay. */
void package_keys_tell(Mission *mission);
