#include "agent/doctor/signs.h"

#include <string.h>
#include <unistd.h>

#include "agent/facts_image.h"

void signs_clear(Signs *signs)
{
        facts_clear(&signs->facts);
}

static void look_at_extension(const Host *host, Signs *ret)
{
        _cleanup_(extension_clear) Extension extension = { 0 };

        extension_look(host, &extension);
        signs_extension_take(&extension, &ret->extension);
        /* what was undone since then was undone on purpose */
        ret->facts.fulfilled = ret->extension.fulfilled;
}

/* Files that anybody may read tell it, and the network is asked that way. */
static void look_at_proxy(const Host *host, Signs *ret)
{
        const PackageManager *manager = package_manager_find(host);

        if (ret->facts.look == LOOK_FIRST)
                proxy_look(host, manager ? manager->id : MANAGER_NONE, host->packages_url, &ret->facts.proxy);
}

/* Only root sees who holds what. */
static void look_at_packages(const Host *host, Signs *ret)
{
        ret->locks.held = ret->sources.weak = TRI_UNKNOWN;
        if (ret->facts.look == LOOK_FIRST)
                return;
        if (ret->live)
                signs_locks_look(host, &ret->facts, &ret->locks);
        signs_sources_look(host, &ret->facts, &ret->sources);
}

void signs_gather(const Host *host, bool offline, Deadline deadline, Signs *ret)
{
        ret->live = host_is_live(host);
        ret->root = geteuid() == 0;
        ret->offline = offline || !ret->live;
        if (ret->live && !ret->root)
                facts_gather(host, LOOK_FIRST, deadline, &ret->facts);
        else
                facts_gather_any(host, deadline, &ret->facts);
        look_at_extension(host, ret);
        signs_guest_look(host, &ret->guest);
        look_at_packages(host, ret);
        if (ret->offline)
                return;
        look_at_proxy(host, ret);
        signs_network_look(host, ret, deadline, &ret->network);
        signs_cloud_look(host, ret, deadline, &ret->cloud);
}
