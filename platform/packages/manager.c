#include "platform/packages/manager.h"

#include "platform/base/text.h"
#include "platform/distro.h"
#include "platform/fs.h"

static const PackageManager *const managers[] = { &manager_apt, &manager_dnf,    &manager_dnf5,
                                                  &manager_yum, &manager_zypper, &manager_tdnf };

/* Which one does for which, best first. */
static const PackageManagerId choices[_MANAGER_MAX][4] = {
        [MANAGER_APT] = { MANAGER_APT },
        [MANAGER_DNF] = { MANAGER_DNF5, MANAGER_DNF, MANAGER_YUM },
        [MANAGER_DNF5] = { MANAGER_DNF5, MANAGER_DNF },
        [MANAGER_YUM] = { MANAGER_YUM, MANAGER_DNF },
        [MANAGER_ZYPPER] = { MANAGER_ZYPPER },
        [MANAGER_TDNF] = { MANAGER_TDNF, MANAGER_DNF },
};

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

static bool is_there(const Host *host, PackageManagerId id)
{
        const char *const *program = package_manager_words(id)->programs;

        for (; *program; program++)
                if (!fs_exists(host, *program))
                        return false;
        return package_manager(id) != NULL;
}

PackageManagerId package_manager_choose(const Host *host, PackageManagerId usual)
{
        const PackageManagerId *choice = choices[(unsigned)usual < _MANAGER_MAX ? usual : MANAGER_NONE];
        size_t i;

        for (i = 0; i < ELEMENTSOF(choices[0]) && choice[i]; i++)
                if (is_there(host, choice[i]))
                        return choice[i];
        return MANAGER_NONE;
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
