/*
 * fitness: what the sensor needs of a machine: the one table of checks. Pure.
 *
 * Their names are what the setting skipChecks takes; they never change. A check is there once for each severity it can
 * have, the worst first: the first that finds something is the one that counts. What is not known is fit.
 */
#pragma once

#include "agent/facts.h"
#include "agent/request.h"

typedef enum FitnessSeverity {
        FITNESS_NOTE,
        FITNESS_WARN,
        FITNESS_REFUSE, /* the package is not installed; skipChecks makes it a warning */
} FitnessSeverity;

#define FITNESS_TEXT_MAX 512

/* True: the machine is not as it should be; text says what was found and what is needed. Facts of a second look. */
typedef bool FitnessTest(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX]);

typedef struct FitnessCheck {
        const char *name;
        FitnessSeverity severity;
        bool always;     /* also beside a sensor that is installed */
        ReasonId reason; /* FITNESS_REFUSE */
        FitnessTest *test;
} FitnessCheck;

/* In order: of several refusals the first is told. */
extern const FitnessCheck fitness_checks[];
extern const size_t fitness_n_checks;
