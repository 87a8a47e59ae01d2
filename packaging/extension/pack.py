"""Packs a binary, its manifests and the licence into an extension zip.

    pack.py BINARY OUT.zip

The version is the binary's own. The same input gives the same bytes: names are in order, times are fixed.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIME = (2020, 1, 1, 0, 0, 0)


def version_of(binary):
    words = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout.split()
    return words[1]


def stripped(binary):
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small"
        subprocess.run(["strip", "-o", small, binary], check=True)
        return small.read_bytes()


def manifest(name, version):
    return (HERE / f"{name}.in").read_text().replace("@VERSION@", version).encode()


def main():
    binary, out = Path(sys.argv[1]), Path(sys.argv[2])
    version = version_of(binary)
    content = {
        "HandlerManifest.json": manifest("HandlerManifest.json", version),
        "LICENSE": (HERE.parents[1] / "LICENSE").read_bytes(),
        "bin/mde-linux": stripped(binary),
        "manifest.xml": manifest("manifest.xml", version),
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, data in sorted(content.items()):
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, data)
    print(f"{out}: version {version}, {out.stat().st_size} bytes, binary {len(content['bin/mde-linux'])} bytes")


if __name__ == "__main__":
    main()
