"""No secret anywhere: argv and environment while it runs, files, journal, uploads when it is over.

Secret are the onboarding package (its signature stands for it), the protected settings as they were sent, and logins in
addresses that a scenario asks to look for (w.logins).
"""

import os
import re
import threading
from pathlib import Path

# where the package belongs
ALLOWED = re.compile(r"/etc/opt/microsoft/mdatp/mdatp_onboard\.json$")
# where an address with a login was written: settings that the guest agent keeps, the admin's own sources and configuration
WRITTEN = re.compile(r"/var/lib/waagent/|/etc/mde-linux/|/etc/apt/|/etc/yum\.repos\.d/|/etc/zypp/|/var/lib/mde-linux/undo/\d+$"
                     r"|/var/log/journal/")
VOLATILE = ("run", "tmp", "dev/shm")
BLOCK = 1 << 20


def markers(texts):
    """Stretches that recognise a text: long runs of letters and digits, which no escaping changes."""
    found = set()
    for text in texts:
        runs = sorted(re.findall(r"[A-Za-z0-9]{16,}", text), key=len, reverse=True)
        found.update(run[:24].encode() for run in runs[:4])
    return found


def logins(texts):
    """The passwords of all addresses in these texts: https://USER:PASSWORD@HOST."""
    return {each.encode() for text in texts for each in re.findall(r"://[^/\s:@]*:([^/\s@]{6,})@", text)}


class Watch:
    """Looks at argv and environment of every process in its pid namespace until stopped.

    Both come with an exec: a process whose argv is what it was has been looked at, unless there is more to look for.
    """

    def __init__(self, *needles):
        self.needles = needles  # sets, shared: may grow
        self.seen = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        self._end.set()
        self._thread.join()

    def _run(self):
        known, number = {}, 0
        while not self._end.wait(0.02):
            then, number = number, sum(map(len, self.needles))
            before, known = known if number == then else {}, {}
            for pid in filter(str.isdigit, os.listdir("/proc")):
                known[pid] = argv = _read(f"/proc/{pid}/cmdline")
                if before.get(pid) != argv:
                    self._look(f"/proc/{pid}/cmdline", argv)
                    self._look(f"/proc/{pid}/environ", _read(f"/proc/{pid}/environ"))

    def _look(self, path, data):
        if any(needle in data for needles in self.needles for needle in list(needles)):
            self.seen.append(f"{path}: {data[:60]!r}")


def _read(path):
    """What is in a file of proc; nothing when its process is gone."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        parts = []
        while part := os.read(file, BLOCK):
            parts.append(part)
        return b"".join(parts)
    except OSError:
        return b""
    finally:
        os.close(file)


def in_files(root, needles, allowed=ALLOWED):
    """Files below root that hold a needle, but for those that should."""
    bad = []
    for path in Path(root).rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        inside = "/" + str(path.relative_to(root))
        if not allowed.search(inside) and _holds(path, needles):
            bad.append(inside)
    return bad


def _holds(path, needles):
    tail = b""
    try:
        with open(path, "rb") as file:
            while block := file.read(BLOCK):
                if any(needle in tail + block for needle in needles):
                    return True
                tail = block[-64:]
    except OSError:
        pass
    return False
