"""How a tree is made from Debian's packages, and how one gets more of them."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(os.environ.get("MDE_LINUX_TEST_CACHE", "/var/cache/mde-linux-tests"))
NOWHERE = "http://mirror.invalid/debian"  # the finished tree's own source: there is no network in a machine
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# Nothing a test needs; without them a machine is up in a fraction of a second.
MASKED = (
    "apt-daily-upgrade.timer", "apt-daily.timer", "console-getty.service", "dpkg-db-backup.timer",
    "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer", "getty.target",
    "proc-sys-fs-binfmt_misc.automount", "sys-fs-fuse-connections.mount",
    "systemd-networkd-wait-online.service", "systemd-pstore.service", "systemd-resolved.service",
)

WAAGENT_CONF = {
    "AutoUpdate.Enabled": "n",
    "AutoUpdate.UpdateToLatestVersion": "n",
    "Extensions.GoalStatePeriod": "1",
    "Extensions.InitialGoalStatePeriod": "1",
    "Logs.Collect": "n",
    "OS.EnableFirewall": "n",
    "Protocol.EndpointDiscovery": "static",
    "Provisioning.Agent": "disabled",
    "Provisioning.Enabled": "n",
    "Provisioning.MonitorHostName": "n",
    "ResourceDisk.EnableSwap": "n",
    "ResourceDisk.Format": "n",
}

UNIT = "walinuxagent.service"
# The packaged unit only starts on Hyper-V.
WAAGENT_UNIT = "[Unit]\nConditionVirtualization=\n"

# The newest agent runs as the same unit; a scenario that wants it copies NEWEST/unit.conf into
# walinuxagent.service.d.
NEWEST = "/opt/waagent-newest"
NEWEST_UNIT = f"[Service]\nExecStart=\nExecStart=/usr/bin/python3 {NEWEST}/waagent -daemon\n"
NEWEST_START = f"""\
import sys

sys.path.insert(0, "{NEWEST}/usr/lib/python3/dist-packages")
from azurelinuxagent.agent import main

main()
"""


def make(suite, tree, packages, newest):
    """A tree from nothing."""
    _debootstrap(suite, tree, packages)
    if newest:
        _add_newest_agent(tree)
    if "waagent" not in packages:
        _use_newest_agent(tree)
    _configure(tree)


def copy(base, tree):
    call(["cp", "--archive", "--reflink=auto", f"{base}/.", str(tree)])


def mirror(apt=Path("/etc/apt")):
    """The Debian mirror this host uses, from its one-line and deb822 sources."""
    for uri, suites, components in _sources(apt):
        if (re.match(r"https?://.*/debian/?$", uri) and "security" not in suites
                and "main" in components.split()):
            return uri
    raise RuntimeError(f"no Debian mirror is configured below {apt}: an entry like 'deb http://MIRROR/debian bookworm main' is needed")


def _sources(apt):
    """(URI, suites, components) of every binary source."""
    for path in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*.list"))]:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for line in text.splitlines():
            match = re.match(r"deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)", line)
            if match:
                yield match.groups()
    for path in sorted((apt / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
            fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
            for uri in fields.get("URIs", "").split():
                yield uri, fields.get("Suites", ""), fields.get("Components", "")


def _debootstrap(suite, tree, packages):
    kept = CACHE / "debs"
    kept.mkdir(parents=True, exist_ok=True)
    call(["debootstrap", "--variant=minbase", f"--cache-dir={kept}",
          "--include=" + ",".join(packages), suite, str(tree), mirror()])


def _configure(tree):
    call(["systemctl", f"--root={tree}", "--quiet", "disable", UNIT])
    call(["systemctl", f"--root={tree}", "--quiet", "mask", *MASKED])
    drop_in = tree / f"etc/systemd/system/{UNIT}.d"
    drop_in.mkdir(parents=True, exist_ok=True)
    (drop_in / "anywhere.conf").write_text(WAAGENT_UNIT, encoding="ascii")
    conf = tree / "etc/waagent.conf"
    kept = [line for line in conf.read_text(encoding="utf-8").splitlines()
            if line.partition("=")[0] not in WAAGENT_CONF]
    ours = [f"{key}={value}" for key, value in WAAGENT_CONF.items()]
    conf.write_text("\n".join(kept + ours) + "\n", encoding="utf-8")


def _add_newest_agent(tree):
    """Unpack, not install, the agent of Debian's newest suite beside the packaged one.

    apt gets directories of its own, so neither the host's nor the tree's state is touched. Python
    libraries that Debian added for newer Pythons are compiled for those and of no use here; the
    agent finds what it needs in this root's own Python.
    """
    with tempfile.TemporaryDirectory() as scratch:
        private = Path(scratch)
        status = private / "status"
        status.touch()
        env = _private_apt(private, "sid", status)
        call(["apt-get", "--quiet", "update"], env=env)
        call(["apt-get", "--quiet", "download", "waagent"], env=env, cwd=private)
        package, = private.glob("waagent_*.deb")
        home = tree / NEWEST.lstrip("/")
        home.mkdir(parents=True)
        call(["dpkg-deb", "--extract", str(package), str(home)])
    (home / "waagent").write_text(NEWEST_START, encoding="ascii")
    (home / "unit.conf").write_text(NEWEST_UNIT, encoding="ascii")


def _use_newest_agent(tree):
    """Make the newest agent the tree's only one."""
    home = tree / NEWEST.lstrip("/")
    shutil.copy(home / "etc/waagent.conf", tree / "etc/waagent.conf")
    unit, = home.glob(f"*/**/systemd/system/{UNIT}")
    shutil.copy(unit, tree / "etc/systemd/system" / UNIT)
    drop_in = tree / f"etc/systemd/system/{UNIT}.d"
    drop_in.mkdir(parents=True)
    (drop_in / "newest.conf").write_text(NEWEST_UNIT, encoding="ascii")


