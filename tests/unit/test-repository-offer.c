/* Which source a package that is here already goes on with. */
#include "tests/unit/scratch.h"

#include "agent/steps/repository_offer.h"
#include "platform/base/text.h"

#define THIS "101.24092.0002-1"
#define NEW "101.25042.0003-1"
#define FOREIGN "101.99999.0001-1"
#define VENDORS "https://packages.microsoft.com/rhel/9/prod"
#define MIRROR "https://mirror.example.test/ms/rhel/9/prod"
#define THEIRS "https://repository.foreign.test/el9"
#define CHECKED "gpgcheck=1\n"
#define REPOS "/etc/yum.repos.d/"

typedef struct Offered {
        const char *version, *id, *uri; /* uri: apt alone tells it */
} Offered;

static PackageOffers make_offers(const Offered *offered)
{
        PackageOffers offers = { 0 };

        for (; offered->version; offered++) {
                PackageOffer *offer = &offers.offers[offers.n_offers++];

                snprintf(offer->version, sizeof(offer->version), "%s", offered->version);
                snprintf(offer->id, sizeof(offer->id), "%s", offered->id);
                snprintf(offer->uri, sizeof(offer->uri), "%s", offered->uri);
                snprintf(offer->suite, sizeof(offer->suite), "%s", *offered->uri ? "bookworm" : "");
        }
        return offers;
}

typedef struct Case {
        const PackageManager *manager;
        const char *mirror, *installed;
        const Offered *offered;
} Case;

/* "VERSION PLACE-OR-ID"; "": none. Caller frees. */
static char *choose(const Scratch *scratch, const Case *asked)
{
        const PackageOffers offers = make_offers(asked->offered);
        const PackageOffer *chosen = NULL;
        Request request = { 0 };
        Mission mission = { .host = &scratch->host, .request = &request, .manager = asked->manager };
        Error err = { 0 };

        snprintf(request.mirror_url, sizeof(request.mirror_url), "%s", asked->mirror ? asked->mirror : "");
        snprintf(mission.facts.package.version, PACKAGE_VERSION_MAX, "%s", asked->installed);
        if (repository_offer_choose(&mission, &offers, &chosen, &err) < 0)
                fail_msg("%s", err.text);
        return chosen ? text_format("%s %s", chosen->version, *chosen->id ? chosen->id : chosen->uri) : text_copy("");
}

static void assert_chosen(const Scratch *scratch, const Case *asked, const char *wanted)
{
        _cleanup_free_ char *chosen = choose(scratch, asked);

        assert_string_equal(chosen, wanted);
}

static void put_repo(const Scratch *scratch, const char *id, const char *place, const char *more)
{
        _cleanup_free_ char *path = text_format(REPOS "%s.repo", id);
        _cleanup_free_ char *text = text_format("[%s]\nname=%s\nbaseurl=%s\nenabled=1\n%s", id, id, place, more);

        scratch_write(scratch, path, text);
}

static void a_higher_version_makes_nobodys_source_the_sensors(void **state)
{
        static const Offered offered[] = {
                { FOREIGN, "theirs", "" }, { NEW, "prod", "" }, { THIS, "prod", "" }, { NULL, NULL, NULL }
        };
        static const Offered theirs[] = { { FOREIGN, "theirs", "" }, { NULL, NULL, NULL } };
        const Scratch *scratch = *state;

        put_repo(scratch, "theirs", THEIRS, CHECKED);
        put_repo(scratch, "prod", "https://bob:s3cr3t@Packages.Microsoft.com/rhel/9/prod/", CHECKED);
        assert_chosen(scratch, &(Case){ &manager_dnf, NULL, THIS, offered }, NEW " prod");
        /* nor does one that is without a signature fail the run */
        put_repo(scratch, "theirs", THEIRS, "gpgcheck=0\n");
        assert_chosen(scratch, &(Case){ &manager_dnf, NULL, THIS, offered }, NEW " prod");
        assert_chosen(scratch, &(Case){ &manager_dnf, NULL, THIS, theirs }, "");
        assert_chosen(scratch, &(Case){ &manager_dnf, NULL, "", theirs }, "");
}

static void one_that_came_from_a_mirror_of_the_customers_stays_with_it(void **state)
{
        static const Offered offered[] = { { FOREIGN, "theirs", "" },
                                           { NEW, "unsigned", "" },
                                           { THIS, "unsigned", "" },
                                           { THIS, "mirror", "" },
                                           { NULL, NULL, NULL } };
        const Scratch *scratch = *state;

        put_repo(scratch, "theirs", THEIRS, CHECKED);
        put_repo(scratch, "unsigned", THEIRS "/other", "gpgcheck=0\n");
        put_repo(scratch, "mirror", MIRROR, CHECKED);
        assert_chosen(scratch, &(Case){ &manager_dnf, NULL, THIS, offered }, THIS " mirror");
        assert_chosen(scratch, &(Case){ &manager_dnf, NULL, "101.1.1-1", offered }, "");
}

static void a_mirror_that_is_asked_for_stands_for_the_vendor(void **state)
{
        static const Offered offered[] = {
                { NEW, "prod", "" }, { THIS, "prod", "" }, { THIS, "mirror", "" }, { NULL, NULL, NULL }
        };
        const Scratch *scratch = *state;

        put_repo(scratch, "prod", VENDORS, CHECKED);
        put_repo(scratch, "mirror", MIRROR, CHECKED);
        assert_chosen(scratch, &(Case){ &manager_dnf, "https://mirror.example.test/ms", THIS, offered },
                      THIS " mirror");
        assert_chosen(scratch, &(Case){ &manager_dnf, NULL, THIS, offered }, NEW " prod");
}

static void apt_tells_the_places_itself(void **state)
{
        static const char vendors[] = "https://packages.microsoft.com/debian/12/prod", theirs[] = THEIRS;
        const Offered offered[] = { { FOREIGN, "", theirs }, { NEW, "", vendors }, { NULL, NULL, NULL } };
        const Offered mirrored[] = {
                { FOREIGN, "", theirs }, { NEW, "", MIRROR }, { THIS, "", MIRROR }, { NULL, NULL, NULL }
        };
        const Scratch *scratch = *state;
        _cleanup_free_ char *ours = text_format("deb %s bookworm main\n", vendors);

        scratch_write(scratch, "/etc/apt/sources.list.d/prod.list", ours);
        scratch_write(scratch, "/etc/apt/sources.list.d/theirs.list", "deb [trusted=yes] " THEIRS " bookworm main\n");
        scratch_write(scratch, "/etc/apt/sources.list.d/mirror.list", "deb " MIRROR " bookworm main\n");
        assert_chosen(scratch, &(Case){ &manager_apt, NULL, THIS, offered },
                      NEW " https://packages.microsoft.com/debian/12/prod");
        assert_chosen(scratch, &(Case){ &manager_apt, NULL, THIS, mirrored }, NEW " " MIRROR);
        assert_chosen(scratch, &(Case){ &manager_apt, NULL, "101.1.1-1", mirrored }, "");
}

#define WITH_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_open, scratch_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
                WITH_SCRATCH(a_higher_version_makes_nobodys_source_the_sensors),
                WITH_SCRATCH(one_that_came_from_a_mirror_of_the_customers_stays_with_it),
                WITH_SCRATCH(a_mirror_that_is_asked_for_stands_for_the_vendor),
                WITH_SCRATCH(apt_tells_the_places_itself),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
