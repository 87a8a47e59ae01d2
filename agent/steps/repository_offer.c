#include "agent/steps/repository_offer.h"

#include <stdio.h>

#include "agent/steps/repository_key.h"
#include "agent/steps/repository_package.h"
#include "agent/steps/repository_unsigned.h"
#include "platform/base/text.h"

typedef enum Claim {
        CLAIM_NONE,
        CLAIM_UNVERIFIED, /* it may have come from there */
        CLAIM_VERIFIED,
        CLAIM_VENDORS,
} Claim;

int repository_offer_find(const Mission *mission, const PackageOffer *offer, PackageSource *like, bool *ret_found,
                          PackageSource *ret, Error *err)
{
        const SourceFormat *format = mission->manager->sources;
        PackageSource first = { 0 };
        bool is_unsigned = false;

        *like = (PackageSource){ .packaged = repository_package_brings(mission, offer->id) };
        snprintf(like->id, sizeof(like->id), "%s", offer->id);
        snprintf(like->uri, sizeof(like->uri), "%s", offer->uri);
        snprintf(like->suite, sizeof(like->suite), "%s", offer->suite);
        if (format->find(format, mission->host, like, NULL, ret_found, &first, err) < 0)
                return -1;
        *ret = first;
        return *ret_found ? repository_unsigned_find(mission, &first, &is_unsigned, ret, err) : 0;
}

static bool is_of_one_source(const PackageOffer *a, const PackageOffer *b)
{
        return text_equal(a->id, b->id) && text_equal(a->uri, b->uri) && text_equal(a->suite, b->suite);
}

static bool is_first_of_its_source(const PackageOffers *offers, size_t at)
{
        size_t i;

        for (i = 0; i < at; i++)
                if (is_of_one_source(&offers->offers[i], &offers->offers[at]))
                        return false;
        return true;
}

static bool has_installed(const Mission *mission, const PackageOffers *offers, const PackageOffer *offer)
{
        size_t i;

        for (i = 0; i < offers->n_offers; i++)
                if (is_of_one_source(&offers->offers[i], offer) &&
                    text_equal(offers->offers[i].version, mission->facts.package.version))
                        return true;
        return false;
}

static int judge(const Mission *mission, const PackageOffers *offers, const PackageOffer *offer, Claim *ret, Error *err)
{
        PackageSource like, source = { 0 };
        bool found = false;

        if (repository_offer_find(mission, offer, &like, &found, &source, err) < 0)
                return -1;
        if (like.packaged || (found && repository_key_is_vendors(mission, &source)) ||
            repository_key_is_vendors(mission, &like))
                *ret = CLAIM_VENDORS;
        else if (!has_installed(mission, offers, offer))
                *ret = CLAIM_NONE;
        else
                *ret = found && !source.unverified ? CLAIM_VERIFIED : CLAIM_UNVERIFIED;
        return 0;
}

int repository_offer_choose(const Mission *mission, const PackageOffers *offers, const PackageOffer **ret, Error *err)
{
        const PackageOffer *best = NULL;
        Claim claim = CLAIM_NONE;
        size_t i;

        for (i = 0; i < offers->n_offers && claim != CLAIM_VENDORS; i++) {
                Claim this = CLAIM_NONE;

                if (!is_first_of_its_source(offers, i))
                        continue;
                if (judge(mission, offers, &offers->offers[i], &this, err) < 0)
                        return -1;
                if (this <= claim)
                        continue;
                claim = this;
                best = &offers->offers[i];
        }
        *ret = best;
        return 0;
}
