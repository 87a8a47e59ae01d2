/*
 * steps: one function a step of the plan. Each is idempotent and checks nothing that the plan decided.
 *
 * 0, or -1 with *failure filled. Rolling back is the mission's business.
 */
#pragma once

#include "agent/mission.h"

typedef int Step(Mission *mission, Failure *failure);

Step step_onboarding_package;
Step step_connectivity;
Step step_repository;
Step step_package_file;
Step step_install_path;
Step step_managed_config;
Step step_package;
Step step_offboard;
Step step_onboard;
Step step_service;
Step step_update;
Step step_settings;
Step step_verify;

/*
 * Polls the sensor, at once and then at growing distance, until done() says so of mission->facts. -1 when the deadline
 * passes, when the service does not stay up, or on a stop; *failure says what was seen.
 */
typedef bool SensorDone(const Mission *mission);
int steps_wait_for_sensor(Mission *mission, SensorDone *done, const char *what, ReasonId reason, Failure *failure);

/* If this plan wrote it: gives the sensor a while to do what its managed configuration says. What it does not do is for
 * the judge to tell. -1 on a stop. */
int steps_wait_for_managed(Mission *mission, Failure *failure);

/* After the commit point: what step_managed_config had written before it. */
void steps_announce_managed(Mission *mission);

/* Whether apt is worth another try: 1 after a wait that grows with *tries, 0 not, -1 on a stop (*failure says so). */
int steps_again(Mission *mission, const PackageResult *result, unsigned *tries, Failure *failure);

/*
 * Others whose turn it is first: the first boot of a cloud image, which installs packages of its own, and the system's
 * own upgrade, which lets go of the package manager in between. For the first until the deadline; for upgrades a while,
 * after which the locks alone decide. -1 at the deadline or on a stop.
 */
int steps_wait_for_turn(Mission *mission, Failure *failure);

/* A PackageResult that is not TROUBLE_NONE, as a failure of the package manager (Failure.by_manager). */
int steps_fail_packages(Failure *failure, const PackageResult *result, ReasonId otherwise);

/* It cannot be fetched from a source of somebody else's, which the text names: no trouble of the sensor's repository.
 */
bool steps_is_of_others(const PackageResult *result);

/* An Error of waiting or running, as a failure: BUSY, STOPPED, SPACE have rows of their own. */
int steps_fail(Failure *failure, ReasonId otherwise, const Error *err);

/* The same of a command of the package manager: Failure.by_manager. */
int steps_fail_command(Failure *failure, ReasonId otherwise, const Error *err);

/* The certificate presented is valid only so long from now: our clock is behind. words: of who met it. */
int steps_fail_clock(Failure *failure, int64_t behind_s, const char *words);
