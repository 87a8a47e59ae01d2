"""The machines themselves, without any of Azure."""

import os
import time

from machine import Machine, MachineError
from scenario import scenario

FANOTIFY = """\
import ctypes, os
libc = ctypes.CDLL(None)
group = libc.fanotify_init(4, os.O_RDONLY)  # FAN_CLASS_CONTENT
open_perm = ctypes.c_uint64(0x10000)
raise SystemExit(group < 0 or libc.fanotify_mark(group, 1, open_perm, -100, b"/opt") < 0)
"""


@scenario()
def files_and_programs(w):
    w.machine.write("/run/folder/note", "text", mode=0o600)  # /run is a mount of the machine's own
    assert w.machine.run(["cat", "/var/run/folder/note"]).stdout == "text"
    assert w.machine.read("/var/run/folder/note") == "text"
    assert w.machine.snapshot(["/run/folder"])["/run/folder/note"][:4] == ("-", 0o600, 0, 0)
    assert w.machine.run(["sh", "-c", "cat; echo $NAME"], input="in ", env={"NAME": "value"}
                         ).stdout == "in value\n"
    try:
        w.machine.run(["sh", "-c", "sleep 600 | sleep 600"], timeout=0.2)
        raise AssertionError("no time-out")
    except MachineError:
        assert w.machine.run(["pgrep", "sleep"], check=False).returncode == 1
    os.symlink("/etc/hostname", w.machine.path("/root/link"))
    assert w.machine.read("/root/link") == "machine\n"


@scenario()
def shuts_down_with_a_program_running(w):
    process = w.machine.spawn(["sh", "-c", "echo started; exec sleep 600"])
    w.machine.wait(lambda: process.log.read_text("utf-8") == "started\n", 5, "the program")
    begin = time.monotonic()
    w.machine.reboot()
    assert time.monotonic() - begin < 5
    assert process.wait(timeout=5) != 0


@scenario()
def units_may_use_fanotify(w):
    w.machine.write("/root/program", FANOTIFY)
    w.machine.run(["systemd-run", "--wait", "--quiet", "python3", "/root/program"])


@scenario()
def nothing_outside_is_reached(w):
    begin = time.monotonic()
    assert w.machine.run(["getent", "hosts", "packages.example"], check=False).returncode == 2
    update = ["apt-get", "--quiet", "--option=Acquire::Retries=0", "--error-on=any", "update"]
    assert w.machine.run(update, check=False).returncode != 0
    assert time.monotonic() - begin < 5


@scenario()
def two_machines(w):
    with Machine(w.machine.root) as other:
        other.boot()
        other.write("/root/mine", "")
        other.run(["systemd-run", "--unit=same-name", "--quiet", "sleep", "600"])
        w.machine.run(["systemd-run", "--unit=same-name", "--quiet", "sleep", "600"])
        w.machine.run(["systemctl", "stop", "same-name"])
        assert other.run(["systemctl", "is-active", "same-name"]).stdout == "active\n"
    assert not w.machine.exists("/root/mine")
