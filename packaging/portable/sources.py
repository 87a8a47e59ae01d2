"""What the libraries are made of: packages of Debian as they were had last or are offered now, or a folder that somebody changed."""

import hashlib
import json
import os
import tempfile
from pathlib import Path

import debian
import recipes
import toolchain

CACHE = Path(os.environ.get("MDE_LINUX_TEST_CACHE", "/var/cache/mde-linux-tests")) / "portable"
FILES = CACHE / "files"
KEPT = CACHE / "sources.json"
# Of these only headers are used: they make libsystemd know that a journal may hold compressed entries.
HEADERS = ("libzstd-dev", "liblz4-dev", "liblzma-dev", "libcap-dev")


def find(refresh):
    """{name: Package as JSON}: what was used last, or what the mirror has now."""
    return (None if refresh else _kept()) or _asked()


def _kept():
    """None if there is nothing, or not all of it is as it was; what was there and cannot be used is said."""
    if not KEPT.exists():
        return None
    try:
        packages = json.loads(KEPT.read_text())
        files = {file: digest for package in packages.values() for file, digest in package["files"].items()}
        missing = _wanted() - packages.keys()
    except (ValueError, LookupError, TypeError, AttributeError) as err:
        debian.say(f"{KEPT} cannot be understood ({type(err).__name__}: {err}): the mirror is asked anew")
        return None
    missing |= {file for file, digest in files.items() if not debian.is_there(FILES / file, digest)}
    if missing:
        debian.say(f"{', '.join(sorted(missing))} cannot be taken from {CACHE}: the mirror is asked anew")
    return None if missing else packages


def _wanted():
    musl = {f"musl-dev:{row.debian}" for row in toolchain.ARCHITECTURES.values()}
    return {row.source for row in recipes.LIBRARIES.values()} | {"linux-libc-dev", *HEADERS} | musl


def _asked():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)  # apt downloads as a user of its own
        apt = debian.Apt(Path(folder), FILES)
        found = [apt.source(row.source, row.bare) for row in recipes.LIBRARIES.values()]
        found += [apt.binary(name, "amd64") for name in ("linux-libc-dev", *HEADERS)]
        packages = {package.name: package.as_json() for package in found}
        for row in toolchain.ARCHITECTURES.values():
            musl = apt.binary("musl-dev", row.debian)
            packages[f"musl-dev:{row.debian}"] = musl.as_json() | {"patches": apt.patches(musl.source)}
    if apt.missing:
        packages = {name: row | {"unasked": apt.missing} for name, row in packages.items()}
    new = KEPT.with_name(f"{KEPT.name}.new")
    new.write_text(json.dumps(packages, indent=1) + "\n")
    new.replace(KEPT)
    return packages


def released(packages):
    """Those of which something gets to users."""
    tests = {row.source for row in recipes.LIBRARIES.values() if not row.licence}
    return {name: package for name, package in packages.items() if name not in tests}


def digest_of_tree(folder):
    """Of names, contents and exec bits; of no times, and of nothing that version control keeps there."""
    total = hashlib.sha256()
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for path in sorted(Path(place) / name for name in (*files, *(name for name in folders if (Path(place) / name).is_symlink()))):
            content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
            kind = "link" if path.is_symlink() else "program" if path.stat().st_mode & 0o100 else "file"
            total.update(f"{kind} {hashlib.sha256(content).hexdigest()} {path.relative_to(folder)}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def with_changed(packages, folders):
    """packages with the sources of those in folders ({name: folder}) taken from there."""
    rows = {}
    for name, folder in folders.items():
        if name not in recipes.LIBRARIES:
            raise RuntimeError(f"{name} is no library of the program; there are {', '.join(recipes.LIBRARIES)}")
        if not folder.is_dir():
            raise RuntimeError(f"{folder} is no folder: unpack the source of {name} there, and give its name")
        source = recipes.LIBRARIES[name].source
        rows[source] = {**packages[source], "changed": digest_of_tree(folder)}
    return packages | rows
