"""A tree without glibc and without systemd: busybox for every program, musl beside it, and the name of a distribution of that kind."""

import hashlib
import shutil
import tempfile
from pathlib import Path

import roots_debian
from roots_debian import CACHE, call

PACKAGES = ("busybox-static", "musl")
OS_RELEASE = 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n'
FOLDERS = ("bin", "dev", "etc", "proc", "root", "run", "sbin", "sys", "tmp", "usr/bin", "usr/local/lib", "usr/local/sbin", "usr/sbin", "var/lib", "var/log")
FILES = {"etc/os-release": OS_RELEASE, "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n",
         "etc/hosts": "127.0.0.1 localhost\n"}


def root():
    """The path of the finished tree, made when it is not there yet."""
    done = CACHE / "roots" / f"bare-{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]}"
    if not done.exists():
        done.parent.mkdir(parents=True, exist_ok=True)
        tree = Path(tempfile.mkdtemp(prefix="bare.building-", dir=done.parent))
        _make(tree)
        try:
            tree.rename(done)
        except OSError:  # another one was quicker
            shutil.rmtree(tree)
    return done


def _make(tree):
    tree.chmod(0o755)
    for folder in FOLDERS:
        (tree / folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        private = Path(scratch)
        status = private / "status"
        status.touch()
        env = roots_debian._private_apt(private, "bookworm", status)
        call(["apt-get", "--quiet", "update"], env=env)
        call(["apt-get", "--quiet", "download", *PACKAGES], env=env, cwd=private)
        for package in private.glob("*.deb"):
            call(["dpkg-deb", "--extract", str(package), str(tree)])
    for name, text in FILES.items():
        (tree / name).write_text(text, encoding="ascii")
    (tree / "dev/null").touch()
    call(["chroot", str(tree), "/bin/busybox", "--install", "-s"])
