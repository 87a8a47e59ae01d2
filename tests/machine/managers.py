"""What of the world depends on the package manager: its repositories, its state, its traces.

A world has one as w.manager. Beside what the world itself asks for:

    install, download, upgrade(*names)  the argv of the real manager, as an admin would call it
    configure_by_hand()                 the vendor's repository and key, set up as an admin would
    forget()                            everything the manager has fetched
    add_source(name, uri)               a source of somebody else, which nobody may ever have served
    spellings, disabled, before         the vendor's repository as others have configured it (spellings.py)
    trusted()                           the names of the test keys that the manager trusts for the vendor's packages
    kept()                              packages and half-fetched files that should not have stayed
    processes, below                    patterns of the manager's own processes, and of those that it starts for a package
    told                                its words for what is wrong with lists and packages, by what is wrong; None: it does not look
"""

from pathlib import Path

import openpgp
import repository
import rpm_repository
import spellings

SENSOR_PATHS = "/etc/opt/microsoft /var/opt/microsoft /var/lib/mde-linux"
SENSOR_LOG = "/var/log/mdatp-stand-in.log"
VENDORS_OWN = "microsoft"  # in the name of everything that a manager keeps about the vendor's repository
CACHES_OWN = "/attrs"      # where libdnf5 marks lists as too old


class Apt:
    trees = ("/etc/apt", "/usr/share/keyrings", "/var/lib/apt/lists", "/var/cache/mde-linux", "/etc/opt",
             "/opt/microsoft", "/var/lib/dpkg/info")
    logs = ("/var/log/dpkg.log", "/var/log/apt/history.log")
    lists = "fresh"
    in_its_script = "iF"  # the package's state meanwhile
    configuration = ("/etc/apt", "/usr/share/keyrings")
    own_source, own_keys = "/etc/apt/sources.list.d/microsoft-prod.list", repository.VENDOR_KEYRING
    may_add = frozenset()
    processes = "^apt-get|^/usr/lib/apt/methods"
    below = "^(/usr/bin/)?dpkg|mdatp.postinst"
    audit = ["dpkg", "--audit"]
    spellings, disabled, before = map(staticmethod, (spellings.apt, spellings.apt_disabled, spellings.apt_before))
    checks_lists = True
    told = {"no check": 'the option "trusted=yes"', "package altered": "Hash Sum mismatch",
            "altered, another's source": "Hash Sum mismatch", "index altered": "Packages",
            "package gone": "404", "lists unsigned": None, "package by another": None, "package unsigned": None}

    def __init__(self, world):
        self.world, self.family = world, world.family
        self.told = {**self.told, "lists by another": self.family.unknown_key}

    def vendor(self, served):
        return repository.Vendor(served, *self.family.distro.split("/"), self.family.suite, self.family.key)

    def mirror(self, served):
        return repository.Mirror(served, self.family.suite)

    def prepare(self):
        """The distribution's own repository, as a machine has it."""
        self.world.machine.write("/etc/apt/sources.list", self.world.mirror.source())
        self.world.machine.write(repository.MIRROR_KEYRING, self.world.mirror.keyring())

    refresh_argv = ["apt-get", "update"]

    def refresh(self):
        self.world.machine.run(self.refresh_argv)

    def configure_by_hand(self):
        machine, vendor = self.world.machine, self.world.vendor
        machine.write("/etc/apt/sources.list.d/microsoft-prod.list", vendor.source())
        machine.write(repository.VENDOR_KEYRING, repository.binary(self.family.key))
        self.refresh()

    def install(self, *names):
        return ["apt-get", "--yes", "install", *names]

    def download(self, *names):
        return ["apt-get", "--yes", "--download-only", "install", *names]

    def upgrade(self, *names):
        return ["apt-get", "--yes", "--only-upgrade", "install", *names]

    def holds(self, pid, unit):
        """How one that an admin has started, and that is in a package's script, is named."""
        return f"apt-get (pid {pid}, {unit}, for "

    def own_words(self):
        """What our own source says."""
        return (f"\ndeb [arch=amd64 signed-by={self.own_keys}] {self.world.vendor.uri} {self.family.suite} main\n",)

    def own_key(self):
        """What the key file beside it holds."""
        return openpgp.binary(self.family.key)

    def trusted(self):
        data = self.world.machine.path(self.own_keys).read_bytes() if self.world.machine.exists(self.own_keys) else b""
        return {name for name in openpgp.NAMES if openpgp.body(name) in data}

    def assert_extended(self, spelling, old):
        """The key file has the new key after the old one, and nothing else; those that have it are returned."""
        for path in spelling.keys:
            found = self.world.machine.path(path).read_bytes()
            assert found == openpgp.binary(old) + openpgp.binary(self.family.key), list(openpgp.packets(found))
        return spelling.keys

    def kept(self):
        return [path for path in self.world.machine.snapshot(("/var/cache",)) if path.endswith(".deb") and "/mdatp" in path]

    def add_source(self, name, uri, key=None):
        keyring = f"/etc/apt/keyrings/{name}.gpg"
        if key:
            self.world.machine.write(keyring, openpgp.binary(key))
        self.world.machine.write(f"/etc/apt/sources.list.d/{name}.list",
                                 f"deb [{f'signed-by={keyring}' if key else 'trusted=yes'}] {uri} {self.family.suite} main\n")

    def foreign(self, served, host, base, key):
        return repository.Archive(served, host, base, self.family.suite, key)

    def forget(self):
        self.world.machine.run(["sh", "-c", "apt-get clean && rm -rf /var/lib/apt/lists/*"])

    def package_state(self, name="mdatp"):
        """dpkg's abbreviation: "ii"; "" when it was never there."""
        return self.world.machine.run(["dpkg-query", "-W", "-f=${db:Status-Abbrev}", name], check=False).stdout.strip()

    def version(self, name="mdatp"):
        return self.world.machine.run(["dpkg-query", "-W", "-f=${Version}", name], check=False).stdout.strip()

    def count_installed(self, name):
        """How often dpkg brought the package to its installed state."""
        return sum(f" status installed {name}:" in line for line in self.world.lines("/var/log/dpkg.log"))

    def remove_all(self):
        self.world.machine.run(["dpkg", "--purge", "mdatp"])
        self.world.machine.run(["sh", "-c", f"rm -rf {SENSOR_PATHS} /etc/apt/sources.list.d/*"
                                " /usr/share/keyrings/microsoft-prod.gpg /var/lib/apt/lists/packages*"])

    def snapshot(self):
        return self.world.machine.snapshot(self.trees)

    def assert_sane(self):
        assert self.world.machine.run(["dpkg", "--audit"]).stdout == ""
        self.world.machine.run(["apt-get", "check"])


