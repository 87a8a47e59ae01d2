"""The distributions that scenarios may run on: a row each, and how a tree becomes one of them.

    @scenario(family="el9")
    def something(w): ...

    @for_families("debian12", "el9", "sles15")     scenarios NAME_debian12, NAME_el9, NAME_sles15
    def something(w): ...
"""

import shutil
from dataclasses import dataclass, field

DNF = ("usr/bin/dnf", "usr/bin/dnf-3", "usr/bin/dnf5", "usr/bin/yum", "etc/dnf", "etc/yum.conf", "etc/yum.repos.d")
ZYPPER = ("usr/bin/zypper", "etc/zypp", "usr/lib/zypp")
HIDES = {"apt": (), "dnf": ZYPPER, "dnf5": ZYPPER, "zypper": DNF}  # a tree may have more managers than its family
SYSIMAGE = "/usr/lib/sysimage/rpm"


@dataclass(frozen=True)
class Family:
    """name      of the row
    root      the tree it runs on (roots.TREES)
    distro    the vendor's path: below config/, and of the repository
    manager   apt, dnf, dnf5, zypper
    key       the vendor's key that signs its repository
    release   os-release's fields; empty: the tree's own file
    suite     of apt repositories
    files     further files {path: text}
    database  where rpm keeps its own
    slow_id   of the vendor's repository for insiders-slow
    inline_keys   its apt reads keys within a source
    more_keys     of other releases, that its key folder holds
    unknown_key   its apt's words for lists that a key has signed which it does not have
    """

    name: str
    root: str
    distro: str
    manager: str
    key: str = "vendor"
    release: dict = field(default_factory=dict)
    suite: str = ""
    files: dict = field(default_factory=dict)
    database: str = "/var/lib/rpm"
    slow_id: str = "packages-microsoft-com-slow-prod"
    inline_keys: bool = True
    unknown_key: str = "NO_PUBKEY"
    more_keys: int = 0

    @property
    def kind(self):
        return "deb" if self.manager == "apt" else "rpm"


def _debian(version, suite, **more):
    return Family(f"debian{version}", suite, f"debian/{version}", "apt", suite=suite, **more)


def _ubuntu(version, codename):
    return Family(f"ubuntu{version.replace('.', '')}", "bookworm", f"ubuntu/{version}", "apt", suite=codename, release={
        "NAME": "Ubuntu", "ID": "ubuntu", "ID_LIKE": "debian", "VERSION_ID": version, "VERSION_CODENAME": codename,
        "UBUNTU_CODENAME": codename, "PRETTY_NAME": f"Ubuntu {version} LTS"})


def _el(name, ident, words, version, distro, root="bookworm-rpm", **more):
    """One of the Enterprise Linux kind."""
    major = version.partition(".")[0]
    release = {"NAME": words, "ID": ident, "ID_LIKE": "rhel centos fedora", "VERSION_ID": version, "VERSION": version,
               "PLATFORM_ID": f"platform:el{major}", "PRETTY_NAME": f"{words} {version}"}
    files = {"/etc/redhat-release": f"{words} release {version}\n", "/etc/system-release": f"{words} release {version}\n"}
    return Family(name, root, distro, "dnf", release=release, files=files, **more)


def _fedora(version, distro, **more):
    words = "Fedora Linux"
    release = {"NAME": words, "ID": "fedora", "VERSION_ID": version, "PLATFORM_ID": f"platform:f{version}",
               "VERSION": f"{version} (Server Edition)", "PRETTY_NAME": f"{words} {version} (Server Edition)"}
    return Family(f"fedora{version}", "testing-rpm", distro, "dnf5", release=release, database=SYSIMAGE, more_keys=300,
                  files={"/etc/redhat-release": f"Fedora release {version}\n"}, **more)


