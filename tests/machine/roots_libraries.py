"""For a tree whose own libraries are older than this host's: the host's libraries, in a folder of the program's own.

An extension for such a tree is the ordinary zip whose program looks for them there (old_zip), and only there.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from roots_debian import CACHE, call

PLACE = "/opt/mde-linux-test-libs"
LOADER = "ld-linux-x86-64.so.2"
PROGRAM = "bin/mde-linux"
WANTED = ("libcurl.so.4", "libjson-c.so.5", "libssl.so.3", "libcrypto.so.3", "libsystemd.so.0", "libc.so.6")


@cache
def _libraries():
    """{name: path on this host} of what the program needs and what these need themselves."""
    known = dict(re.findall(r"^\s*(\S+) \(.*x86-64.*\) => (\S+)$",
                            subprocess.run(["ldconfig", "-p"], check=True, stdout=subprocess.PIPE, text=True).stdout, re.M))
    found = {name: known[name] for name in (*WANTED, LOADER)}
    listed = subprocess.run(["ldd", *found.values()], check=True, stdout=subprocess.PIPE, text=True).stdout
    found.update(re.findall(r"^\s*(\S+) => (/\S+) ", listed, re.M))
    return found


def more_recipe():
    """What the tree gets besides what the recipe says."""
    digest = hashlib.sha256()
    for name, path in sorted(_libraries().items()):
        digest.update(name.encode() + Path(path).read_bytes())
    return digest.digest()


def add(tree):
    place = tree / PLACE.lstrip("/")
    place.mkdir(parents=True)
    for name, path in _libraries().items():
        shutil.copy(path, place / name)


def old_zip(package):
    """The extension zip for such a tree, made from the ordinary one."""
    package = Path(package)
    recipe = package.read_bytes() + Path(__file__).read_bytes()
    made = CACHE / "old-roots" / hashlib.sha256(recipe).hexdigest()[:16] / package.name
    if made.exists():
        return made
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent) as work:
        program, new = Path(work, "program"), Path(work, package.name)
        with zipfile.ZipFile(package) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as changed:
            for entry in old.infolist():
                data = old.read(entry)
                if entry.filename == PROGRAM:
                    program.write_bytes(data)
                    call(["patchelf", "--set-interpreter", f"{PLACE}/{LOADER}", "--force-rpath", "--set-rpath", PLACE, str(program)])
                    data = program.read_bytes()
                changed.writestr(entry, data)
        os.rename(new, made)
    return made
