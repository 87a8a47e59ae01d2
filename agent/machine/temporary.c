#include "agent/machine/temporary.h"

#include "agent/machine/fitness_mounts.h"
#include "agent/state.h"
#include "agent/undo.h"
#include "platform/fs.h"

/* The first on a mount that may execute; our own program runs from the last. */
static const struct {
        const char *mount, *folder;
} choices[] = {
        { "/var/cache", STATE_CACHE "/tmp" },
        { "/var/lib", STATE_FOLDER "/tmp" },
        { "/usr", "/usr/local/lib/mde-linux/tmp" },
};

const char *temporary_choose(const Facts *facts)
{
        size_t i;

        if (!fitness_tmp_is_unusable(facts))
                return NULL;
        for (i = 0; i < ELEMENTSOF(choices); i++) {
                const MachineMount *mount = machine_mount(&facts->machine.fitness, choices[i].mount);

                if (mount && mount->noexec == TRI_NO)
                        return choices[i].folder;
        }
        return NULL;
}

int temporary_prepare(const Host *host, const char *folder, Error *err)
{
        if (!folder)
                return 0;
        return undo_remember_folder(host, folder, err) < 0 ? -1 : fs_make_folder(host, folder, 0700, err);
}

int temporary_remove(const Host *host, Error *err)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(choices); i++)
                if (fs_remove_tree(host, choices[i].folder, err) < 0)
                        return -1;
        return 0;
}

const char *temporary_left(const Host *host)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(choices); i++)
                if (fs_is_folder(host, choices[i].folder))
                        return choices[i].folder;
        return NULL;
}