# Debian testing's zypper is that of SLES 16 and its rpm is not (6.1, SLES 16: 4.20): libzypp 17.38 calls a file on the command line
# unsigned, as it does not recognise rpm 6's words for a good signature. Sources sign their lists, so that it is not asked there.
def _sles(name, version, distro, root, **more):
    words = "SUSE Linux Enterprise Server"
    release = {"NAME": "SLES", "ID": "sles", "ID_LIKE": "suse", "VERSION_ID": version, "VERSION": version.replace(".", "-SP"),
               "PRETTY_NAME": f"{words} {version}"}
    return Family(name, root, distro, "zypper", release=release, database=SYSIMAGE, **more)


AMAZON = {"NAME": "Amazon Linux", "ID": "amzn", "ID_LIKE": "fedora", "VERSION_ID": "2023", "VERSION": "2023",
          "PLATFORM_ID": "platform:al2023", "PRETTY_NAME": "Amazon Linux 2023"}

FAMILIES = {row.name: row for row in (
    _debian("11", "bullseye", inline_keys=False),
    _debian("12", "bookworm"),
    _debian("13", "trixie", key="vendor-2025", unknown_key="Missing key"),
    _ubuntu("22.04", "jammy"),
    _ubuntu("24.04", "noble"),
    _el("el8", "rhel", "Red Hat Enterprise Linux", "8.10", "rhel/8", root="bullseye-rpm", slow_id="packages-microsoft-com-insiders-slow"),
    _el("el9", "rhel", "Red Hat Enterprise Linux", "9.4", "rhel/9.0"),
    _el("el10", "rhel", "Red Hat Enterprise Linux", "10.0", "rhel/10", root="trixie-rpm", key="vendor-2025", database=SYSIMAGE),
    _el("ol9", "ol", "Oracle Linux Server", "9.4", "rhel/9.0"),
    _el("centos9", "centos", "CentOS Stream", "9", "centos/9"),
    _el("rocky9", "rocky", "Rocky Linux", "9.4", "rocky/9"),
    _el("alma9", "almalinux", "AlmaLinux", "9.4", "alma/9"),
    _fedora("43", "fedora/43", key="vendor-2025"),
    _fedora("42", "rhel/8", slow_id="packages-microsoft-com-insiders-slow"),
    Family("amzn2023", "bookworm-rpm", "amazonlinux/2023", "dnf", release=AMAZON,
           files={"/etc/system-release": "Amazon Linux release 2023\n"}),
    Family("azurelinux3", "bookworm-rpm", "azurelinux/3.0", "dnf", release={  # without tdnf, which is to be had nowhere
        "NAME": "Microsoft Azure Linux", "ID": "azurelinux", "VERSION_ID": "3.0", "VERSION": "3.0.20250102",
        "PRETTY_NAME": "Microsoft Azure Linux 3.0"}),
    _sles("sles15", "15.6", "sles/15", "bookworm-rpm"),
    _sles("sles157", "15.7", "sles/15", "trixie-rpm"),
    _sles("sles16", "16.0", "sles/16", "testing-rpm", key="vendor-2025"),
)}
FAMILIES["fedora"] = FAMILIES["fedora43"]
OF_ROOT = {"bookworm-av": "debian12", "bullseye": "debian11", "trixie": "debian13", "bookworm-rpm": "el9",
           "bullseye-rpm": "el8", "trixie-rpm": "el10", "testing-rpm": "fedora"}


def of(options):
    """The row for a scenario's options: what they say, else what fits their root."""
    return FAMILIES[options.get("family") or OF_ROOT.get(options.get("root"), "debian12")]


def dress(machine, family):
    """Makes a machine one of this family, before it boots."""
    if family.release:
        machine.write("/usr/lib/os-release", "".join(f'{name}="{value}"\n' for name, value in family.release.items()))
    for path, text in family.files.items():
        machine.write(path, text)
    for path in HIDES[family.manager]:
        place = machine.path(f"/{path}")
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
    if family.kind == "rpm":
        _place_database(machine, family.database)


def _place_database(machine, folder):
    if folder == "/var/lib/rpm":
        return
    place, old = machine.path(folder), machine.path("/var/lib/rpm")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(old, place)
    shutil.rmtree(old)
    old.symlink_to(f"../..{folder}")
    machine.write("/etc/rpm/macros.dbpath", f"%_dbpath {folder}\n")
