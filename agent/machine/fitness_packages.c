#include "agent/machine/fitness_packages.h"

#include "agent/machine/fitness_say.h"
#include "platform/base/text.h"

/* What a site has set up itself may be had otherwise. */
static bool is_asked_by_https(const Request *request)
{
        return !request->package_file && !request->use_existing_repo &&
               (!*request->mirror_url || text_starts_with(request->mirror_url, "https:"));
}

bool fitness_packages_without_https(const Request *request, const Facts *facts, char text[FITNESS_TEXT_MAX])
{
        const PackageManagerWords *words = package_manager_words(facts->package.manager_id);

        if (facts->package.https != TRI_NO || !is_asked_by_https(request) || !words->https[0])
                return false;
        say(text, "Found: no %s; needed: the package %s, by which %s fetches from https addresses.", words->https[0],
            words->https[1], words->name);
        return true;
}
