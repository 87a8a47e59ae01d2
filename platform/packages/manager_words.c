#include "platform/packages/manager_words.h"

#include "platform/base/text.h"

/* What damages rpm's database leaves no pending transaction: nothing is there to be finished by the package manager. */
#define RPM                                                                                                            \
        .database = "rpm", .broken = "database is damaged",                                                            \
        .repair = "Run 'rpm --rebuilddb', then 'rpm -q rpm' until it names no error."

#define RPM_MANAGER(program) .name = program, .programs = { "/usr/bin/" program, "/usr/bin/rpm", NULL }, RPM

#define DNF_KEPT(program)                                                                                              \
        "'" program " versionlock list' names what is locked ('" program " versionlock delete' releases it), "         \
        "excludepkgs in /etc/dnf/dnf.conf and in the files of repositories what is hidden."

static const PackageManagerWords words[_MANAGER_MAX] = {
        [MANAGER_NONE] = { .name = "none", .database = "none", .broken = "is broken", .repair = "", .kept = "" },
        [MANAGER_APT] = { .name = "apt",
                          .programs = { "/usr/bin/apt-get", "/usr/bin/dpkg", NULL },
                          .choices = { MANAGER_APT },
                          .database = "dpkg",
                          .broken = "was interrupted",
                          .repair = "Run 'dpkg --configure -a' and 'apt-get -f install'.",
                          .mends = true,
                          .https = { "/usr/lib/apt/methods/https", "apt-transport-https" },
                          .scripts = "/var/lib",
                          .remounts = "DPkg::Pre-Invoke",
                          .back = { "apt-get install --allow-downgrades ", "=" },
                          .kept = "'apt-mark showhold' names what is held ('apt-mark unhold' releases it), 'apt-cache "
                                  "policy mdatp' what the pins in /etc/apt/preferences and /etc/apt/preferences.d "
                                  "choose." },
        [MANAGER_DNF] = { RPM_MANAGER("dnf"), .choices = { MANAGER_DNF5, MANAGER_DNF, MANAGER_YUM },
                          .back = { "dnf downgrade ", "-" }, .kept = DNF_KEPT("dnf") },
        [MANAGER_DNF5] = { RPM_MANAGER("dnf5"), .choices = { MANAGER_DNF5, MANAGER_DNF },
                           .back = { "dnf5 downgrade ", "-" }, .kept = DNF_KEPT("dnf5") },
        [MANAGER_YUM] = { RPM_MANAGER("yum"), .choices = { MANAGER_YUM, MANAGER_DNF },
                          .back = { "yum downgrade ", "-" },
                          .kept = "'yum versionlock list' names what is locked, exclude= in /etc/yum.conf and in the "
                                  "files of repositories what is hidden." },
        [MANAGER_ZYPPER] = { RPM_MANAGER("zypper"), .choices = { MANAGER_ZYPPER },
                             .back = { "zypper install --oldpackage ", "=" },
                             .kept = "'zypper locks' names what is locked, 'zypper removelock' releases it." },
        [MANAGER_TDNF] = { RPM_MANAGER("tdnf"), .choices = { MANAGER_TDNF, MANAGER_DNF },
                           .back = { "tdnf downgrade ", "-" },
                           .kept = "excludepkgs in /etc/tdnf/tdnf.conf names what is hidden, the files in "
                                   "/etc/tdnf/locks.d and /etc/tdnf/minversions.d what is held." },
};

const PackageManagerWords *package_manager_words(PackageManagerId id)
{
        return &words[(unsigned)id < _MANAGER_MAX ? id : MANAGER_NONE];
}

char *package_manager_way_back(PackageManagerId id, const char *package, const char *version)
{
        const char *const *back = package_manager_words(id)->back;

        return text_format("%s%s%s%s", back[0] ? back[0] : "", package, back[1] ? back[1] : "-", version);
}
