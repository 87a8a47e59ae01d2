#include "agent/steps/package_offers.h"

#include <stdio.h>
#include <string.h>

#include "platform/base/text.h"
#include "platform/packages/source_text.h"

bool package_offers_is_from(const PackageSource *source, const PackageOffer *offer)
{
        return *source->id ? text_equal(offer->id, source->id)
                           : text_equal(offer->suite, source->suite) &&
                                     source_text_is_same_uri(offer->uri, strlen(offer->uri), source->uri);
}

void package_offers_keep(PackageOffers *offers, const PackageSource *source)
{
        bool has_candidate = false;
        size_t i, n = 0;

        for (i = 0; i < offers->n_offers; i++) {
                if (!package_offers_is_from(source, &offers->offers[i]))
                        continue;
                has_candidate |= text_equal(offers->offers[i].version, offers->candidate);
                offers->offers[n++] = offers->offers[i];
        }
        offers->n_offers = n;
        if (!has_candidate && *offers->candidate)
                snprintf(offers->candidate, sizeof(offers->candidate), "%s", n > 0 ? offers->offers[0].version : "");
}

int package_offers_ask(Mission *mission, PackageOffers *ret, Error *err)
{
        const PackageRun run = mission_package_run(mission);
        const PackageSource *source = &mission->source;

        if (mission->manager->offers(mission->host, &run, SENSOR_PACKAGE, ret, err) < 0)
                return -1;
        if (mission->manager->unbound && *source->uri && !mission->request->use_existing_repo)
                package_offers_keep(ret, source);
        return 0;
}
