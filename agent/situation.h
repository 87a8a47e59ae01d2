/*
 * situation: the questions that rules and judges ask of a request and the facts. Pure.
 */
#pragma once

#include "agent/facts.h"
#include "agent/request.h"

/* The package has to be installed: for the first time, because it is half there, because its build has expired, or
 * because the setting version asks for another one and it may be moved there. */
bool situation_needs_package(const Request *request, const Facts *facts);

/*
 * The setting version against the package that is there: less than 0: it asks for an older one, more than 0: for a
 * newer one; 0: for that very one, for none, or there is none that is known and owned. Suffixes of channels and
 * releases are no difference.
 */
int situation_pin(const Request *request, const Facts *facts);

/* The sensor says that its build has expired, and has no licence any more. */
bool situation_is_expired(const Facts *facts);

/* A sensor's program is there that no package owns: somebody unpacked it. */
bool situation_is_unowned(const Facts *facts);

/* The portal has cut this machine off from the network. */
bool situation_is_isolated(const Facts *facts);

/* Its definitions were not updated for more than a week. */
bool situation_has_old_definitions(const Facts *facts);

/* The version of the sensor or of its package; "": not known. */
const char *situation_version(const Facts *facts);

/* How this machine's distribution is dealt with: as itself, or as what it is derived from; NULL: not at all. */
const DistroSupport *situation_support(const Request *request, const Facts *facts);

/* A sensor's program is on the machine. */
bool situation_has_sensor(const Facts *facts);

/* The sensor is licensed, in the tenant of the package (in any, when there is no usable package). */
bool situation_is_licensed(const Request *request, const Facts *facts);

/* The request says where the onboarding package may come from. */
bool situation_has_sources(const Request *request);

/* The sensor may stay as it is without an onboarding package: licensed, or silent with all that it needs in place. */
bool situation_can_stay(const Request *request, const Facts *facts);

/* This request, of which the package has to be fetched, was met, and the onboarding file that was written then lies
 * there and stands: whatever else is not well, the package is not needed to mend it. */
bool situation_is_as_met(const Request *request, const Facts *facts);

/* The onboarding package has to be fetched before anything else can be said of this machine. */
bool situation_needs_onboarding_package(const Request *request, const Facts *facts);

/* The daemon does not answer, yet everything it needs is in place: time or the verify step will tell. */
bool situation_is_silent_but_complete(const Facts *facts);

/* It is licensed, and does not say where: whatever its files say, nothing may be written over that. */
bool situation_keeps_tenant_secret(const Facts *facts);

/*
 * The tenant the sensor is in, "" when it is in none that is known: what a licensed sensor says of itself, else whose
 * onboarding file lies there, as such a sensor joins that tenant as soon as it can.
 */
const char *situation_tenant(const Facts *facts);

/* There is a sensor, and the tenant it is in is known and not this one. */
bool situation_is_in_another(const Facts *facts, const char *tenant);

/* The sensor is in another tenant than the package's. */
bool situation_is_elsewhere(const Request *request, const Facts *facts);

/* The sensor is in another tenant than that of the package with which this request was met; no package is needed to
 * know it. */
bool situation_has_moved_away(const Facts *facts);

/*
 * The sensor is in a tenant, or will be as soon as it can; or it is about to leave one, and has not said that it has.
 * Of a machine without a sensor: never.
 */
bool situation_is_onboarded(const Facts *facts);

/* situation_is_elsewhere, and what it needs to leave that tenant was given: whether that may be used is judge_tenant's.
 */
bool situation_changes_tenant(const Request *request, const Facts *facts);

/* The package is to be installed below installPath: asked for, and no sensor is there, not even half of one. */
bool situation_uses_install_path(const Request *request, const Facts *facts);

/* autoUpdate may go to a newer version: nobody else does, nothing forbids it, and the sensor is well as it is. */
bool situation_may_update(const Request *request, const Facts *facts);

/* Is this fitness check to be left out? */
bool situation_skips(const Request *request, const char *check);
