/*
 * fitness_packages: what the package manager of a machine needs for what it will be asked. Pure. Part of fitness.
 */
#pragma once

#include "agent/machine/fitness.h"

FitnessTest fitness_packages_without_https;