def extend(suite, tree, packages):
    """Install packages into a tree as dpkg would, without starting anything of them.

    apt works from outside with folders of its own, so that what it keeps is not left in the tree.
    """
    with tempfile.TemporaryDirectory() as scratch:
        env = _private_apt(Path(scratch), suite, tree / "var/lib/dpkg/status")
        call(["apt-get", "--quiet", "update"], env=env)
        call(["apt-get", "--quiet", "--yes", "--no-install-recommends", "--download-only", "install", *packages], env=env)
        archives = tree / "var/cache/apt/archives"
        for package in Path(scratch, "cache/archives").glob("*.deb"):
            shutil.copy(package, archives)
        policy = tree / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        policy.chmod(0o755)
        install = "mount -t proc proc /proc && dpkg --install /var/cache/apt/archives/*.deb && rm /var/cache/apt/archives/*.deb"
        call(["unshare", "--mount", "--pid", "--fork", "chroot", str(tree), "/bin/sh", "-c", install],
              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"})
        policy.unlink()
    units = [name for package in packages for name in _units(tree, package)]
    if units:
        call(["systemctl", f"--root={tree}", "--quiet", "disable", *units])


def _units(tree, package):
    listed = (tree / f"var/lib/dpkg/info/{package}.list").read_text(encoding="utf-8").splitlines()
    return [os.path.basename(path) for path in listed if path.startswith("/lib/systemd/system/") and path.endswith((".service", ".socket"))]


def _private_apt(private, suite, status):
    """An environment for apt with this suite as its only source and all of its files below a folder."""
    for part in ("lists/partial", "cache/archives/partial"):
        (private / part).mkdir(parents=True)
    (private / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {suite} main\n", encoding="ascii")
    (private / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{private}/sources.list";\n'
        'Dir::Etc::sourceparts "/dev/null";\n'
        'Dir::Etc::preferences "/dev/null";\n'
        'Dir::Etc::preferencesparts "/dev/null";\n'
        f'Dir::State "{private}";\n'
        f'Dir::State::status "{status}";\n'
        f'Dir::Cache "{private}/cache";\n'
        'APT::Sandbox::User "root";\n', encoding="ascii")
    return {**os.environ, "APT_CONFIG": str(private / "apt.conf")}


def strip(suite, tree):
    """Take out what belongs to the host or to one machine, and apt's caches."""
    for pattern in ("var/lib/apt/lists/*", "var/cache/apt/archives/*.deb", "var/cache/apt/*.bin",
                    "var/log/*.log", "var/log/apt/*", "etc/resolv.conf"):
        for path in tree.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (tree / "etc/apt/sources.list").write_text(f"deb {NOWHERE} {suite} main\n", encoding="ascii")
    (tree / "etc/hostname").write_text("machine\n", encoding="ascii")
    (tree / "etc/hosts").write_text("127.0.0.1 localhost machine\n", encoding="ascii")
    (tree / "etc/machine-id").write_text("", encoding="ascii")


def call(argv, **options):
    result = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: exit {result.returncode}\n{result.stdout[-4000:]}")
