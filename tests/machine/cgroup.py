"""Cgroups of our own in the hierarchies by which systemd tells units apart.

A booted machine makes its slices and services below the cgroup it was started in, so every machine
needs one to itself. Of the resource controllers only memory is used, where the host has it as v1.
"""

import os
from pathlib import Path

MEMORY = "memory"


def make(name):
    """Make a group below this process's own; its folders, one a hierarchy."""
    ours = {}
    for line in Path("/proc/self/cgroup").read_text("ascii").splitlines():
        _, controllers, path = line.split(":", 2)
        ours[controllers] = path.lstrip("/")
    folders = []
    for line in Path("/proc/self/mounts").read_text("utf-8").splitlines():
        _, where, kind, options, *_ = line.split(" ")
        if kind not in ("cgroup", "cgroup2"):
            continue
        wanted = {""} if kind == "cgroup2" else {"name=systemd", MEMORY} & set(options.split(","))
        for hierarchy in wanted & set(ours):
            folders.append(Path(where) / ours[hierarchy] / name)
            folders[-1].mkdir()
    return folders


def memory(folders):
    """The folder of the memory controller among them; None when the host does not have it as v1."""
    for folder in folders:
        if (folder / "memory.limit_in_bytes").exists():
            return folder
    return None


def processor(folders):
    """Seconds that all in there and below have run so far, of both kinds; 0 where cgroup2 is not there to count them."""
    for folder in folders:
        if (folder / "cgroup.controllers").exists():
            words = (folder / "cpu.stat").read_text("ascii").split()
            return int(words[words.index("usage_usec") + 1]) / 1e6
    return 0


def enter(folders):
    """Move this process in."""
    for folder in folders:
        (folder / "cgroup.procs").write_text("0", encoding="ascii")


def remove(folders):
    """Remove the groups with all below them; False when a process is still in there."""
    try:
        for folder in folders:
            for group, _, _ in os.walk(folder, topdown=False):
                os.rmdir(group)
    except OSError:
        return False
    return True
