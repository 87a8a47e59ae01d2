/*
 * package_offers: which versions of the sensor's package there are to choose from.
 */
#pragma once

#include "agent/mission.h"

/* The same source: by its id, else by place and suite. Pure. */
bool package_offers_is_from(const PackageSource *source, const PackageOffer *offer);

/*
 * Takes out what is not of source. The candidate, if it is none of what is left, is the newest of that then. Pure.
 */
void package_offers_keep(PackageOffers *offers, const PackageSource *source);

/*
 * By the lists as they are: of mission->source alone, once the repository step knows it, also where the package manager
 * would take any source's (PackageManager.unbound); of all that this machine has with the setting useExistingRepo.
 */
int package_offers_ask(Mission *mission, PackageOffers *ret, Error *err) _must_check_;
