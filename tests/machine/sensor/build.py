#!/usr/bin/python3
"""Builds the stand-in sensor package, and the package from elsewhere that it depends on.

The programs are compiled once per state of their sources, into the tests' cache folder.

As a program: build.py OUT_DIR [VERSION...]     all known versions and the dependency
"""

import hashlib
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "fixtures"))
import pki  # noqa: E402  (its cache)

VERSIONS = ("101.24092.0002", "101.25042.0003", "101.25062.0005")
DEPENDENCY = "libmnl-stand-in"
PROGRAMS = {"wdavdaemon": ("wdavdaemon.c", "sensor.c", "health.c", "commands.c", "managed.c", "stand_in.c"),
            "wdavdaemonclient": ("mdatp.c", "stand_in.c")}
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")

CONTROL = """Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: Stand-in <nobody@stand-in.test>
Section: misc
Priority: optional
{more}Description: stand-in for tests
 Not the real thing.
"""


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


def _pack(root, name, version, architecture, more, out_dir):
    _put(root, "DEBIAN/control", CONTROL.format(name=name, version=version, more=more,
                                                architecture=architecture))
    for directory in [root, *(p for p in root.rglob("*") if p.is_dir())]:
        directory.chmod(0o755)
    deb = pathlib.Path(out_dir, f"{name}_{version}_{architecture}.deb")
    deb.parent.mkdir(parents=True, exist_ok=True)
    pki.run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(root), str(deb))
    return deb


def build(version, out_dir, knobs=None, *, depends=f"{DEPENDENCY} (>= 1)", ballast_mib=0):
    """Builds mdatp of VERSION into OUT_DIR, gives the path of the deb.

    KNOBS are built into the package; /etc/mdatp-stand-in.conf on the machine goes before them.
    BALLAST_MIB makes it as big as wanted with bytes that do not compress.
    """
    with tempfile.TemporaryDirectory() as work:
        root = pathlib.Path(work, "root")
        sensor = "opt/microsoft/mdatp"
        for name in PROGRAMS:
            _put(root, f"{sensor}/sbin/{name}", (programs() / name).read_bytes(), 0o755)
        _put(root, f"{sensor}/conf/version", version + "\n")
        _put(root, f"{sensor}/conf/stand-in.conf",
             "".join(f"{key}={value}\n" for key, value in (knobs or {}).items()))
        unit = (HERE / "mdatp.service").read_text()
        _put(root, f"{sensor}/conf/mdatp.service", unit)
        _put(root, "lib/systemd/system/mdatp.service", unit)
        if ballast_mib:
            _put(root, f"{sensor}/lib/ballast", os.urandom(ballast_mib << 20))
        (root / "usr/bin").mkdir(parents=True)
        (root / "usr/bin/mdatp").symlink_to("/opt/microsoft/mdatp/sbin/wdavdaemonclient")
        common = (HERE / "maintainer.sh").read_text()
        for name in SCRIPTS:
            _put(root, f"DEBIAN/{name}", common + (HERE / f"{name}.sh").read_text(), 0o755)
        return _pack(root, "mdatp", version, "amd64", f"Depends: {depends}\n", out_dir)


def build_dependency(out_dir, version="1.0"):
    """Builds the small package that only the distribution's mirror has."""
    with tempfile.TemporaryDirectory() as work:
        root = pathlib.Path(work, "root")
        _put(root, f"usr/share/doc/{DEPENDENCY}/README", "Needed by the stand-in sensor.\n")
        return _pack(root, DEPENDENCY, version, "all", "", out_dir)


def build_slow(out_dir, name="slow-stand-in", until="/run/go"):
    """Builds somebody else's package, whose postinst waits until a file exists."""
    with tempfile.TemporaryDirectory() as work:
        root = pathlib.Path(work, "root")
        _put(root, f"usr/share/doc/{name}/README", "Slow to set up.\n")
        _put(root, "DEBIAN/postinst", f"#!/bin/sh\nuntil [ -e {until} ]; do sleep 0.1; done\n", 0o755)
        return _pack(root, name, "1.0", "all", "", out_dir)


def main():
    out_dir = sys.argv[1]
    for version in sys.argv[2:] or VERSIONS:
        print(build(version, out_dir))
    print(build_dependency(out_dir))


if __name__ == "__main__":
    main()
