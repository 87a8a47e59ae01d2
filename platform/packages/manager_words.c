#include "platform/packages/manager_words.h"

#include "platform/base/text.h"

static const PackageManagerWords words[_MANAGER_MAX] = {
        [MANAGER_NONE] = { "none", { NULL }, "none", "" },
        [MANAGER_APT] = { "apt",
                          { "/usr/bin/apt-get", "/usr/bin/dpkg", NULL },
                          "dpkg",
                          "'dpkg --configure -a' and 'apt-get -f install'" },
        [MANAGER_DNF] = { "dnf", { "/usr/bin/dnf", "/usr/bin/rpm", NULL }, "rpm", "'rpm --rebuilddb' and 'dnf check'" },
        [MANAGER_DNF5] = { "dnf5",
                           { "/usr/bin/dnf5", "/usr/bin/rpm", NULL },
                           "rpm",
                           "'rpm --rebuilddb' and 'dnf5 check'" },
        [MANAGER_YUM] = { "yum",
                          { "/usr/bin/yum", "/usr/bin/rpm", NULL },
                          "rpm",
                          "'rpm --rebuilddb' and 'yum-complete-transaction'" },
        [MANAGER_ZYPPER] = { "zypper",
                             { "/usr/bin/zypper", "/usr/bin/rpm", NULL },
                             "rpm",
                             "'rpm --rebuilddb' and 'zypper verify'" },
        [MANAGER_TDNF] = { "tdnf",
                           { "/usr/bin/tdnf", "/usr/bin/rpm", NULL },
                           "rpm",
                           "'rpm --rebuilddb' and 'tdnf check'" },
};

const PackageManagerWords *package_manager_words(PackageManagerId id)
{
        return &words[(unsigned)id < _MANAGER_MAX ? id : MANAGER_NONE];
}

PackageManagerId package_manager_by_name(const char *name)
{
        unsigned id;

        for (id = 0; id < _MANAGER_MAX; id++)
                if (text_equal(words[id].name, name))
                        return (PackageManagerId)id;
        return MANAGER_NONE;
}
