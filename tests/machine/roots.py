"""Root trees for throw-away machines, built once with debootstrap and then only read.

A machine is an overlay on one of these trees, so a tree never changes after it was built. Its
folder name carries a hash of everything that decides its content: its row in TREES, that of the tree
it starts from, and the files that hold its recipe. A build happens in a temporary folder that is
renamed when finished, under a lock, so an interrupted build never counts and two builders wait for
each other.
"""

import fcntl
import hashlib
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import roots_debian
import roots_libraries
import roots_rpm
from roots_debian import CACHE, mirror  # noqa: F401 (for our users)

PACKAGES = (
    "apt", "ca-certificates", "dbus", "iproute2", "libjson-c5", "libsystemd0", "openssl", "procps", "python3",
    "python3-distro", "python3-minimal", "systemd", "systemd-sysv", "util-linux",
)
RPM_TOOLS = ("rpm", "gpg", "gpg-agent")
ZYPPER = ("zypper", "libzypp-bin", "libzypp-config")


@dataclass(frozen=True)
class Tree:
    """suite      of Debian
    packages   beyond the minimum; those of base, then these
    base       the tree to start from instead of an empty one
    newest     the newest guest agent beside the packaged one (in its place, if waagent is no package)
    finish     a further step, FILE.FUNCTION(tree)
    """

    suite: str
    packages: tuple
    base: str = ""
    newest: bool = False
    finish: str = ""


TREES = {
    "bookworm": Tree("bookworm", (*PACKAGES, "waagent", "libcurl4", "libssl3"), newest=True),
    # whoever else takes hold of a machine: scanners, and what upgrades by itself
    "bookworm-av": Tree("bookworm", ("clamav-daemon", "fapolicyd", "fatrace", "packagekit", "packagekit-tools", "unattended-upgrades"), base="bookworm"),
    # Its libraries are too old for a program that was built on this host: it gets this host's, beside its own. Debian 11's
    # guest agent cannot be set up outside Azure: the newest one stands in its place.
    "bullseye": Tree("bullseye", (*PACKAGES, "libcurl4"), newest=True, finish="roots_libraries.add"),
    "trixie": Tree("trixie", (*PACKAGES, "waagent", "libcurl4t64", "libssl3t64")),
    # OpenSSL's validated kind of provider; bookworm has none
    "trixie-fips": Tree("trixie", ("openssl-provider-fips",), base="trixie"),
    "bullseye-rpm": Tree("bullseye", ("dnf", *RPM_TOOLS), base="bullseye", finish="roots_rpm.make"),
    "bookworm-rpm": Tree("bookworm", ("dnf", *RPM_TOOLS, *ZYPPER), base="bookworm", finish="roots_rpm.make"),
    "trixie-rpm": Tree("trixie", ("dnf", *RPM_TOOLS, *ZYPPER), base="trixie", finish="roots_rpm.make"),
    "testing-rpm": Tree("testing", (*PACKAGES, "waagent", "libcurl4t64", "libssl3t64", "dnf5", *RPM_TOOLS, *ZYPPER), finish="roots_rpm.make"),
}
FINISH = {"roots_libraries.add": roots_libraries.add, "roots_rpm.make": roots_rpm.make}


def root(name):
    """The path of a finished root tree, built when it is not there yet."""
    if name not in TREES:
        raise ValueError(f"no recipe for root {name}")
    folder = CACHE / "roots"
    done = folder / f"{name}-{_recipe_hash(name)}"
    if done.exists():
        return done
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _build(TREES[name], folder, done)
    return done


def has_rpm(name):
    """Whether packages are rpms in this tree."""
    return TREES[name].finish == "roots_rpm.make"


def _recipe_hash(name):
    row = TREES[name]
    digest = hashlib.sha256(repr(row).encode() + Path(roots_debian.__file__).read_bytes())
    if row.base:
        digest.update(_recipe_hash(row.base).encode())
    if row.finish:
        module = sys.modules[row.finish.partition(".")[0]]
        digest.update(Path(module.__file__).read_bytes() + module.more_recipe())
    return digest.hexdigest()[:12]


def _build(row, folder, done):
    name = done.name.rpartition("-")[0]
    for left in folder.glob(f"{name}.building-*"):  # the lock is ours: nobody works there
        shutil.rmtree(left)
    tree = Path(tempfile.mkdtemp(prefix=f"{name}.building-", dir=folder))
    tree.chmod(0o755)
    if row.base:
        roots_debian.copy(root(row.base), tree)
        roots_debian.extend(row.suite, tree, row.packages)
    else:
        roots_debian.make(row.suite, tree, row.packages, row.newest)
    roots_debian.strip(row.suite, tree)
    if row.finish:
        FINISH[row.finish](tree)
    tree.rename(done)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or TREES:
        print(root(wanted))
