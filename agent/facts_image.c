#include "agent/facts_image.h"

#include <stdio.h>

/* The image may stand where /proc and /sys of this machine are mounted. */
static void forget_running(Facts *facts)
{
        Machine *fitness = &facts->machine.fitness;
        size_t i;

        facts->machine.systemd = TRI_NOT_ASKED;
        facts->machine.distro.kernel[0] = '\0';
        fitness->memory = fitness->memory_available = fitness->memory_limit = fitness->oom_kills = -1;
        fitness->cpus = fitness->cpu_percent = 0;
        fitness->selinux_enforcing = fitness->fips = fitness->fapolicyd = TRI_UNKNOWN;
        for (i = 0; i < fitness->n_mounts; i++) {
                MachineMount *mount = &fitness->mounts[i];

                mount->point[0] = mount->type[0] = '\0';
                mount->free_bytes = mount->free_inodes = -1;
                mount->noexec = mount->read_only = TRI_UNKNOWN;
        }
        facts->sensor.health = (SensorHealth){ 0 };
        facts->fanotify = (FanotifyFacts){ 0 };
        facts->stopped_products = (StoppedProducts){ 0 };
        facts->azure = (AzureFacts){ 0 };
        facts->update.others = (UpdatersFacts){ 0 };
        facts->update.due = TRI_NOT_ASKED;
}

/* It runs elsewhere: there the architecture is that of its programs. */
static void take_architecture(Distro *distro)
{
        if (*distro->programs)
                snprintf(distro->architecture, sizeof(distro->architecture), "%s", distro->programs);
}

void facts_gather_any(const Host *host, Deadline deadline, Facts *ret)
{
        bool live = host_is_live(host);

        ret->azure.known = live ? TRI_NOT_ASKED : TRI_UNKNOWN; /* known to be unknown: the network is not asked */
        facts_gather(host, LOOK_SECOND, deadline, ret);
        if (live)
                return;
        forget_running(ret);
        take_architecture(&ret->machine.distro);
}
