/*
 * situation: the questions that rules and judges ask of a request and the facts. Pure.
 */
#pragma once

#include "agent/facts.h"
#include "agent/request.h"

/* The package has to be installed: for the first time, or because it is half there. */
bool situation_needs_package(const Facts *facts);

/* A sensor's program is on the machine. */
bool situation_has_sensor(const Facts *facts);

/* The sensor is licensed, in the tenant of the package (in any, when there is no usable package). */
bool situation_is_licensed(const Request *request, const Facts *facts);

/* The daemon does not answer, yet everything it needs is in place: time or the verify step will tell. */
bool situation_is_silent_but_complete(const Facts *facts);

/* The sensor is onboarded to another tenant than the package's. */
bool situation_is_elsewhere(const Request *request, const Facts *facts);

/* The tenant the sensor is in, as far as it is known; "" else. */
const char *situation_tenant(const Facts *facts);

/* Is this fitness check to be left out? */
bool situation_skips(const Request *request, const char *check);
