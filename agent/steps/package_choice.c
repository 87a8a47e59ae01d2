#include "agent/steps/package_choice.h"

#include <stdio.h>
#include <string.h>

#include "agent/situation.h"
#include "agent/steps.h"
#include "agent/steps/package_offers.h"
#include "platform/base/text.h"

#define VERSIONS_SHOWN 5

char *package_choice_versions(const PackageOffers *offers)
{
        _cleanup_(text_clear) Text shown = { 0 };
        const char *last = "";
        size_t i, n = 0;

        for (i = 0; i < offers->n_offers; i++) {
                if (text_equal(offers->offers[i].version, last))
                        continue;
                last = offers->offers[i].version;
                if (n++ < VERSIONS_SHOWN)
                        text_append(&shown, "%s%s", n > 1 ? ", " : "", last);
        }
        if (n <= VERSIONS_SHOWN)
                return text_format("the repository has: %s", n > 0 ? shown.data : "none");
        return text_format("the newest there: %s (and %zu older)", shown.data, n - VERSIONS_SHOWN);
}

/* As asked for, or with the suffix of its channel or a release: 101.24092.0002 is 101.24092.0002-insiderfast there. */
static const char *find_version(const PackageOffers *offers, const char *version)
{
        size_t i;

        for (i = 0; i < offers->n_offers; i++)
                if (text_equal(offers->offers[i].version, version))
                        return offers->offers[i].version;
        for (i = 0; i < offers->n_offers; i++)
                if (!strchr(version, '-') && sensor_compare_versions(offers->offers[i].version, version) == 0)
                        return offers->offers[i].version;
        return NULL;
}

/* With where a person looks, as this package manager calls it. */
static int fail_kept(const Mission *mission, const char *what, Failure *failure)
{
        return failure_set(failure, REASON_PACKAGE_KEPT, "%s %s", what,
                           package_manager_words(mission->manager->id)->kept);
}

/* -1: all of its source's are hidden. */
static int check_hidden(const Mission *mission, const PackageOffers *offers, Failure *failure)
{
        _cleanup_free_ char *what =
                text_format("The repository has %s, and this machine's configuration hides it from %s.", SENSOR_PACKAGE,
                            package_manager_words(mission->manager->id)->name);

        return offers->excluded ? fail_kept(mission, what, failure) : 0;
}

static int choose_pinned(Mission *mission, const PackageOffers *offers, PackageChoice *ret, Failure *failure)
{
        const char *version = mission->request->version, *found = find_version(offers, version);
        const char *there = mission->facts.package.state == PACKAGE_INSTALLED ? mission->facts.package.version : "";
        _cleanup_free_ char *offered = package_choice_versions(offers);

        if (!found && check_hidden(mission, offers, failure) < 0)
                return -1;
        if (!found)
                return failure_set(failure, REASON_VERSION_NOT_FOUND, "The setting version asks for %s %s; %s.%s%s%s",
                                   SENSOR_PACKAGE, version, offered, *there ? " Version " : "", there,
                                   *there ? " stays installed." : "");
        snprintf(ret->version, sizeof(ret->version), "%s", found);
        if (situation_pin(mission->request, &mission->facts) < 0)
                ret->action = PACKAGE_DOWNGRADE;
        return 0;
}

/* A package manager that takes any source's is asked for a version that ours has. */
static bool is_bound_here(const Mission *mission)
{
        return mission->manager->unbound && *mission->source.uri && !mission->request->use_existing_repo;
}

static void set_newest(PackageChoice *choice, const char *version)
{
        snprintf(choice->version, sizeof(choice->version), "%s", version);
        choice->newest = true;
}

/* There is something newer, and the package manager would not take it by itself. */
static int fail_no_candidate(const Mission *mission, const PackageOffers *offers, Failure *failure)
{
        const PackageManagerWords *words = package_manager_words(mission->manager->id);
        const PackageState state = mission->facts.package.state;
        _cleanup_free_ char *what =
                text_format("The repository has %s %s, and this machine's configuration keeps %s from taking it%s%s.",
                            SENSOR_PACKAGE, offers->offers[0].version, words->name,
                            state == PACKAGE_INSTALLED ? "; installed is " : "",
                            state == PACKAGE_INSTALLED ? mission->facts.package.version : "");

        return fail_kept(mission, what, failure);
}

/* One that is there without its program, or whose build has expired: is there anything that would help? */
static int choose_better(Mission *mission, const PackageOffers *offers, PackageChoice *ret, Failure *failure)
{
        const Facts *facts = &mission->facts;
        const char *newest = offers->candidate;
        int better = *newest ? sensor_compare_versions(newest, facts->package.version) : -1;
        char when[TEXT_TIME_MAX];

        if (better > 0 && !mission->request->version) { /* what is pinned is not moved by the way */
                if (is_bound_here(mission))
                        set_newest(ret, newest);
                return 0;
        }
        if (facts->sensor.files == TRI_NO && (better == 0 || find_version(offers, facts->package.version))) {
                snprintf(ret->version, sizeof(ret->version), "%s", facts->package.version);
                ret->action = PACKAGE_REINSTALL;
                return 0;
        }
        if (check_hidden(mission, offers, failure) < 0)
                return -1;
        if (mission->manager->unbound && offers->n_offers > 0 && !mission->request->version &&
            sensor_compare_versions(offers->offers[0].version, facts->package.version) > 0)
                return fail_no_candidate(mission, offers, failure);
        if (facts->sensor.files == TRI_NO)
                return failure_set(failure, REASON_PACKAGE_NOT_FOUND,
                                   "%s %s is installed without its program, and no repository has that version.",
                                   SENSOR_PACKAGE, facts->package.version);
        return failure_set(failure, REASON_SENSOR_EXPIRED,
                           "Version %s expired at %s; the repository has nothing newer.", facts->package.version,
                           facts->sensor.health.expires_s > 0 ? text_time(facts->sensor.health.expires_s, when)
                                                              : "a time that it does not tell");
}

