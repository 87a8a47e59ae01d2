"""What the compiler itself adds to a program: libgcc, its start files and, by way of our own compiler, musl."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import toolchain

GPL = Path("/usr/share/common-licenses/GPL-3")


def _said(*argv):
    return subprocess.run([str(word) for word in argv], check=True, capture_output=True, text=True).stdout.strip()


def _libgcc(arch):
    return Path(_said(f"{toolchain.ARCHITECTURES[arch].triplet}-gcc", "-print-libgcc-file-name"))


def of_compiler(arch):
    """{name, version, file, sha256, source: {name, version}} of libgcc, by the package that brought it here."""
    file = _libgcc(arch)
    package = _said("dpkg-query", "--search", file.resolve()).rpartition(":")[0]
    name, version, source, source_version = _said(
        "dpkg-query", "--show", "--showformat=${Package} ${Version} ${source:Package} ${source:Version}", package).split()
    return {"name": name, "version": version, "file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "source": {"name": source, "version": source_version}}


def version(arch):
    """Of the compiler and of what it compiles with, for what must not be taken for something that another one made."""
    gcc = f"{toolchain.ARCHITECTURES[arch].triplet}-gcc"
    return [_said(gcc, "--version").splitlines()[0], _said(_said(gcc, "-print-prog-name=as"), "--version").splitlines()[0]]


def keep_licences(arch, compiler, folder):
    """Whole texts: what a package's copyright file only refers to comes with it."""
    documents = Path("/usr/share/doc") / of_compiler(arch)["name"] / "copyright"
    texts = {"libgcc": (documents, GPL), "musl": (compiler / "musl/usr/share/doc/musl-dev/copyright",)}
    for name, paths in texts.items():
        (folder / name).mkdir(parents=True)
        for path in paths:
            target = re.sub("^copyright$", "debian-copyright", path.name)
            shutil.copyfile(path.resolve(), folder / name / target)
