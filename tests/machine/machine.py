"""A throw-away machine: an overlay on a root tree, booted with systemd-nspawn.

The machine has a network namespace of its own with nothing but loopback, to which Azure's two
well-known addresses are added. The namespace belongs to the machine, not to one boot, so stand-in
servers live through reboots and power cuts, as the real ones would. A machine has its own cgroup,
so several may run at once. Only one process of the host is kept for a boot: systemd-nspawn.
"""

import fcntl
import hashlib
import itertools
import os
import shutil
import signal
import stat
import struct
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import cgroup

# Azure's addresses are on loopback. The guest agent wants to see an interface and a route to the
# first one as Azure's DHCP makes it, else it asks by DHCP itself; eth0 leads nowhere, and without a
# default route a foreign address fails at once.
NETWORK = """\
link set lo up
address add 168.63.129.16/32 dev lo
address add 169.254.169.254/32 dev lo
link add eth0 type veth peer name nowhere
address add 10.0.0.4/24 dev eth0
link set eth0 up
route add 168.63.129.16/32 dev eth0
"""
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "LANG": "C.UTF-8", "HOME": "/root"}
DISK_SIZE = 4 << 30  # sparse
SYSTEM_CALLS = "fanotify_init fanotify_mark @memlock"  # what nspawn would refuse: a sensor needs them, and libgcrypt in FIPS mode

EXT4_IOC_SHUTDOWN = 0x8004587D
EXT4_GOING_FLAGS_NOLOGFLUSH = 2

_numbers = itertools.count(1)


class MachineError(Exception):
    """The machine did not do what was asked of it."""


def wait_for(predicate, timeout, what, interval=0.02):
    """Poll until predicate() is true and return its value, or raise at the deadline."""
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise MachineError(f"not within {timeout} s: {what}")
        time.sleep(interval)


