/*
 * judge: what speaks against doing what is asked, and what has to be told about this machine. Pure, like the plan.
 *
 * Each judge looks at one side of the situation. It may refuse (judge_refuse; of several refusals the first is told)
 * and add notes, which become rows of the status. A note that is a warning does not keep anything from being done.
 */
#pragma once

#include "agent/plan.h"
#include "agent/situation.h"

typedef void Judge(const Request *request, const Facts *facts, Plan *plan);

Judge judge_package;      /* the onboarding package itself */
Judge judge_tenant;       /* whose machine this is and shall be */
Judge judge_leave;        /* that the sensor shall leave its tenant: the only one of such a request */
Judge judge_distribution; /* distribution, architecture, which package manager it has */
Judge judge_machine;      /* systemd, the package manager's state */
Judge judge_intent;       /* what a person did on purpose since the request succeeded; holds */
Judge judge_sensor;       /* what is known of a sensor that is there */
Judge judge_conflict;     /* others that block file access */
Judge judge_fitness;      /* the machine against the sensor's needs */
Judge judge_path;         /* installPath */
Judge judge_proxy;        /* through which proxy packages are reached */
Judge judge_connectivity; /* which endpoints the sensor will have to reach */
Judge judge_update;       /* who keeps the sensor up to date, and what came of it */
Judge judge_managed;      /* the sensor's managed configuration against passiveMode, proxy, groupIds, managedConfig */
Judge judge_azure;        /* which machine of Azure it is, and whether its disk was copied */
Judge judge_extension;    /* this very program: its age, whose cryptography it uses */

/* The first is the plan's; those after it are its further ones. */
void judge_refuse(Plan *plan, ReasonId reason, const char *format, ...) _printf_(3, 4);

/* The last place tells that there are more. */
void judge_note(Plan *plan, const char *name, PlanNoteLevel level, const char *format, ...) _printf_(4, 5);