class Rpm:
    """What all managers of rpms have in common."""

    trees = ("/etc/yum.repos.d", "/etc/zypp", "/etc/dnf", "/etc/pki", "/var/cache/mde-linux", "/etc/opt", "/opt/microsoft")
    caches = ("/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/zypp")
    logs = ("/var/log/dnf.log", "/var/log/dnf.rpm.log", "/var/log/dnf5.log", "/var/log/zypper.log", "/var/log/zypp/history")
    lists = "empty"
    in_its_script = "ii"  # rpm registers it before its %post
    sources = "/etc/yum.repos.d"
    own_keys = spellings.RPM_KEYS
    may_add = frozenset((own_keys,))
    audit = ["rpmdb", "--verifydb"]
    below = "^rpm |bin/rpm|rpm-tmp"
    spellings, disabled, before = map(staticmethod, (spellings.rpm, spellings.rpm_disabled, spellings.rpm_before))

    def __init__(self, world):
        self.world, self.family = world, world.family

    def vendor(self, served):
        return rpm_repository.Vendor(served, self.family.distro, self.family.key, slow_id=self.family.slow_id)

    def mirror(self, served):
        return rpm_repository.Mirror(served)

    def prepare(self):
        """The distribution's own repository, its key, and the package that says which release this is."""
        machine, mirror = self.world.machine, self.world.mirror
        release = self.family.release
        package = self.world.release_package(release["ID"], release["VERSION_ID"])
        machine.write(f"{self.sources}/distribution.repo", mirror.source())
        machine.write(rpm_repository.MIRROR_KEY, mirror.key_text())
        for number in range(self.family.more_keys):
            machine.path(f"/etc/pki/rpm-gpg/RPM-GPG-KEY-{self.family.release['ID']}-{number}").symlink_to(Path(rpm_repository.MIRROR_KEY).name)
        machine.write("/root/release.rpm", package.read_bytes())
        machine.run(["rpm", "--import", rpm_repository.MIRROR_KEY])
        machine.run(["rpm", "--install", "/root/release.rpm"])
        machine.path("/root/release.rpm").unlink()

    def refresh(self):
        self.world.machine.run(self.refresh_argv)

    def configure_by_hand(self):
        machine, vendor = self.world.machine, self.world.vendor
        machine.write(f"{self.sources}/microsoft-prod.repo", vendor.source())
        machine.write("/root/key.asc", repository.openpgp.armor(repository.binary(self.family.key)))
        machine.run(["rpm", "--import", "/root/key.asc"])

    @property
    def configuration(self):
        return self.sources, "/etc/pki", "/etc/dnf", "/etc/zypp"

    @property
    def own_source(self):
        return f"{self.sources}/microsoft-prod.repo"

    def own_key(self):
        return openpgp.armor(openpgp.binary(self.family.key))

    def trusted(self):
        """By the end of the fingerprint, which is all that rpm 4 shows."""
        return {name for name in openpgp.NAMES if any(openpgp.fingerprint(name)[-8:].lower() in key for key in self.keys())}

    def assert_extended(self, spelling, old):
        """Likewise, and the database has both."""
        assert {old, self.family.key} <= self.trusted(), self.trusted()
        places = self.extends(spelling)
        for path in places:
            found = openpgp.unarmored(self.world.machine.read(path))
            before = openpgp.binary(old) if path in spelling.keys else b""
            assert found == before + openpgp.binary(self.family.key), list(openpgp.packets(found))
        return places

    def extends(self, spelling):
        """The files that a key which was missing goes to."""
        return spelling.keys

    def kept(self):
        return [path for path in self.world.machine.snapshot(("/var/cache", "/var/tmp", "/var/lib/mde-linux"))
                if path.endswith(".rpm") or "/AP_0x" in path or path.startswith("/var/tmp/") and "zypp." in path and path != "/var/tmp/zypp.tmp"]

    def add_source(self, name, uri, key=None):
        """It is not to be passed over; with a key, its lists are signed."""
        text = f"[{name}]\nname={name}\nbaseurl={uri}\nenabled=1\nautorefresh=1\ngpgcheck=1\nskip_if_unavailable=0\n"
        if key:
            self.world.machine.write(f"/etc/pki/rpm-gpg/{name}", openpgp.armor(openpgp.binary(key)))
            text += f"repo_gpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/{name}\n"
        self.world.machine.write(f"{self.sources}/{name}.repo", text)

    def foreign(self, served, host, base, key):
        return rpm_repository.Repository(served, host, base, key)

    def package_state(self, name="mdatp"):
        """"ii" when it is installed, as dpkg says it; else ""."""
        return "ii" if self.version(name) else ""

    def version(self, name="mdatp"):
        done = self.world.machine.run(["rpm", "--query", "--queryformat", "%{VERSION}-%{RELEASE}\\n", name], check=False)
        return "" if done.returncode else done.stdout.strip()

    def count_installed(self, name):
        """How often its post-install script came to a good end; rpm has no log of its own."""
        assert name == "mdatp", "only the sensor says when it is installed"
        return sum("postinst configure" in line and line.endswith(" end 0") for line in self.world.lines(SENSOR_LOG))

    def keys(self):
        """What the rpm database trusts: ["gpg-pubkey-..."]."""
        done = self.world.machine.run(["rpm", "--query", "gpg-pubkey"], check=False)
        return sorted(done.stdout.split()) if done.returncode == 0 else []

    def remove_all(self):
        """The vendor's key goes too: it is the only one beside the distribution's."""
        machine = self.world.machine
        machine.run(["rpm", "--erase", "mdatp"], check=False)
        ours = self.world.first_keys
        for key in self.keys():
            if key not in ours:
                machine.run(["rpm", "--erase", "--allmatches", key])
        machine.run(["sh", "-c", f"rm -rf {SENSOR_PATHS} {self.sources}/*microsoft*; "
                     f"find {' '.join(self.caches)} -depth -name '*{VENDORS_OWN}*' -exec rm -rf '{{}}' + 2>&-; true"])

    def snapshot(self):
        """The trees, what of the vendor's repository is in caches, and the database's keys and packages."""
        seen = self.world.machine.snapshot(self.trees)
        cached = self.world.machine.snapshot(self.caches)
        seen.update((path, what) for path, what in cached.items() if VENDORS_OWN in path and not path.endswith(CACHES_OWN))
        installed = self.world.machine.run(["rpm", "--query", "--all"]).stdout.split()
        seen.update((f"rpm:{name}", ()) for name in installed)
        return seen

    def assert_sane(self):
        self.world.machine.run(["rpmdb", "--verifydb"])
        done = self.world.machine.run(self.check, check=False)
        assert done.returncode in (0, *self.tolerated), done.stdout + done.stderr


