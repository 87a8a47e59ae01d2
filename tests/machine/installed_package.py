"""Our own deb or rpm on a machine, put there and taken away by the real package manager.

    package = InstalledPackage(w)
    package.install("1.0.0.1")
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "packages"))

import linkage
import packages

TOP = Path(__file__).resolve().parents[2]
LIBRARIES = Path(f"{os.environ.get('MDE_LINUX_BUILD', TOP / 'build/extension-portable')}-{os.uname().machine}-libraries")
NAME = "mde-linux"
PROGRAM = "/usr/sbin/mde-linux"
CONF = "/etc/mde-linux/mde-linux.conf"
APT = ["apt-get", "--yes", "--quiet"]
DNF = ["dnf", "--assumeyes"]
ZYPPER = ["zypper", "--non-interactive"]
# upgrade and downgrade as an admin would: argv before the file's name
PUT = {"apt": [*APT, "install", "--allow-downgrades"], "dnf": [*DNF, "install"], "zypper": [*ZYPPER, "install", "--allow-unsigned-rpm", "--oldpackage"]}
BACK = {**PUT, "dnf": [*DNF, "downgrade"]}
REMOVE = {"apt": [*APT, "remove", NAME], "dnf": [*DNF, "remove", NAME], "zypper": [*ZYPPER, "remove", NAME]}
VERIFY = {"deb": ["dpkg", "--verify", NAME], "rpm": ["rpm", "--verify", NAME]}
# The libraries of the tree belong to no rpm.
STUB = """\
Name: stand-in-libraries
Version: 1
Release: 1
Summary: stands for the libraries that are there already
License: none
BuildArch: noarch
%description
The libraries that the program needs.
%files
"""


class InstalledPackage:
    def __init__(self, world):
        self.world, self.machine, self.manager = world, world.machine, world.family.manager

    def _bring(self, version):
        portable = LIBRARIES if linkage.is_static(self.world.zip()) else None
        package = packages.built(version, portable)[self.world.family.kind]
        place = f"/root/{package.name}"
        self.machine.write(place, package.read_bytes())
        if self.world.family.kind == "rpm":
            self._add_libraries(package)
        return place

    def _add_libraries(self, package):
        if self.machine.run(["rpm", "--query", "stand-in-libraries"], check=False).returncode == 0:
            return
        needed = subprocess.run(["rpm", "--query", "--package", "--requires", package], check=True, capture_output=True, text=True).stdout
        provides = "".join(f"Provides: {line}\n" for line in sorted(set(needed.splitlines()))
                           if not line.startswith(("rpmlib(", "/")))
        with tempfile.TemporaryDirectory() as work:
            spec = Path(work, "stub.spec")
            spec.write_text(STUB.replace("BuildArch", f"{provides}BuildArch"), encoding="ascii")
            subprocess.run(["rpmbuild", "--define", f"_topdir {work}", "-bb", spec], check=True, capture_output=True)
            stub, = Path(work).glob("RPMS/*/*.rpm")
            self.machine.write("/root/stub.rpm", stub.read_bytes())
        self.machine.run(["rpm", "--install", "/root/stub.rpm"])

    def install(self, version):
        """Also an upgrade. Nobody is there to answer a question."""
        self.machine.run([*PUT[self.manager], self._bring(version)])
        assert self.version() == version

    def downgrade(self, version):
        self.machine.run([*BACK[self.manager], self._bring(version)])
        assert self.version() == version

    def remove(self):
        self.machine.run(REMOVE[self.manager])
        assert not self.machine.exists(PROGRAM)

    def purge(self):
        """What rpm has no word for."""
        if self.world.family.kind == "deb":
            self.machine.run([*APT, "purge", NAME])

    def run(self, *words, **options):
        return self.machine.run([PROGRAM, *words], **options)

    def version(self):
        words = self.run("--version").stdout.split()
        return words[1]

    def assert_whole(self):
        done = self.machine.run(VERIFY[self.world.family.kind], check=False)
        assert (done.returncode, done.stdout) == (0, ""), done

    def forgotten(self):
        """Files of a configuration that a package manager sets aside."""
        return self.machine.run(["find", "/etc/mde-linux", "-name", "*.dpkg-*", "-o", "-name", "*.rpm*"]).stdout.split()
