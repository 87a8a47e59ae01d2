/*
 * fitness_mounts: the file systems that the sensor and its package write to: room, rights, links. Pure. Part of
 * fitness.
 */
#pragma once

#include "agent/machine/fitness.h"

/* The first folder that is not fit is told, the one it is installed into before all. */
FitnessTest fitness_disk_full;
FitnessTest fitness_inodes_used_up;
FitnessTest fitness_mounted_read_only;

FitnessTest fitness_install_noexec; /* the folder it is installed into */
FitnessTest fitness_scripts_noexec; /* from where the package manager runs scripts of packages */
FitnessTest fitness_var_noexec;     /* which the version that is asked for cannot do with */
FitnessTest fitness_tmp_noexec;     /* fitness_tmp_is_unusable(), told */
FitnessTest fitness_opt_is_link;

/* /tmp cannot be used by what a package manager runs: it has to be given a folder of its own. */
bool fitness_tmp_is_unusable(const Facts *facts);
