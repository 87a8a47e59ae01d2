#include "platform/packages/manager_words.h"

#include "platform/base/text.h"

/* What damages rpm's database leaves no pending transaction: nothing is there to be finished by the package manager. */
#define RPM                                                                                                            \
        "rpm", "database is damaged", "Run 'rpm --rebuilddb', then 'rpm -q rpm' until it names no error.", false, NULL

static const PackageManagerWords words[_MANAGER_MAX] = {
        [MANAGER_NONE] = { "none", { NULL }, "none", "is broken", "", false, NULL },
        [MANAGER_APT] = { "apt",
                          { "/usr/bin/apt-get", "/usr/bin/dpkg", NULL },
                          "dpkg",
                          "was interrupted",
                          "Run 'dpkg --configure -a' and 'apt-get -f install'.",
                          true,
                          "/var/lib" },
        [MANAGER_DNF] = { "dnf", { "/usr/bin/dnf", "/usr/bin/rpm", NULL }, RPM },
        [MANAGER_DNF5] = { "dnf5", { "/usr/bin/dnf5", "/usr/bin/rpm", NULL }, RPM },
        [MANAGER_YUM] = { "yum", { "/usr/bin/yum", "/usr/bin/rpm", NULL }, RPM },
        [MANAGER_ZYPPER] = { "zypper", { "/usr/bin/zypper", "/usr/bin/rpm", NULL }, RPM },
        [MANAGER_TDNF] = { "tdnf", { "/usr/bin/tdnf", "/usr/bin/rpm", NULL }, RPM },
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