SAID = "The package manager said"


class Dnf(Rpm):
    """Signatures of packages are looked at in the transaction only: our own look at ours comes first."""

    check = ["dnf", "check"]
    tolerated = ()
    processes = "bin/dnf|^dnf5"
    told = {"no check": "gpgcheck=0", "lists by another": SAID, "lists unsigned": "not available", "package by another": "pinned key",
            "package unsigned": "pinned key", "package altered": "checksum doesn't match",
            "altered, another's source": "checksum doesn't match", "index altered": "checksum doesn't match",
            "package gone": "404"}

    def holds(self, pid, unit):
        return f"dnf (pid {pid}, {unit}, for "

    @property
    def checks_lists(self):
        return "repo_gpgcheck=1" in self.world.vendor.source()

    def own_words(self):
        return "\ngpgcheck=1\n", "gpgkey=file:///"

    def forget(self):
        self.world.machine.run(["dnf", "clean", "all"])

    refresh_argv = ["dnf", "makecache"]

    def install(self, *names):
        return ["dnf", "--assumeyes", "install", *names]

    def download(self, *names):
        return ["dnf", "--assumeyes", "--downloadonly", "install", *names]

    def upgrade(self, *names):
        return ["dnf", "--assumeyes", "upgrade", *names]


class Zypper(Rpm):
    sources = "/etc/zypp/repos.d"
    processes = "^zypper|bin/zypper"
    checks_lists = True
    told = {"no check": "gpgcheck=0", "lists by another": SAID, "lists unsigned": "is unsigned",
            "package by another": "pinned key", "package unsigned": "pinned key",
            "package altered": "Digest verification failed",
            "altered, another's source": "Digest verification failed", "index altered": SAID, "package gone": "not found on medium"}

    def holds(self, pid, unit):
        return f"), run by zypper (pid {pid}), holds "  # the rpm that it has started does

    def own_words(self):
        return "\ngpgcheck=1\n", "gpgkey=file:///"
    check = ["zypper", "--non-interactive", "verify", "--dry-run"]
    tolerated = (106,)  # a repository could not be reached, as where only a proxy leads out

    def forget(self):
        self.world.machine.run(["zypper", "--non-interactive", "clean", "--all"])

    refresh_argv = ["zypper", "--non-interactive", "refresh"]

    def install(self, *names):
        return ["zypper", "--non-interactive", "install", *names]

    def download(self, *names):
        return ["zypper", "--non-interactive", "install", "--download-only", *names]

    def upgrade(self, *names):
        return ["zypper", "--non-interactive", "update", *names]


KINDS = {"apt": Apt, "dnf": Dnf, "dnf5": Dnf, "zypper": Zypper}
