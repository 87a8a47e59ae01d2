"""libsystemd for musl, from sources as Debian has them: systemd 257 knows no musl, but its library needs no more than some headers.

Its compressors are loaded when they are needed, which a static program cannot do; their headers are there all the same, as a
journal that only may hold compressed entries is not opened otherwise. Short messages never are compressed.
"""

import shutil
import subprocess
from pathlib import Path

from toolchain import FLAGS, meson_file

SHIMS = Path(__file__).resolve().parent / "systemd-on-musl"
PUBLIC = ("sd_bus_", "sd_id128_", "sd_journal_")
STUBS = {"libcap": "2.75", "mount": "2.40", "libzstd": "1.5.7", "liblz4": "1.10.0", "liblzma": "5.8.1", "libcrypt": "4.4"}
OPTIONS = ("--buildtype=minsize", "-Ddebug=false", "-Dmode=release", "-Dauto_features=disabled", "-Dstatic-libsystemd=pic",
           "-Dtests=false", "-Dman=disabled", "-Dgshadow=false", "-Didn=false", "-Dnss-systemd=false", "-Dutmp=false",
           "-Dzstd=enabled", "-Dlz4=enabled", "-Dxz=enabled")
# A function that is another one here compiles with no more than a warning.
WARNINGS = ("-Wno-error=format", "-Wno-implicit-function-declaration", "-Werror=int-conversion", "-Werror=incompatible-pointer-types")


def build(work):
    headers = _headers(work)
    flags = (f"-I{headers}", f"-isystem{SHIMS}", "-include", f"{SHIMS}/compat.h", *WARNINGS, *FLAGS)
    machine = work.folder / "machine.ini"
    machine.write_text(meson_file(work.arch, work.compiler, work.folder), encoding="ascii")
    out = work.folder / "meson"
    work.run("meson", "setup", out, work.source, f"--cross-file={machine}", *OPTIONS, f"-Dc_args={' '.join(map(str, flags))}")
    work.run("ninja", "-j2", "-C", out, "libsystemd.a")
    missing = work.folder / "missing.o"
    work.run("cc", *flags, "-c", SHIMS / "missing.c", "-o", missing)
    _keep_public(work, out / "libsystemd.a", missing)
    shutil.copytree(work.source / "src/systemd", work.prefix / "include/systemd", ignore=lambda _, names: [
        name for name in names if not name.endswith(".h")])


def _headers(work):
    """Those of libraries that are asked for but not linked, and pkg-config's files that name them."""
    for package in work.headers:
        subprocess.run(["dpkg", "--extract", work.file(package), work.folder / "headers"], check=True)
    folder = work.folder / "lib/pkgconfig"
    folder.mkdir(parents=True)
    headers = work.folder / "headers/usr/include"
    for name, version in STUBS.items():
        (folder / f"{name}.pc").write_text(f"Name: {name}\nDescription: headers\nVersion: {version}\nCflags: -I{headers}\nLibs:\n")
    return headers


def _keep_public(work, archive, missing):
    """One object whose only global names are sd_*: some two thousand others (log_*, path_*, strv_*) could meet ours."""
    lib = work.prefix / "lib"
    lib.mkdir()
    names = {line.split()[-1] for line in work.run(work.compiler / "bin/nm", "--defined-only", archive).splitlines() if " T " in line}
    wanted = sorted(name for name in names if name.startswith(PUBLIC))
    one = work.folder / "systemd.o"
    work.run(work.compiler / "bin/ld", "-r", *(f"--undefined={name}" for name in wanted), archive, missing, "-o", one)
    work.run(work.compiler / "bin/objcopy", "--strip-debug", "--wildcard", "--keep-global-symbol=sd_*", one)
    work.run(work.compiler / "bin/ar", "rcsD", lib / "libsystemd.a", one)
