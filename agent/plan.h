/*
 * plan: what to do and why, or why not. Pure: no I/O, no clock, cannot fail.
 *
 * A plan without steps and without refusal means: everything is as asked.
 */
#pragma once

#include "agent/facts.h"
#include "agent/request.h"

typedef enum StepId {
        STEP_ONBOARDING_PACKAGE, /* alone in its plan: what it brings decides what is to be done */
        STEP_CONNECTIVITY,       /* before anything changes */
        STEP_REPOSITORY,
        STEP_PACKAGE_FILE,   /* in place of the repository */
        STEP_INSTALL_PATH,   /* before the package, and journalled: undone when it cannot be installed */
        STEP_MANAGED_CONFIG, /* before the package too: a sensor that shall be passive is so from its first second */
        STEP_PACKAGE,
        STEP_OFFBOARD,
        STEP_ONBOARD,
        STEP_SERVICE,
        STEP_UPDATE, /* after the service, which an update may have left disabled; before all that waits for the sensor
                      */
        STEP_SETTINGS,
        STEP_VERIFY,
        _STEP_MAX
} StepId;

typedef struct PlanStep {
        StepId id;
        const char *why; /* static */
} PlanStep;

typedef enum PlanNoteLevel { PLAN_INFORMATION, PLAN_WARNING } PlanNoteLevel;

/* What has to be told about this machine, whatever is done. */
typedef struct PlanNote {
        char name[40]; /* of its status row */
        PlanNoteLevel level;
        char text[900];
} PlanNote;

#define PLAN_NOTES_MAX 24
#define PLAN_FURTHER_MAX 7

typedef struct Plan {
        Failure refusal;                   /* reason NONE: none */
        Failure further[PLAN_FURTHER_MAX]; /* what would be refused next; for people who mend all in one go */
        size_t n_further;
        PlanStep steps[_STEP_MAX];
        size_t n_steps;
        PlanNote notes[PLAN_NOTES_MAX];
        size_t n_notes;
} Plan;

void plan_make(const Request *request, const Facts *facts, Plan *ret);

/* Leaves of a plan that the second look led to the notes alone, and of those the ones that a first look cannot make. */
void plan_leave_second_notes(const Request *request, const Facts *facts, Plan *plan);

const char *step_name(StepId id); /* "repository" ...: also the name of its status row */

typedef struct PlanTag {
        const char *key;
        const char *value; /* NULL: neither asked for nor derived; borrowed from request and facts */
        bool ignore_case;  /* Azure ids: compared without case, written as given */
        bool derived;      /* nobody asked for it: a sensor that answers and tells no tags is left as it is */
} PlanTag;

#define PLAN_TAGS 3
void plan_tags(const Request *request, const Facts *facts, PlanTag tags[PLAN_TAGS]);

bool plan_has(const Plan *plan, StepId id);

/* Asked for, and known to be missing or different, or not known. */
bool plan_tag_differs(const PlanTag *tag, const SensorHealth *health);
