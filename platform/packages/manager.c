#include "platform/packages/manager.h"

#include "platform/base/text.h"
#include "platform/distro.h"
#include "platform/fs.h"

static const PackageManager *const managers[] = { &manager_apt, &manager_dnf,    &manager_dnf5,
                                                  &manager_yum, &manager_zypper, &manager_tdnf };

void source_mend_clear(SourceMend *mend)
{
        free(mend->text);
        *mend = (SourceMend){ 0 };
}

const PackageManager *package_manager(PackageManagerId id)
{
        size_t i;

        for (i = 0; i < ELEMENTSOF(managers); i++)
                if (managers[i]->id == id)
                        return managers[i];
        return NULL;
}

const char *package_manager_lacks(const Host *host, PackageManagerId id)
{
        const char *const *program = package_manager_words(id)->programs;

        while (*program && fs_exists(host, *program))
                program++;
        return *program;
}

static bool is_there(const Host *host, PackageManagerId id)
{
        return package_manager(id) && !package_manager_lacks(host, id);
}

PackageManagerId package_manager_choose(const Host *host, PackageManagerId usual)
{
        const PackageManagerId *choice = package_manager_words(usual)->choices;

        while (*choice && !is_there(host, *choice))
                choice++;
        return *choice;
}

const PackageManager *package_manager_find(const Host *host)
{
        const DistroSupport *support = NULL;
        Distro distro = { 0 };
        size_t i;

        if (distro_read(host, &distro, NULL) == 0)
                support = distro_row(&distro);
        if (support)
                return package_manager(package_manager_choose(host, support->manager));
        for (i = 0; i < ELEMENTSOF(managers); i++)
                if (is_there(host, managers[i]->id))
                        return managers[i];
        return NULL;
}