/* One that is there, wholly or half, is moved back by a pin only where that is allowed. */
static bool keeps_version(const Request *request, const Facts *facts)
{
        bool there = facts->package.state == PACKAGE_BROKEN || facts->package.state == PACKAGE_INSTALLED;
        int pin = situation_pin(request, facts);

        return there && request->version && (pin == 0 || (pin < 0 && !request->allow_downgrade));
}

/* Registered twice is healed by installing it again, and by nothing less. */
static bool is_to_be_kept(const Mission *mission)
{
        return keeps_version(mission->request, &mission->facts) ||
               (mission->facts.package.state == PACKAGE_BROKEN && mission->manager->silent &&
                !mission->request->version);
}

/* The one that the file is. */
static int choose_file(Mission *mission, PackageChoice *ret, Failure *failure)
{
        const Facts *facts = &mission->facts;
        const char *asked = mission->request->version, *version = mission->file.version;
        bool installed = facts->package.state == PACKAGE_INSTALLED;
        int order = installed || facts->package.state == PACKAGE_BROKEN
                            ? sensor_compare_versions(version, facts->package.version)
                            : 1;

        if (asked && sensor_compare_versions(version, asked) != 0)
                return failure_set(failure, REASON_PACKAGE_FILE,
                                   "The setting version asks for %s %s; %s is %s: name a file of version %s, or take "
                                   "version out.",
                                   SENSOR_PACKAGE, asked, mission->request->package_file, version, asked);
        snprintf(ret->version, sizeof(ret->version), "%s", version);
        if (order < 0 && !mission->request->allow_downgrade)
                return failure_set(failure, REASON_DOWNGRADE_REFUSED, "%s is %s; %s is installed, which is newer.",
                                   mission->request->package_file, version, facts->package.version);
        if (order <= 0 && !asked && situation_is_expired(facts))
                return failure_set(failure, REASON_SENSOR_EXPIRED,
                                   "Version %s has expired, and %s, which is %s, is not newer.", facts->package.version,
                                   mission->request->package_file, version);
        if (order < 0)
                ret->action = PACKAGE_DOWNGRADE;
        else if (order == 0 && installed)
                ret->action = PACKAGE_REINSTALL;
        return 0;
}

bool package_choice_is_plain(const Mission *mission)
{
        return !*mission->file.path && !mission->request->version && mission->facts.package.state == PACKAGE_ABSENT;
}

int package_choice_bind(Mission *mission, PackageChoice *choice, Failure *failure)
{
        const PackageSource *source = &mission->source;
        _cleanup_free_ char *place = text_shown(*source->id ? source->id : source->uri, 200);
        PackageOffers offers = { 0 };
        Error err = { 0 };

        if (*choice->version || !is_bound_here(mission))
                return 0;
        if (package_offers_ask(mission, &offers, &err) < 0)
                return steps_fail_command(failure, REASON_REPOSITORY_REFRESH, &err);
        if (offers.n_offers == 0)
                return failure_set(failure, REASON_PACKAGE_NOT_FOUND,
                                   "The repository %s %s offers no %s to the package manager.", place, source->suite,
                                   SENSOR_PACKAGE);
        if (!*offers.candidate)
                return fail_no_candidate(mission, &offers, failure);
        set_newest(choice, offers.candidate);
        return 0;
}

int package_choice_fail_kept(Mission *mission, Failure *failure)
{
        PackageOffers offers = { 0 };
        Error ignored = { 0 };

        if (package_offers_ask(mission, &offers, &ignored) < 0)
                return 0;
        return is_bound_here(mission) && offers.n_offers > 0 && !*offers.candidate
                       ? fail_no_candidate(mission, &offers, failure)
                       : 0;
}

static int choose(Mission *mission, PackageChoice *ret, Failure *failure)
{
        const Facts *facts = &mission->facts;
        bool installed = facts->package.state == PACKAGE_INSTALLED;
        PackageOffers offers = { 0 };
        Error err = { 0 };

        *ret = (PackageChoice){ .action = PACKAGE_INSTALL };
        if (is_to_be_kept(mission) && !installed) {
                snprintf(ret->version, sizeof(ret->version), "%s", facts->package.version);
                ret->action = mission->manager->silent ? PACKAGE_REINSTALL : PACKAGE_INSTALL;
                return 0;
        }
        if (!mission->request->version && !installed)
                return 0;
        if (package_offers_ask(mission, &offers, &err) < 0)
                return steps_fail(failure, REASON_PACKAGE_NOT_FOUND, &err);
        if (mission->request->version && !keeps_version(mission->request, facts))
                return choose_pinned(mission, &offers, ret, failure);
        return choose_better(mission, &offers, ret, failure);
}

int package_choice_make(Mission *mission, PackageChoice *ret, Failure *failure)
{
        if (*mission->file.path) {
                *ret = (PackageChoice){ .action = PACKAGE_INSTALL };
                return choose_file(mission, ret, failure);
        }
        if (choose(mission, ret, failure) < 0)
                return -1;
        return mission->manager->compares ? 0 : package_choice_bind(mission, ret, failure);
}
