"""The deb and the rpm of this tree, built once for each state of the sources: {"deb": path, "rpm": path, ...}.

    packages.built("1.0.0.1")
    packages.built("1.0.0.1", portable=LIBRARIES)
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("MDE_LINUX_TEST_CACHE", "/var/cache/mde-linux-tests")) / "packages"
SOURCES = ("agent", "handler", "packaging", "platform", "scripts/build-packages", "meson.build", "meson_options.txt", "LICENSE",
           "README.md", "SECURITY.md")
PATTERNS = {"deb": "mde-linux_*.deb", "changes": "*.changes", "rpm": "*[!c].rpm", "src.rpm": "*.src.rpm", "source": "mde-linux-*.tar.gz"}
KEPT = 8


def _state():
    listed = subprocess.run(["git", "-C", TOP, "ls-files", "-z", *SOURCES], check=True, capture_output=True, text=True).stdout
    digest = hashlib.sha256()
    for name in sorted(filter(None, listed.split("\0"))):
        if (TOP / name).exists():
            digest.update(name.encode() + b"\0" + (TOP / name).read_bytes())
    return digest.hexdigest()[:16]


def _forget_old():
    folders = sorted((path for path in CACHE.glob("*-*") if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in folders[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)


def hardening(program, link, architecture):
    """What the tests of tests/portable/hardening.py say against a program; "" when nothing."""
    done = subprocess.run([sys.executable, "-B", TOP / "tests/portable/hardening.py", program, link, architecture, "installed"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout if done.returncode else ""


def architecture_of(portable):
    return json.loads((portable / "libraries.json").read_text())["architecture"]


def built(version, portable=None):
    """portable: what packaging/portable/build-libraries made; None: linked with this host's libraries. For another architecture
    there are no packages of sources: None."""
    more = ("--portable", portable) if portable else ()
    done = CACHE / f"{version}-{f'portable-{architecture_of(portable)}-' if portable else ''}{_state()}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            work = Path(tempfile.mkdtemp(prefix="building.", dir=CACHE))
            try:
                subprocess.run([TOP / "scripts/build-packages", "--version", version, *more, work], check=True, stdout=sys.stderr)
                work.rename(done)
            finally:
                shutil.rmtree(work, ignore_errors=True)
            _forget_old()
        os.utime(done)
    return {kind: next(done.glob(pattern), None) for kind, pattern in PATTERNS.items()}
