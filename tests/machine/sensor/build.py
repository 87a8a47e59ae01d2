#!/usr/bin/python3
"""Builds the stand-in sensor package, and the package from elsewhere that it depends on.

The programs are compiled once per state of their sources, into the tests' cache folder.

So are the packages, per all that decides their content.

As a program: build.py [--rpm] OUT_DIR [VERSION...]     all known versions and the dependency
"""

import hashlib
import os
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "fixtures"))
import formats  # noqa: E402
import pki  # noqa: E402  (its cache)

VERSIONS = ("101.24092.0002", "101.25042.0003", "101.25062.0005")
DEPENDENCY = "libmnl-stand-in"
PROGRAMS = {"wdavdaemon": ("wdavdaemon.c", "sensor.c", "health.c", "commands.c", "managed.c", "threats.c", "stand_in.c"),
            "wdavdaemonclient": ("mdatp.c", "stand_in.c")}
def programs():
    """The folder with the compiled programs."""
    digest = hashlib.sha256()
    for source in sorted(HERE.glob("*.[ch]")):
        digest.update(source.name.encode() + source.read_bytes())

    def compile_all(directory):
        for name, sources in PROGRAMS.items():
            pki.run("gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-static", "-s",
                    "-o", str(directory / name), *[str(HERE / s) for s in sources])

    return pki.cached(pki.CACHE / f"sensor-{digest.hexdigest()[:16]}", compile_all)


def _put(root, path, data, mode=0o644):
    file = pathlib.Path(root, path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    file.chmod(mode)


def _made(package, fill, out_dir, recipe):
    """The path of the package in OUT_DIR, packed when the cache has none of this RECIPE. FILL puts its files below a folder."""
    digest = hashlib.sha256(repr((package, recipe, formats.identity(package))).encode())
    for source in sorted(HERE.glob("*.py")):
        digest.update(source.read_bytes())

    def pack(directory):
        with tempfile.TemporaryDirectory() as work:
            root = pathlib.Path(work, "root")
            root.mkdir()
            fill(root)
            for folder in [root, *(p for p in root.rglob("*") if p.is_dir())]:
                folder.chmod(0o755)
            formats.pack(package, root, directory)

    made, = pki.cached(pki.CACHE / f"package-{digest.hexdigest()[:16]}", pack).iterdir()
    out_dir = pathlib.Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    return pathlib.Path(shutil.copyfile(made, out_dir / made.name))


def build(version, out_dir, knobs=None, *, depends=f"{DEPENDENCY} (>= 1)", ballast_mib=0, kind="deb", signer="vendor"):
    """Builds mdatp of VERSION into OUT_DIR, gives the path of the package.

    KIND is deb or rpm; an rpm is signed by SIGNER (a name of openpgp.NAMES; None: not at all).
    KNOBS are built into the package; /etc/mdatp-stand-in.conf on the machine goes before them.
    BALLAST_MIB makes it as big as wanted with bytes that do not compress.
    """
    unit = (HERE / "mdatp.service").read_text()
    common = (HERE / "maintainer.sh").read_text()
    scripts = tuple((name, common + (HERE / f"{name}.sh").read_text()) for name in formats.SCRIPTS)
    package = formats.Package("mdatp", version, kind, depends=depends, scripts=scripts, signer=signer)

    def fill(root):
        sensor = "opt/microsoft/mdatp"
        for name in PROGRAMS:
            _put(root, f"{sensor}/sbin/{name}", (programs() / name).read_bytes(), 0o755)
        _put(root, f"{sensor}/conf/version", re.split("[-_]", version)[0] + "\n")
        _put(root, f"{sensor}/conf/stand-in.conf",
             "".join(f"{key}={value}\n" for key, value in (knobs or {}).items()))
        _put(root, f"{sensor}/conf/mdatp.service", unit)
        _put(root, f"{formats.UNITS[kind]}/mdatp.service", unit)
        if ballast_mib:
            _put(root, f"{sensor}/lib/ballast", os.urandom(ballast_mib << 20))
        (root / "usr/bin").mkdir(parents=True)
        (root / "usr/bin/mdatp").symlink_to("/opt/microsoft/mdatp/sbin/wdavdaemonclient")

    return _made(package, fill, out_dir, (str(programs()), unit, knobs, ballast_mib))


def build_dependency(out_dir, version="1.0", kind="deb", signer="distribution", scripts=()):
    """Builds the small package that only the distribution's mirror has."""
    package = formats.Package(DEPENDENCY, version, kind, architecture="all", scripts=scripts, signer=signer)
    return _made(package, lambda root: _put(root, f"usr/share/doc/{DEPENDENCY}/README", "Needed by the stand-in sensor.\n"),
                 out_dir, ())


def build_slow(out_dir, name="slow-stand-in", until="/run/go", kind="deb", signer="distribution", version="1.0"):
    """Builds somebody else's package, whose postinst waits until a file exists, and says so with UNTIL.wanted."""
    script = f"#!/bin/sh\n: > {until}.wanted\nuntil [ -e {until} ]; do sleep 0.1; done\n"
    package = formats.Package(name, version, kind, architecture="all", scripts=(("postinst", script),), signer=signer)
    return _made(package, lambda root: _put(root, f"usr/share/doc/{name}/README", "Slow to set up.\n"), out_dir, ())


def build_release(out_dir, name, release):
    """Builds what tells rpm's package managers which release the machine is: the distribution's release package."""
    provides = f"system-release = {release} system-release(releasever) = {release} redhat-release = {release}"
    package = formats.Package(f"{name}-release", release, "rpm", architecture="all", provides=provides, signer="distribution")
    return _made(package, lambda root: _put(root, f"usr/share/doc/{name}-release/README", "A release.\n"), out_dir, ())


def build_repository(out_dir, name, files):
    """Builds a distribution's own package that configures a repository. FILES: {path: text}"""
    package = formats.Package(name, "3.0", "rpm", architecture="all", signer="distribution")

    def fill(root):
        for path, text in files.items():
            _put(root, path.lstrip("/"), text)

    return _made(package, fill, out_dir, tuple(sorted(files.items())))


def main():
    kind = "rpm" if sys.argv[1] == "--rpm" else "deb"
    out_dir, *versions = sys.argv[2 if kind == "rpm" else 1:]
    for version in versions or VERSIONS:
        print(build(version, out_dir, kind=kind))
    print(build_dependency(out_dir, kind=kind))


if __name__ == "__main__":
    main()