class Machine:
    """One machine. Use it as a context manager, or call close().

    root    the tree it is based on (roots.root())
    folder  where its files go; a new temporary folder by default, removed by close()
    disk    put what it writes on an ext4 of its own, for power_cut()
    """

    def __init__(self, root, folder=None, disk=False):
        self.root = Path(root)
        self.folder = Path(folder or tempfile.mkdtemp(prefix="mde-linux-machine-"))
        self.folder.mkdir(exist_ok=True)
        self.name = f"mde-{os.getpid()}-{next(_numbers)}-{uuid.uuid4().hex[:6]}"
        self.disk = self.folder / "disk" if disk else None
        self.merged = self.folder / "merged"
        self.console = self.folder / "console.log"
        self.leader = None
        self._nspawn = None
        self._network = None
        self._children = []
        self._cgroups = []
        self._logs = itertools.count(1)
        try:
            self._cgroups = cgroup.make(self.name)
            self._make_network()
            self._make_disk()
            self._mount()
            self.write("/etc/machine-id", uuid.uuid4().hex + "\n", 0o444)
            self._mask_generators()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def upper(self):
        """The host folder that holds every file the machine changed or made."""
        return (self.disk or self.folder) / "upper"

    # Power

    def boot(self, until="running", timeout=60):
        """Boot in the background; wait until all is up ("running") or systemd "answers"."""
        with open(self.console, "ab") as console:
            self._nspawn = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--boot", f"--directory={self.merged}",
                 f"--machine={self.name}", "--hostname=machine",
                 f"--network-namespace-path={self._netns}",
                 "--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off",
                 "--timezone=off", "--console=pipe", f"--system-call-filter={SYSTEM_CALLS}"],
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
                preexec_fn=lambda: cgroup.enter(self._cgroups))
        self.leader = wait_for(self._find_leader, timeout, "the machine's init")
        wanted = {"running", "degraded"}
        if until == "answers":
            wanted |= {"starting", "initializing"}
        ask = ["systemctl", "is-system-running"] + (["--wait"] if until == "running" else [])
        wait_for(lambda: self.run(ask, check=False, timeout=timeout).stdout.strip() in wanted,
                 timeout, f"boot ({until})")

    def poweroff(self, timeout=90):
        """An orderly shutdown."""
        self._shut_down("poweroff", timeout)

    def reboot(self, timeout=90, until="running"):
        """An orderly shutdown, then a boot."""
        self._shut_down("reboot", timeout)
        self.boot(until=until)

    def kill(self):
        """End every process of the machine at once; what they wrote stays."""
        if self.leader:
            _kill(self.leader)
        if self._nspawn:
            try:
                self._nspawn.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._nspawn.kill()
                self._nspawn.wait()
        self.leader = None
        self._nspawn = None

    def power_cut(self):
        """Lose everything that was not synced, as a power cut does. Only with disk=True."""
        if not self.disk:
            raise MachineError("power_cut() needs a machine with disk=True")
        folder = os.open(self.disk, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(folder, EXT4_IOC_SHUTDOWN, struct.pack("I", EXT4_GOING_FLAGS_NOLOGFLUSH))
        finally:
            os.close(folder)
        self.kill()
        self._unmount()
        self._mount()

    def limit_memory(self, megabytes):
        """From now on all of the machine together has so much; False: this host has no such controller.

        The machine sees the limit in /run/cgroup-memory, its mount of the hierarchy (v1).
        """
        group = cgroup.memory(self._cgroups)
        if not group:
            return False
        (group / "memory.limit_in_bytes").write_text(f"{megabytes << 20}\n", encoding="ascii")
        if not self.exists("/run/cgroup-memory"):
            self.run(["mkdir", "/run/cgroup-memory"])
            self.run(["mount", "-t", "cgroup", "-o", "memory", "memory", "/run/cgroup-memory"])
        return True

    # Inside

    def run(self, argv, check=True, timeout=60, env=None, input=None):
        """Run a program in the machine to its end; a CompletedProcess with text output."""
        process = subprocess.Popen(
            self._inside(argv), env={**ENVIRONMENT, **(env or {})}, start_new_session=True,
            preexec_fn=self._enter_inside,
            stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="backslashreplace")
        try:
            out, err = process.communicate(input, timeout)
        except subprocess.TimeoutExpired:
            raise MachineError(f"{' '.join(argv)}: not done within {timeout} s") from None
        finally:
            if process.poll() is None:
                _kill_inside(process)
                process.communicate()
        if check and process.returncode != 0:
            raise MachineError(f"{' '.join(argv)}: exit {process.returncode}\n{out}{err}")
        return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def spawn(self, argv, env=None):
        """Start a program in the machine and return its Popen; .log is where its output goes."""
        return self._start(self._inside(argv), {**ENVIRONMENT, **(env or {})}, self._enter_inside)

    def end(self, process):
        """SIGKILL what spawn() started."""
        _kill_inside(process)

    def spawn_outside(self, argv, env=None):
        """Start a program of the host in the machine's network only; .log as for spawn()."""
        return self._start(["nsenter", f"--net={self._netns}", "--", *argv], env)

    def write(self, path, data, mode=0o644):
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        target.chmod(mode)

    def read(self, path):
        return self.path(path).read_text(encoding="utf-8", errors="backslashreplace")

    def exists(self, path):
        return self.path(path).exists()

    def path(self, path):
        """The host's path of a machine's file; symlinks lead where they lead in the machine."""
        top = f"/proc/{self.leader}/root" if self.leader else str(self.merged)
        inside = []
        todo = _parts(path)
        for _ in range(200):
            if not todo:
                return Path("/".join([top, *inside]))
            part = todo.pop(0)
            if part == "..":
                inside = inside[:-1]
                continue
            try:
                target = os.readlink("/".join([top, *inside, part]))
            except OSError:  # no link, or not there
                inside.append(part)
                continue
            inside = [] if target.startswith("/") else inside
            todo = _parts(target) + todo
        raise MachineError(f"{path}: too many symlinks")

    def wait(self, predicate, timeout, what):
        """Poll until predicate() is true and return its value; raise at the deadline."""
        return wait_for(predicate, timeout, what, interval=0.05)

    def snapshot(self, paths):
        """{path: (type, mode, uid, gid, sha256)} of every file below the given paths."""
        seen = {}
        for path in paths:
            parent = self.path(os.path.dirname(path))
            self._look(path, parent / os.path.basename(path), seen)
        return seen

    # The end

    def close(self, keep=False):
        """End and unmount everything; keep=True leaves the folder."""
        self.kill()
        for process in self._children:
            _kill_group(process)
        if self._network:
            self._network.kill()
            self._network.wait()
            self._network = None
        self._unmount()
        wait_for(lambda: cgroup.remove(self._cgroups), 10, "the machine's cgroup to be empty")
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    # Internals

    @property
    def _netns(self):
        return f"/proc/{self._network.pid}/ns/net"

    def _inside(self, argv):
        if not self.leader:
            raise MachineError("the machine is not running")
        return ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net", "--pid",
                "--cgroup", "--", *map(str, argv)]

    def _enter_inside(self):
        """Processes we put into the machine sit in a cgroup that the machine can name."""
        for group in self._cgroups:
            harness = group / "payload/harness"
            if harness.parent.exists():
                harness.mkdir(exist_ok=True)
                cgroup.enter([harness])

    def _start(self, argv, env, before_exec=None):
        log = self.folder / f"process-{next(self._logs)}.log"
        with open(log, "wb") as output:
            process = subprocess.Popen(list(map(str, argv)), env=env, start_new_session=True,
                                       stdin=subprocess.DEVNULL, stdout=output,
                                       stderr=subprocess.STDOUT, preexec_fn=before_exec)
        process.log = log
        self._children.append(process)
        return process

    def _shut_down(self, verb, timeout):
        self.run(["systemctl", "--no-block", verb])
        wait_for(self._is_down, timeout, f"{verb}")
        self.leader = None
        self._nspawn = None

    def _is_down(self):
        """Whether the shutdown is over; on the way there, help it with what spawn() started.

        A machine stops its processes before it ends them. nsenter then stops itself as well and
        must be woken to collect its child; and since that is not the init's own child, the init
        must be told that something ended, or it waits ten seconds.
        """
        for process in self._children:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        if self._children and self._nspawn.poll() is None:
            _kill(self.leader, signal.SIGCHLD)
        return self._nspawn.poll() is not None

    def _find_leader(self):
        """The init: a descendant of systemd-nspawn that is number 1 in a pid namespace."""
        if self._nspawn.poll() is not None:
            raise MachineError("systemd-nspawn ended:\n" + self.console.read_text("utf-8"))
        family = {self._nspawn.pid}
        for pid in sorted(int(entry) for entry in os.listdir("/proc") if entry.isdigit()):
            try:
                status = Path(f"/proc/{pid}/status").read_text("utf-8", "replace")
            except OSError:
                continue
            fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            if int(fields["PPid"]) not in family:
                continue
            family.add(pid)
            numbers = fields["NSpid"].split()
            if len(numbers) > 1 and numbers[-1] == "1" and fields["Name"] == "systemd":
                return pid
        return None

    def _mask_generators(self):
        """A machine has no disks, getty or kernel command line to make units of, and at each reload a dozen programs would look for them."""
        place = self.path("/etc/systemd/system-generators")
        place.mkdir(parents=True, exist_ok=True)
        for generator in self.path("/usr/lib/systemd/system-generators").iterdir():
            if not (place / generator.name).is_symlink():
                (place / generator.name).symlink_to("/dev/null")

    def _make_network(self):
        self._network = subprocess.Popen(["unshare", "--net", "sleep", "infinity"],
                                         stdin=subprocess.DEVNULL)
        ours = os.stat("/proc/self/ns/net").st_ino
        wait_for(lambda: os.stat(self._netns).st_ino != ours, 10, "a network namespace", 0.005)
        subprocess.run(["nsenter", f"--net={self._netns}", "ip", "-batch", "-"], input=NETWORK,
                       text=True, check=True)

    def _make_disk(self):
        if not self.disk:
            return
        self.disk.mkdir()
        with open(self._image, "wb") as image:
            image.truncate(DISK_SIZE)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self._image)], check=True)

    @property
    def _image(self):
        return self.folder / "disk.ext4"

    def _mount(self):
        options = "volatile"  # no syncs: the files live no longer than the test
        if self.disk:
            options = "index=off"
            subprocess.run(["mount", "-o", "loop", str(self._image), str(self.disk)], check=True)
        work = self.upper.parent / "work"
        for folder in (self.merged, self.upper, work):
            folder.mkdir(exist_ok=True)
        self.upper.chmod(0o755)
        subprocess.run(
            ["mount", "-t", "overlay", "mde-linux-machine", "-o",
             f"lowerdir={self.root},upperdir={self.upper},workdir={work},{options}",
             str(self.merged)], check=True)

    def _unmount(self):
        for place in filter(None, (self.merged, self.disk)):
            if os.path.ismount(place):
                wait_for(lambda place=place: _unmounted(place), 20, f"unmount of {place}")
        if self.disk:  # a loop device that is still there would bring back its dead file system
            wait_for(lambda: not _loop_devices(self._image), 60, "the loop device to go")

    def _look(self, name, path, seen):
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return
        kind, digest = stat.filemode(status.st_mode)[0], ""
        if stat.S_ISREG(status.st_mode):
            with open(path, "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
        elif stat.S_ISLNK(status.st_mode):
            digest = os.readlink(path)
        seen[name] = (kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, digest)
        if stat.S_ISDIR(status.st_mode):
            for entry in sorted(os.listdir(path)):
                self._look(os.path.join(name, entry), os.path.join(path, entry), seen)


def _parts(path):
    return [part for part in str(path).split("/") if part not in ("", ".")]


def _kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _kill_inside(process):
    """End what nsenter started and let nsenter end by itself.

    Without it nobody would collect its child, and a machine with a zombie cannot shut down.
    """
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            group = os.getpgid(int(entry))
        except ProcessLookupError:
            continue
        if group == process.pid and int(entry) != process.pid:
            _kill(int(entry))


def _kill_group(process):
    """The process may have left children in its group after its own end."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def _unmounted(place):
    return subprocess.run(["umount", str(place)], check=False, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL).returncode == 0


def _loop_devices(image):
    return subprocess.run(["losetup", "--noheadings", "--associated", str(image)], check=False,
                          stdout=subprocess.PIPE, text=True).stdout.strip()
