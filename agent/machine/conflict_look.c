#include "agent/machine/conflict_look.h"

#include <stdio.h>

#include "agent/machine/conflict.h"
#include "platform/packages/package_owner.h"

/* The lists of all packages are read for it: only when somebody has to be named. */
static bool wants_package(const Facts *facts, const FanotifyHolder *holder)
{
        return *holder->exe && !holder->foreign && conflict_kind(facts, holder) >= CONFLICT_SUSPICIOUS;
}

static void look_for_packages(const Host *host, Deadline deadline, Facts *facts)
{
        FanotifyHolder *wanting[FANOTIFY_HOLDERS_MAX];
        PackageOwner owners[FANOTIFY_HOLDERS_MAX];
        size_t i, n = 0;

        for (i = 0; i < facts->fanotify.n_holders; i++) {
                FanotifyHolder *holder = &facts->fanotify.holders[i];

                if (!wants_package(facts, holder))
                        continue;
                wanting[n] = holder;
                owners[n++] = (PackageOwner){ .path = holder->exe };
        }
        package_owner_find(host, deadline, owners, n);
        for (i = 0; i < n; i++)
                snprintf(wanting[i]->package, sizeof(wanting[i]->package), "%s", owners[i].package);
}

void conflict_look(const Host *host, Deadline deadline, Facts *facts)
{
        fanotify_look(host, deadline, &facts->fanotify);
        look_for_packages(host, deadline, facts);
        products_look(host, &facts->stopped_products);
}
