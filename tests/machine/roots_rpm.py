"""Turns a Debian tree that has rpm and a package manager above it into a machine whose packages are rpms.

Debian's own package manager is moved out of sight, so that nothing uses it by mistake. Which distribution it is, and
which of the tree's managers stay, is the business of a family (families.py).
"""

import shutil
import tempfile
from pathlib import Path

from roots_debian import call

HIDDEN = "opt/hidden"
DEBIANS_OWN = ("etc/apt", "etc/debian_version", "etc/dpkg", "usr/lib/apt", "usr/lib/dpkg", "usr/share/dpkg", "var/cache/apt",
               "var/lib/apt", "var/lib/dpkg", "usr/share/keyrings/debian-*", "usr/bin/apt", "usr/bin/apt-*", "usr/bin/dpkg",
               "usr/bin/dpkg-*", "usr/sbin/dpkg-*", "usr/bin/lsb_release")
DATABASE = "/var/lib/rpm"
DNF_CONF = """\
[main]
gpgcheck=1
installonly_limit=3
clean_requirements_on_remove=True
best=True
skip_if_unavailable=False
reposdir=/etc/yum.repos.d
"""
# gpg starts an agent that checking signatures does not need, and now and then waits six seconds for it.
GPG_CONF = "no-autostart\n"
# What a distribution's own packages would provide: the tree's programs and libraries belong to no rpm.
STUB = """\
Name: stand-in-base
Version: 1
Release: 1
Summary: stands for all that is there already
License: none
BuildArch: noarch
Provides: /bin/sh /usr/bin/sh /bin/bash /usr/bin/bash /usr/sbin/useradd config(stand-in-base) = 1
Provides: glibc = 2.34 glibc(x86-64) = 2.34 libc.so.6()(64bit) bash = 5 coreutils = 9 shadow-utils = 4 systemd = 252 dbus = 1
Provides: policycoreutils = 3 selinux-policy-targeted = 38 shadow = 4
%description
The machine under the stand-ins.
%files
"""


def more_recipe():
    return b""


def make(tree):
    _hide_debian(tree)
    for folder in ("etc/yum.repos.d", "etc/zypp/repos.d", "etc/pki/rpm-gpg", "etc/rpm"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
    (tree / "etc/rpm/macros.dbpath").write_text(f"%_dbpath {DATABASE}\n", encoding="ascii")
    (tree / "etc/gnupg").mkdir(exist_ok=True)
    (tree / "etc/gnupg/gpg.conf").write_text(GPG_CONF, encoding="ascii")
    _set_dnf_up(tree)
    _add_stub(tree)


def _hide_debian(tree):
    hidden = tree / HIDDEN
    for pattern in DEBIANS_OWN:
        for path in tree.glob(pattern):
            place = hidden / path.relative_to(tree)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, place)


def _set_dnf_up(tree):
    """As on EL: no repository but those in /etc/yum.repos.d, signatures checked, yum is dnf by another name."""
    (tree / "etc/dnf").mkdir(exist_ok=True)
    (tree / "etc/dnf/dnf.conf").write_text(DNF_CONF, encoding="ascii")
    programs = tree / "usr/bin"
    if (programs / "dnf5").exists() and not (programs / "dnf").exists():
        (programs / "dnf").symlink_to("dnf5")
    if (programs / "dnf").exists() and not (programs / "yum").exists():
        (programs / "yum").symlink_to("dnf")
        (tree / "etc/yum.conf").symlink_to("dnf/dnf.conf")
    local = tree / "etc/dnf/libdnf5-plugins/local.conf"  # keeps all packages in a repository of its own; Fedora has it not
    if local.exists():
        local.write_text("[main]\nname = local\nenabled = 0\n", encoding="ascii")
    for timer in tree.glob("usr/lib/systemd/system/dnf*.timer"):
        call(["systemctl", f"--root={tree}", "--quiet", "disable", timer.name])


def _add_stub(tree):
    with tempfile.TemporaryDirectory() as work:
        spec = Path(work, "stub.spec")
        spec.write_text(STUB, encoding="ascii")
        call(["rpmbuild", "--define", f"_topdir {work}", "--define", "_build_id_links none", "-bb", str(spec)])
        package, = Path(work).glob("RPMS/*/*.rpm")
        shutil.copy(package, tree / "tmp/stub.rpm")
    commands = ("mount -t proc proc /proc && rpm --initdb && rpm --install --nodeps --nosignature /tmp/stub.rpm"
                " && rpm --query stand-in-base && rm /tmp/stub.rpm")
    call(["unshare", "--mount", "--pid", "--fork", "chroot", str(tree), "/bin/sh", "-c", commands],
         env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"})
