/*
 * repository_offer: which of the sources that this machine has a package that is here already goes on with.
 */
#pragma once

#include "agent/mission.h"

/* The entry behind an offer, as SourceFormat.find tells, one of its place that is unsigned before all others; like has
 * what was looked for. */
int repository_offer_find(const Mission *mission, const PackageOffer *offer, PackageSource *like, bool *ret_found,
                          PackageSource *ret, Error *err) _must_check_;

/*
 * The newest that lies on the package server or the mirror that stands for it; else the newest of a source that has the
 * version that is here as well, as it came from there: such a one that is verified first. A higher version alone makes
 * nobody's source the sensor's. *ret: borrowed from offers; NULL: none of them.
 */
int repository_offer_choose(const Mission *mission, const PackageOffers *offers, const PackageOffer **ret,
                            Error *err) _must_check_;
